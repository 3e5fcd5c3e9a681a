"""Use case: somebody wants a webhook sent again, or a test of an address."""

from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import transaction

from accounts.models import Organization, User
from billing import audit, outgoing
from billing.errors import EndpointDisabled, NotFound, UnderWay
from billing.models import OutgoingEvent, WebhookDelivery, WebhookEndpoint
from billing.terms.outgoing import DeliveryState, OutgoingKind


@transaction.atomic
def redeliver_webhook(
    organization: Organization, delivery_uuid: UUID, *, request_key: UUID, actor: User | None
) -> WebhookDelivery:
    """Send the same event, with the same id, to the same address once more, behind what waits there.

    Raises NotFound, EndpointDisabled, or UnderWay while the event still waits to be sent there. Safe to repeat with
    the same `request_key`.
    """
    found = WebhookDelivery.objects.filter(uuid=delivery_uuid, endpoint__organization=organization)
    delivery = found.select_related("event").first()
    if delivery is None:
        raise NotFound()
    endpoint = outgoing.lock_endpoint(organization, delivery.endpoint.uuid)
    repeated = WebhookDelivery.objects.filter(endpoint=endpoint, request_key=request_key).first()
    if repeated is not None:
        return repeated
    _refuse_disabled(endpoint)
    waits = WebhookDelivery.objects.filter(endpoint=endpoint, event=delivery.event, state=DeliveryState.WAITING.value)
    if waits.exists():
        raise UnderWay("This event waits to be sent there already. Nothing was added.")
    again = outgoing.add_delivery(endpoint, delivery.event, request_key=request_key)
    audit.record("webhook_redelivered", subject=str(endpoint.uuid), organization=organization, actor=actor)
    return again


@transaction.atomic
def send_test_webhook(
    organization: Organization, endpoint_uuid: UUID, *, request_key: UUID, actor: User | None, now: datetime
) -> WebhookDelivery:
    """Send `webhook.test` to an address, whatever it has chosen. `now` is business time.

    Raises NotFound, EndpointDisabled, or UnderWay while a test waits. Safe to repeat with the same `request_key`.
    """
    endpoint = outgoing.lock_endpoint(organization, endpoint_uuid)
    repeated = WebhookDelivery.objects.filter(endpoint=endpoint, request_key=request_key).first()
    if repeated is not None:
        return repeated
    _refuse_disabled(endpoint)
    tests = WebhookDelivery.objects.filter(endpoint=endpoint, event__kind=OutgoingKind.TEST.value)
    if tests.filter(state=DeliveryState.WAITING.value).exists():
        raise UnderWay("A test waits to be sent there already. Nothing was added.")
    event = OutgoingEvent.objects.create(
        organization=organization,
        livemode=settings.STRIPE_LIVE_MODE,
        kind=OutgoingKind.TEST.value,
        cause=f"test:{request_key}",
        data={"organization": str(organization.uuid), "endpoint": str(endpoint.uuid)},
        business_at=now,
    )
    delivery = outgoing.add_delivery(endpoint, event, request_key=request_key)
    audit.record("webhook_tested", subject=str(endpoint.uuid), organization=organization, actor=actor)
    return delivery


def _refuse_disabled(endpoint: WebhookEndpoint) -> None:
    if endpoint.is_disabled:
        raise EndpointDisabled()
