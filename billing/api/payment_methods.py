"""The payment methods: which one is charged, another one, and taking one away."""

from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from billing.api.given import read_body
from billing.api.shapes.methods import (
    CardSessionBody,
    CardSessionSerializer,
    PaymentMethodChangeSerializer,
    PaymentMethodsSerializer,
)
from billing.api.view import BILLING_ROLES, ApiView
from billing.clock import business_now
from billing.selectors.payment_methods import payment_method_page
from billing.services.add_card import add_card
from billing.services.payment_methods import make_default, remove
from billing.terms import ApiScope

_TAGS = ["Payment methods"]


class PaymentMethodsView(ApiView):
    read_scope = ApiScope.PAYMENT_METHODS_READ
    read_roles = BILLING_ROLES

    @extend_schema(operation_id="list_payment_methods", tags=_TAGS, responses=PaymentMethodsSerializer)
    def get(self, request: Request) -> Response:
        """All payment methods; what pays comes first."""
        return Response(PaymentMethodsSerializer(payment_method_page(self.caller.organization, business_now())).data)


class CardSessionsView(ApiView):
    write_scope = ApiScope.PAYMENT_METHODS_WRITE

    @extend_schema(
        operation_id="create_payment_method_session",
        tags=_TAGS,
        request=CardSessionBody,
        responses={201: CardSessionSerializer},
        examples=[OpenApiExample("A card that is charged from now on", {"becomes_default": True}, request_only=True)],
    )
    def post(self, request: Request) -> Response:
        """Open the hosted page that takes a card; send the person to its `url`. Nothing is charged there."""
        given = read_body(request, CardSessionBody)
        setup = add_card(
            self.caller.organization,
            becomes_default=given["becomes_default"],
            request_key=self.request_key,
            actor=self.caller.actor,
        )
        return Response(CardSessionSerializer(setup).data, status=201)


class DefaultPaymentMethodView(ApiView):
    write_scope = ApiScope.PAYMENT_METHODS_WRITE

    @extend_schema(
        operation_id="make_payment_method_default", tags=_TAGS, request=None, responses=PaymentMethodChangeSerializer
    )
    def post(self, request: Request, payment_method: str) -> Response:
        """Charge this method from now on. Nothing is charged today."""
        change = make_default(
            self.caller.organization,
            stripe_payment_method_id=payment_method,
            request_key=self.request_key,
            actor=self.caller.actor,
        )
        return Response(PaymentMethodChangeSerializer(change).data)


class RemovePaymentMethodView(ApiView):
    write_scope = ApiScope.PAYMENT_METHODS_WRITE

    @extend_schema(
        operation_id="remove_payment_method", tags=_TAGS, request=None, responses=PaymentMethodChangeSerializer
    )
    def post(self, request: Request, payment_method: str) -> Response:
        """Take a method away for good. The one that a running plan needs is refused (`payment_method_needed`)."""
        change = remove(
            self.caller.organization,
            stripe_payment_method_id=payment_method,
            request_key=self.request_key,
            actor=self.caller.actor,
            now=business_now(),
        )
        return Response(PaymentMethodChangeSerializer(change).data)
