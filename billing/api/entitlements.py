"""What the organization may use now."""

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from billing.api.shapes.state import EntitlementsSerializer
from billing.api.view import ApiView
from billing.clock import business_now
from billing.selectors.access import access_for
from billing.selectors.allowances import allowances_of
from billing.terms import ApiScope


class EntitlementsView(ApiView):
    read_scope = ApiScope.ENTITLEMENTS_READ

    @extend_schema(operation_id="list_entitlements", tags=["Entitlements"], responses=EntitlementsSerializer)
    def get(self, request: Request) -> Response:
        """Every feature of the catalogue, and what the organization may use of it now."""
        organization = self.caller.organization
        access = access_for(organization, business_now())
        told = {"access": access, "data": allowances_of(organization, access=access)}
        return Response(EntitlementsSerializer(told).data)
