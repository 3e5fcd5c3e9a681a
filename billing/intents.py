"""Keeps the rows of our decisions: found again, recorded once, ended once. It neither decides nor asks Stripe."""

import time
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID

from django.db import IntegrityError, models, transaction

from accounts.models import Organization
from billing import audit, clock
from billing.errors import BillingError, UnderWay
from billing.models import open_staff_task
from billing.models.intent import Intent
from billing.terms import IntentState

# Stripe keeps idempotency keys for 24 h at least; a repeat later could do the thing a second time.
_KEY_IS_SAFE_FOR = timedelta(hours=23)
_REST_BEFORE_RESUME = timedelta(minutes=1)
_MOST_AT_ONCE = 50
_FAILURE_LENGTH = 200
Row = TypeVar("Row", bound=Intent)
Waiting = TypeVar("Waiting", bound=models.Model)


def find_repeated(
    model: type[Row], organization: Organization, request_key: UUID, *, actions: tuple[str, ...]
) -> Row | None:
    """The row that this very form made before, so that a second click is the same wish."""
    rows = model._default_manager.filter(organization=organization, request_key=request_key, action__in=actions)
    return rows.first()


def record(row: Row, *, event: str, supersedes: models.QuerySet[Any], **details: Any) -> Row:
    """Commit a decision with its audit entry; older ones of `supersedes` that never reached Stripe end with it.

    Raises UnderWay when the same form is being carried out by another request.
    """
    try:
        with transaction.atomic():
            supersedes.filter(state=IntentState.RECORDED).update(
                state=IntentState.FAILED, failure="superseded", ended_at=clock.system_now()
            )
            row.save()
            audit.record(
                event,
                subject=row.stripe_subscription_id,
                organization=row.organization,
                actor=row.requested_by,
                **details,
            )
    except IntegrityError:
        raise UnderWay() from None
    return row


def finish_open(rows: models.QuerySet[Waiting], finish: Callable[[Waiting], object], *, seconds: float = 10.0) -> int:
    """Carry out what a crash or Stripe's silence left open, the oldest first. Returns how many ended.

    `rows` have `state` and `created_at` as an Intent has them. Stops after `seconds`, so that a silent Stripe does
    not hold up what the worker has to do besides.
    """
    deadline = time.monotonic() + seconds
    still_open = rows.filter(state=IntentState.RECORDED)
    ended = 0
    for pk in list(still_open.order_by("created_at").values_list("pk", flat=True)[:_MOST_AT_ONCE]):
        if time.monotonic() > deadline:
            break
        # The wishes before it took their time: this one may have been superseded meanwhile.
        row = still_open.filter(pk=pk).first()
        if row is None:
            continue
        with suppress(BillingError):  # Still unreachable, or refused and so ended: the row says which.
            finish(row)
        ended += not still_open.filter(pk=pk).exists()
    return ended


def left_open_since(rows: models.QuerySet[Waiting], now: datetime) -> models.QuerySet[Waiting]:
    """Those that no request is carrying out at this moment; `now` is system time."""
    return rows.filter(created_at__lt=now - _REST_BEFORE_RESUME)


def is_key_safe(created_at: datetime) -> bool:
    """Whether the calls of a decision of then (system time) may still be repeated with the same keys."""
    return clock.system_now() - created_at <= _KEY_IS_SAFE_FOR


def end(row: Row, state: IntentState, *, failure: str = "", failed_kind: str = "", said: str = "") -> bool:
    """Close a row that is open; True if it was. One that failed becomes a task for a person under `failed_kind`."""
    with transaction.atomic():
        has_ended = bool(
            type(row)
            ._default_manager.filter(pk=row.pk, state=IntentState.RECORDED)
            .update(state=state, failure=failure[:_FAILURE_LENGTH], ended_at=clock.system_now())
        )
        if has_ended and state == IntentState.FAILED and failed_kind:
            open_staff_task(
                failed_kind,
                about=str(row.uuid),
                organization_id=row.organization.pk,
                summary=f"{said} of {row.stripe_subscription_id} failed: {failure}",
            )
    row.refresh_from_db()
    return has_ended
