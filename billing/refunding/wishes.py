"""Keeps what staff ask for: who, by which form, within which limits; one row for each form that was sent."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from accounts.models import User
from billing import audit, clock
from billing.errors import NotPermitted, UnderWay
from billing.models import ChargeAttempt, RefundPart, RefundRequest
from billing.rules.refund import room_minor
from billing.selectors.refunds import limits_of, spent_by
from billing.terms import RefundState


@dataclass(frozen=True, slots=True)
class Wish:
    """Who asks for it, by which form; `now` is business time."""

    actor: User
    request_key: UUID
    now: datetime


def demand(actor: User, codename: str) -> None:
    """Raises NotPermitted. Pages ask before, this is for whatever way a request comes."""
    if not actor.has_perm(f"billing.{codename}"):
        raise NotPermitted()


def lock_person(actor: User) -> None:
    """So that two refunds at once on different charges do not both use the rest of one day's limit.

    Always before the charge, never after it.
    """
    User.objects.select_for_update().get(pk=actor.pk)


def room_of(actor: User, charge: ChargeAttempt, *, now: datetime) -> int:
    """How much of this charge the person may give back on their own word, in minor units."""
    return room_minor(
        limits_of(actor, charge.currency),
        spent_by(actor, charge, now=now),
        charged_at=charge.created_at,
        now=now,
    )


def record(row: RefundRequest, parts: Sequence[RefundPart], *, wish: Wish) -> RefundRequest:
    """Store the request with its audit entry. It is approved by itself where the person's own limit is enough.

    The caller holds person and charge. Raises UnderWay when the same form is being carried out by another request.
    """
    row.requested_by, row.request_key, row.requested_at = wish.actor, wish.request_key, wish.now
    if row.amount_minor <= room_of(wish.actor, row.charge, now=wish.now):
        row.state, row.decided_at = RefundState.APPROVED.value, wish.now
        row.is_unfinished, row.queued_at = True, clock.system_now()
    try:
        with transaction.atomic():
            row.save()
            for part in parts:
                part.request = row
            RefundPart.objects.bulk_create(parts)
            audit.record(
                "refund_requested",
                subject=str(row.uuid),
                organization=row.organization,
                actor=wish.actor,
                charge=row.charge.stripe_charge_id,
                after={
                    "state": row.state,
                    "amount_minor": row.amount_minor,
                    "currency": row.currency,
                    "access": row.access,
                },
                reason=row.note,
            )
    except IntegrityError:
        raise UnderWay() from None
    return row
