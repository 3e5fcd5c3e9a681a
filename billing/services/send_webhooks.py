"""Use case: send what customers' programs are to be told; what that is, is others' business."""

import logging
import random
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from django.db import connection, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.models import Membership, Role
from billing import clock, notices, outgoing
from billing.gateway.webhook_sender import AT_ONCE, LONGEST_ANSWER, Answer, Outgoing, Sender, host_of
from billing.models import WebhookAttempt, WebhookDelivery, WebhookEndpoint
from billing.models.sealed import CannotOpen, unseal
from billing.rules.webhook_retry import LONGEST_WAIT_FOR_EARLIER, MOST_TRIES, has_arrived, next_try_at, why_disabled
from billing.terms.outgoing import DeliveryState, DisabledReason

logger = logging.getLogger(__name__)
_LEASE = timedelta(minutes=1)
_MAIL = "webhook_endpoint_disabled"
_UNREADABLE = "secret_unreadable"


@dataclass(frozen=True, slots=True)
class _Claimed:
    delivery: WebhookDelivery
    lease: UUID
    number: int


def send_due_webhooks(now: datetime, *, seconds: float = 15.0, sender: Sender | None = None) -> int:
    """Send what is due at `now` (system time), the oldest of each address first. Returns how many tries were made.

    An address is leased while something is sent to it, so that its events arrive one by one, and a slow receiver
    holds up no other. At least once: after a crash between sending and recording, the event goes out again, with the
    same id. Ends about `seconds` after it began. Safe to repeat and in parallel.
    """
    sends, made = sender or Sender(), 0
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        claimed = _claim(now)
        if not claimed:
            break
        _send(claimed, sends)
        made += len(claimed)
    return made


def _claim(now: datetime) -> list[_Claimed]:
    """Lease the addresses that have something due, those that had nothing for the longest time first."""
    is_free = Q(lease_until=None) | Q(lease_until__lte=now)
    with transaction.atomic():
        rows = WebhookEndpoint.objects.select_for_update(
            skip_locked=connection.features.has_select_for_update_skip_locked
        )
        due = Exists(_due(now).filter(endpoint=OuterRef("pk")))
        endpoints = list(rows.filter(is_free, due, disabled_at=None).order_by("last_tried_at", "pk")[:AT_ONCE])
        return [claimed for endpoint in endpoints if (claimed := _take(endpoint, now=now)) is not None]


def _due(now: datetime) -> QuerySet[WebhookDelivery]:
    """What may be sent: due, and with nothing before it that still waits, unless it has waited long enough."""
    waiting = WebhookDelivery.objects.filter(state=DeliveryState.WAITING.value)
    earlier = waiting.filter(endpoint=OuterRef("endpoint"), sequence__lt=OuterRef("sequence"))
    has_waited = Q(created_at__lte=now - LONGEST_WAIT_FOR_EARLIER)
    return waiting.filter(has_waited | ~Exists(earlier), run_at__lte=now)


def _take(endpoint: WebhookEndpoint, *, now: datetime) -> _Claimed | None:
    delivery = _due(now).filter(endpoint=endpoint).select_related("event", "endpoint").order_by("sequence").first()
    if delivery is None:
        return None
    if delivery.tries >= MOST_TRIES:
        # Each of its tries took the worker with it: one event must not go on like that for ever.
        _end(delivery, DeliveryState.FAILED)
        return None
    lease = uuid4()
    until = now + _LEASE
    delivery.tries += 1
    delivery.run_at = until
    delivery.save(update_fields=["tries", "run_at"])
    WebhookEndpoint.objects.filter(pk=endpoint.pk).update(lease=lease, lease_until=until, last_tried_at=now)
    return _Claimed(delivery, lease, delivery.tries)


def _send(claimed: list[_Claimed], sender: Sender) -> None:
    """One whose secret cannot be read has failed, and holds up none of the others."""
    signed, messages = [], []
    for one in claimed:
        try:
            messages.append(_message(one))
        except CannotOpen:
            logger.error("The secret of webhook address %s cannot be read", one.delivery.endpoint.uuid)
            _record(one, Answer(None, 0, error=_UNREADABLE))
        else:
            signed.append(one)
    for one, answer in zip(signed, sender.send_all(messages), strict=True):
        _record(one, answer)


