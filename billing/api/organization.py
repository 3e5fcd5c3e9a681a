"""The organization that the caller acts for."""

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from billing.api.shapes.state import OrganizationSerializer
from billing.api.view import ApiView
from billing.terms import ApiScope


class OrganizationView(ApiView):
    read_scope = ApiScope.ORGANIZATION_READ

    @extend_schema(operation_id="get_organization", tags=["Organization"], responses=OrganizationSerializer)
    def get(self, request: Request) -> Response:
        """The organization that the key, or the person in the browser, acts for."""
        return Response(OrganizationSerializer(self.caller.organization).data)
