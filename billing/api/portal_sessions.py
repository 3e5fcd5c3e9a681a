"""The way into Stripe's customer portal."""

from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from billing.api.given import read_body
from billing.api.shapes.sessions import PortalSessionBody, PortalSessionSerializer
from billing.api.view import ApiView
from billing.clock import business_now
from billing.services.portal import open_portal
from billing.terms import ApiScope


class PortalSessionsView(ApiView):
    write_scope = ApiScope.CHECKOUT_WRITE

    @extend_schema(
        operation_id="create_portal_session",
        tags=["Checkout"],
        request=PortalSessionBody,
        responses={201: PortalSessionSerializer},
        examples=[OpenApiExample("Back to the invoices", {"return_to": "invoices"}, request_only=True)],
    )
    def post(self, request: Request) -> Response:
        """Open the portal; send the person to its `url`. `not_found` before anything was bought."""
        given = read_body(request, PortalSessionBody)
        address = open_portal(
            self.caller.organization,
            return_to=given["return_to"],
            actor=self.caller.actor,
            now=business_now(),
        )
        return Response(PortalSessionSerializer({"url": address}).data, status=201)
