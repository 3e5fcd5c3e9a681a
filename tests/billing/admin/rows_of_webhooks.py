"""One row of each thing about outgoing webhooks, each of its own organization."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

from django.db.models import Model
from django.utils import timezone

from accounts.models import Organization
from billing.models import OutgoingEvent, WebhookAttempt, WebhookDelivery, WebhookEndpoint
from billing.models.sealed import seal
from tests.billing.factories import NOW
from tests.factories import OrganizationFactory


def webhook_endpoint(number: int, **changed: Any) -> WebhookEndpoint:
    values = changed if "organization" in changed else {"organization": OrganizationFactory(), **changed}
    return WebhookEndpoint.objects.create(
        livemode=False,
        request_key=uuid4(),
        url=f"https://hooks{number}.example.com/in?token=hidden",
        description=f"Program {number}",
        kinds=["invoice.paid"],
        sealed_secret=seal("whsec_hidden"),
        **values,
    )


def outgoing_event(number: int, **changed: Any) -> OutgoingEvent:
    values = {"organization": OrganizationFactory(), **changed} if "organization" not in changed else changed
    return OutgoingEvent.objects.create(
        livemode=False, kind="invoice.paid", cause=f"transition:{uuid4()}", data={"a": 1}, business_at=NOW, **values
    )


def webhook_delivery(number: int, **changed: Any) -> WebhookDelivery:
    return _delivery(webhook_endpoint(number), number, **changed)


def delivery_of(organization: Organization) -> WebhookDelivery:
    """One that was given up, of an address of this organization."""
    return _delivery(webhook_endpoint(1, organization=organization), 1, state="failed")


def _delivery(endpoint: WebhookEndpoint, number: int, **changed: Any) -> WebhookDelivery:
    event = outgoing_event(number, organization=endpoint.organization)
    made = WebhookDelivery.objects.create(endpoint=endpoint, event=event, sequence=1, tries=1, **changed)
    WebhookAttempt.objects.create(
        delivery=made, number=1, at=NOW, status_code=500, duration_ms=12, answer="<b>no</b>", error=""
    )
    return made


def overdue_delivery(age: timedelta) -> None:
    webhook_delivery(1, run_at=timezone.now() - age)


def old_event(age: timedelta) -> None:
    outgoing_event(1, created_at=timezone.now() - age)


def old_secret(age: timedelta) -> None:
    webhook_endpoint(1, sealed_previous_secret=seal("whsec_old"), previous_secret_until=timezone.now() - age)


def unlooked_state(age: timedelta) -> None:
    webhook_endpoint(1, state_check_at=timezone.now() - age)


AGED_WEBHOOKS: list[tuple[str, Callable[[timedelta], Any], timedelta]] = [
    ("webhook_overdue", overdue_delivery, timedelta(hours=1)),
    ("webhook_kept", old_event, timedelta(days=31)),
    ("webhook_old_secret", old_secret, timedelta(hours=2)),
    ("webhook_state_unlooked", unlooked_state, timedelta(hours=1)),
]
OF_WEBHOOKS: dict[type[Model], tuple[Callable[[int], Any], Callable[[Any], str]]] = {
    WebhookEndpoint: (webhook_endpoint, lambda row: str(row.uuid)),
    WebhookDelivery: (webhook_delivery, lambda row: str(row.uuid)),
    OutgoingEvent: (outgoing_event, lambda row: row.public_id),
}
