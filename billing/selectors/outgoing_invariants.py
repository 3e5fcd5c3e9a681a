"""What must never be so of outgoing webhooks: something that nobody sends, or that is kept too long. Reads only."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from billing.models import OutgoingEvent, WebhookDelivery, WebhookEndpoint
from billing.selectors.invariants import Invariant
from billing.terms.outgoing import DeliveryState


def _delivery_overdue(now: datetime) -> Iterable[str]:
    late = WebhookDelivery.objects.filter(
        state=DeliveryState.WAITING.value, run_at__lt=now - timedelta(hours=1), endpoint__disabled_at=None
    )
    return map(str, late.order_by("run_at").values_list("uuid", flat=True))


def _event_kept(now: datetime) -> Iterable[str]:
    old = OutgoingEvent.objects.filter(created_at__lt=now - timedelta(days=31))
    return map(str, old.order_by("pk").values_list("uuid", flat=True))


def _old_secret_kept(now: datetime) -> Iterable[str]:
    kept = WebhookEndpoint.objects.filter(previous_secret_until__lt=now - timedelta(hours=2))
    return map(str, kept.exclude(sealed_previous_secret="").order_by("pk").values_list("uuid", flat=True))


def _state_unlooked(now: datetime) -> Iterable[str]:
    late = WebhookEndpoint.objects.filter(
        state_check_at__lt=now - timedelta(hours=1), disabled_at=None, organization__erased_at=None
    )
    return map(str, late.order_by("pk").values_list("uuid", flat=True))


INVARIANTS: tuple[Invariant, ...] = (
    Invariant("webhook_overdue", "A webhook that is due is tried within an hour.", _delivery_overdue),
    Invariant("webhook_kept", "What a program was told is forgotten after 30 days.", _event_kept),
    Invariant("webhook_old_secret", "A replaced secret is forgotten within a day.", _old_secret_kept),
    Invariant("webhook_state_unlooked", "A state that a program wants to know is looked at.", _state_unlooked),
)
