"""Selling a plan through Stripe's hosted page."""

from allauth.account.adapter import get_adapter
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.consent import record_consent
from accounts.models import Consent
from billing.api.given import read_body
from billing.api.shapes.sessions import CheckoutSessionBody, CheckoutSessionSerializer
from billing.api.view import ApiView
from billing.clock import business_now
from billing.services.checkout import start_checkout
from billing.terms import ApiScope


class CheckoutSessionsView(ApiView):
    write_scope = ApiScope.CHECKOUT_WRITE

    @extend_schema(
        operation_id="create_checkout_session",
        tags=["Checkout"],
        request=CheckoutSessionBody,
        responses={201: CheckoutSessionSerializer},
        examples=[
            OpenApiExample(
                "A monthly plan", {"lookup_key": "growth_month_eur", "accepts_terms": True}, request_only=True
            )
        ],
    )
    def post(self, request: Request) -> Response:
        """Open the hosted page for one price; send the person to its `url`. Nothing is bought before it is filled in.

        While a page for the same is open, that one is answered. The way back leads to our own pages.
        """
        given = read_body(request, CheckoutSessionBody)
        organization, actor = self.caller.organization, self.caller.actor
        intent = start_checkout(
            organization,
            lookup_key=given["lookup_key"],
            request_key=self.request_key,
            actor=actor,
            now=business_now(),
            seats=given.get("seats"),
            promotion_code=given["promotion_code"].strip(),
        )
        record_consent(
            user=actor,
            organization=organization,
            occasion=Consent.Occasion.CHECKOUT,
            request_ip=get_adapter().get_client_ip(request),
            user_agent=request.headers.get("User-Agent", ""),
        )
        return Response(CheckoutSessionSerializer(intent).data, status=201)
