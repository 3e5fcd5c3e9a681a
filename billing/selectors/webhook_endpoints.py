"""Reads where webhooks go and what became of them, for those who manage them; no secret leaves here."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import Count, Q, QuerySet

from accounts.models import Organization
from billing.errors import NotFound
from billing.models import OutgoingEvent, WebhookAttempt, WebhookDelivery, WebhookEndpoint
from billing.terms.outgoing import DeliveryState

LOG_PAGE = 25


@dataclass(frozen=True, slots=True)
class DeliveryPage:
    """One page of an address's log, the newest first."""

    rows: Sequence[WebhookDelivery]
    number: int
    has_newer: bool
    has_older: bool


def endpoints_of(organization: Organization) -> QuerySet[WebhookEndpoint]:
    """The addresses of this mode, the oldest first, each with the number of what `waits`."""
    waits = Count("deliveries", filter=Q(deliveries__state=DeliveryState.WAITING.value))
    rows = WebhookEndpoint.objects.filter(organization=organization, livemode=settings.STRIPE_LIVE_MODE)
    return rows.annotate(waits=waits).order_by("created_at", "pk")


def endpoint_of(organization: Organization, endpoint_uuid: UUID) -> WebhookEndpoint:
    """One address. Raises NotFound, as for another's."""
    endpoint = endpoints_of(organization).filter(uuid=endpoint_uuid).first()
    if endpoint is None:
        raise NotFound()
    return endpoint


def deliveries_of(endpoint: WebhookEndpoint) -> QuerySet[WebhookDelivery]:
    """The log of an address, the newest first."""
    return endpoint.deliveries.select_related("event").order_by("-sequence")


def deliveries_at(organization: Organization, endpoint_uuid: UUID) -> QuerySet[WebhookDelivery]:
    """The log of an address of this organization, in no order. Raises NotFound, as for another's."""
    return endpoint_of(organization, endpoint_uuid).deliveries.select_related("event", "endpoint")


def delivery_page(endpoint: WebhookEndpoint, *, number: int) -> DeliveryPage:
    """Page `number` (from 1) of the log. One query."""
    first = (max(number, 1) - 1) * LOG_PAGE
    rows = list(deliveries_of(endpoint)[first : first + LOG_PAGE + 1])
    return DeliveryPage(rows[:LOG_PAGE], max(number, 1), has_newer=number > 1, has_older=len(rows) > LOG_PAGE)


def delivery_of(organization: Organization, delivery_uuid: UUID) -> WebhookDelivery:
    """One delivery with its event and its address. Raises NotFound, as for another's."""
    rows = WebhookDelivery.objects.filter(
        uuid=delivery_uuid,
        endpoint__organization=organization,
        endpoint__livemode=settings.STRIPE_LIVE_MODE,
    )
    delivery = rows.select_related("event", "endpoint").first()
    if delivery is None:
        raise NotFound()
    return delivery


@dataclass(frozen=True, slots=True)
class DeliveryStory:
    """One delivery with every try, the newest first, and what was sent, written so that a person can read it."""

    delivery: WebhookDelivery
    attempts: Sequence[WebhookAttempt]
    sent: str


def delivery_story(organization: Organization, delivery_uuid: UUID) -> DeliveryStory:
    """Raises NotFound, as for another's. Two queries."""
    delivery = delivery_of(organization, delivery_uuid)
    attempts = list(delivery.attempts.order_by("-at", "-pk"))
    sent = json.dumps(told_in(delivery.event), indent=2, ensure_ascii=False, sort_keys=True)
    return DeliveryStory(delivery, attempts, sent)


def told_in(event: OutgoingEvent) -> dict[str, Any]:
    """What is sent of an event: `id`, `type`, `timestamp` (business time, UTC) and `data`."""
    at = event.business_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return {"id": event.public_id, "type": event.kind, "timestamp": at, "data": event.data}