def _message(claimed: _Claimed) -> Outgoing:
    endpoint, at = claimed.delivery.endpoint, clock.system_now()
    secrets = [unseal(endpoint.sealed_secret)]
    if endpoint.sealed_previous_secret and endpoint.previous_secret_until and at < endpoint.previous_secret_until:
        secrets.append(unseal(endpoint.sealed_previous_secret))
    event = claimed.delivery.event
    return Outgoing(endpoint.url, event.public_id, outgoing.body_of(event), tuple(secrets), at)


@transaction.atomic
def _record(claimed: _Claimed, answer: Answer) -> None:
    """Write the try down and say how it goes on. An address or a delivery that is gone meanwhile needs nothing."""
    now = clock.system_now()
    endpoint = WebhookEndpoint.objects.select_for_update().filter(pk=claimed.delivery.endpoint_id).first()
    delivery = WebhookDelivery.objects.filter(pk=claimed.delivery.pk).first()
    if endpoint is None or delivery is None:
        return
    WebhookAttempt.objects.create(
        delivery=delivery,
        number=claimed.number,
        at=now - timedelta(milliseconds=answer.duration_ms),
        status_code=answer.status_code,
        duration_ms=answer.duration_ms,
        error=answer.error,
        answer=answer.text[:LONGEST_ANSWER],
    )
    if endpoint.lease == claimed.lease:
        endpoint.lease = endpoint.lease_until = None
    if has_arrived(answer.status_code):
        endpoint.failures_in_a_row, endpoint.failing_since, endpoint.last_delivered_at = 0, None, now
        endpoint.save()
        _end(delivery, DeliveryState.DELIVERED)
        return
    endpoint.failures_in_a_row += 1
    endpoint.failing_since = endpoint.failing_since or now
    endpoint.save()
    # Another worker took it over: its own answer says how it goes on.
    if delivery.state == DeliveryState.WAITING and delivery.tries == claimed.number:
        _try_again(delivery, now=now)
    _judge(endpoint, answer, now=now)


def _try_again(delivery: WebhookDelivery, *, now: datetime) -> None:
    at = next_try_at(delivery.tries, now=now, chance=random.random())  # noqa: S311  # Spreads load, hides nothing.
    if at is None:
        _end(delivery, DeliveryState.FAILED)
        return
    delivery.run_at = at
    delivery.save(update_fields=["run_at"])


def _end(delivery: WebhookDelivery, state: DeliveryState) -> None:
    delivery.state, delivery.ended_at = state.value, clock.system_now()
    delivery.save(update_fields=["state", "ended_at"])


def _judge(endpoint: WebhookEndpoint, answer: Answer, *, now: datetime) -> None:
    reason = why_disabled(
        answer.status_code,
        failures=endpoint.failures_in_a_row,
        failing_since=endpoint.failing_since or now,
        now=now,
    )
    if reason is None or endpoint.is_disabled:
        return
    endpoint.disabled_at, endpoint.disabled_reason = now, reason.value
    endpoint.save(update_fields=["disabled_at", "disabled_reason"])
    logger.warning("Webhook address %s is switched off: %s", endpoint.uuid, reason.value)
    _tell_owners(endpoint, reason, at=now)


def _tell_owners(endpoint: WebhookEndpoint, reason: DisabledReason, *, at: datetime) -> None:
    owners = Membership.objects.filter(organization=endpoint.organization, role=Role.OWNER).select_related("user")
    for owner in owners.order_by("pk"):
        notices.enqueue(
            _MAIL,
            key=f"{_MAIL}:{endpoint.uuid}:{int(at.timestamp())}:{owner.pk}",
            organization=endpoint.organization,
            cause_at=clock.recent_business_now(),
            recipient=owner.user.email,
            host=host_of(endpoint.url),
            description=endpoint.description,
            is_gone=reason == DisabledReason.GONE,
            failures=endpoint.failures_in_a_row,
            path=f"/team/webhooks/{endpoint.uuid}/",
        )
