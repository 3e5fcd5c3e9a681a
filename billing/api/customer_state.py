"""The whole state of a customer in one answer."""

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from billing.api.shapes.state import CustomerStateSerializer
from billing.api.view import ApiView
from billing.clock import business_now
from billing.selectors.whole_state import whole_state
from billing.terms import ApiScope


class CustomerStateView(ApiView):
    read_scope = ApiScope.SUBSCRIPTION_READ

    @extend_schema(operation_id="get_customer_state", tags=["Customer state"], responses=CustomerStateSerializer)
    def get(self, request: Request) -> Response:
        """Plan, access, subscription, features, open invoices, dunning and what comes next, in one answer.

        Poll it with `If-None-Match`: what has not changed is answered 304.
        """
        return Response(CustomerStateSerializer(whole_state(self.caller.organization, business_now())).data)
