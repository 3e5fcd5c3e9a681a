"""The subscription as it stands."""

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from billing.api.shapes.subscription import SubscriptionSerializer
from billing.api.view import ApiView
from billing.clock import business_now
from billing.selectors.whole_state import subscription_summary
from billing.terms import ApiScope


class SubscriptionView(ApiView):
    read_scope = ApiScope.SUBSCRIPTION_READ

    @extend_schema(operation_id="get_subscription", tags=["Subscription"], responses=SubscriptionSerializer)
    def get(self, request: Request) -> Response:
        """How the subscription stands and what may be done with it now; without one, that there is none."""
        return Response(SubscriptionSerializer(subscription_summary(self.caller.organization, business_now())).data)
