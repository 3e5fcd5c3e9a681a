"""What became of each webhook, and the way to send one again."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from billing.api.shapes.webhooks import WebhookDeliverySerializer, WebhookDeliveryStorySerializer
from billing.api.shapes.words import words_of
from billing.api.view import BILLING_ROLES, ApiListView, ApiView
from billing.models import WebhookDelivery
from billing.selectors.webhook_endpoints import deliveries_at, delivery_story
from billing.services.redeliver_webhook import redeliver_webhook
from billing.terms import ApiScope
from billing.terms.outgoing import DeliveryState, OutgoingKind

_TAGS = ["Webhooks"]


class DeliveryFilter(filters.FilterSet):
    state = filters.ChoiceFilter(choices=words_of(DeliveryState))
    type = filters.ChoiceFilter("event__kind", choices=words_of(OutgoingKind))

    class Meta:
        model = WebhookDelivery
        fields: list[str] = []


class WebhookDeliveriesView(ApiListView):
    read_scope = ApiScope.WEBHOOKS_READ
    read_roles = BILLING_ROLES
    model = WebhookDelivery
    filterset_class = DeliveryFilter
    serializer_class = WebhookDeliverySerializer

    @extend_schema(operation_id="list_webhook_deliveries", tags=_TAGS)
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """What was sent to an address in the last 30 days, and what waits, the newest first."""
        return super().get(request, *args, **kwargs)

    def rows(self) -> QuerySet[WebhookDelivery]:
        return deliveries_at(self.caller.organization, self.kwargs["endpoint_uuid"])


class WebhookDeliveryView(ApiView):
    read_scope = ApiScope.WEBHOOKS_READ
    read_roles = BILLING_ROLES

    @extend_schema(operation_id="get_webhook_delivery", tags=_TAGS, responses=WebhookDeliveryStorySerializer)
    def get(self, request: Request, delivery_uuid: UUID) -> Response:
        """One delivery with every try and what was sent."""
        return Response(WebhookDeliveryStorySerializer(delivery_story(self.caller.organization, delivery_uuid)).data)


class RedeliverView(ApiView):
    write_scope = ApiScope.WEBHOOKS_WRITE

    @extend_schema(
        operation_id="redeliver_webhook", tags=_TAGS, request=None, responses={202: WebhookDeliverySerializer}
    )
    def post(self, request: Request, delivery_uuid: UUID) -> Response:
        """Send the same event, with the same id, to the same address once more."""
        again = redeliver_webhook(
            self.caller.organization, delivery_uuid, request_key=self.request_key, actor=self.caller.actor
        )
        return Response(WebhookDeliverySerializer(again).data, status=202)
