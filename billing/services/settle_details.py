"""Use case: compare our billing details with what Stripe has, and take over or send what changed since (rule U4)."""

import time
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction

from accounts.models import Organization
from billing import audit, notices
from billing.errors import BillingError
from billing.gateway.events import CustomerChange, customer_changes
from billing.mirror.customer_details import wish_update
from billing.models import BillingDetails, CustomerDetails, DetailsRequest
from billing.rules.customer_details import LONGEST_NAME, Decision, PostalAddress, Sides, both_changed, decide

_STRIPE_KEEPS_EVENTS_FOR = timedelta(days=29)
_FIELDS = ("name", "email", "address")


@dataclass(frozen=True, slots=True)
class _Pair:
    """Both sides of one organization, read together."""

    ours: BillingDetails
    theirs: CustomerDetails

    def sides(self, field: str, *, changes: list[CustomerChange]) -> Sides:
        changed = [change.at for change in changes if field in change.fields]
        return Sides(
            ours=_value(field, self.ours.organization, self.ours),
            theirs=_value(field, self.theirs, self.theirs),
            agreed=self._agreed(field),
            ours_changed_at=self.ours.changed_at,
            theirs_changed_at=max(changed, default=None),
        )

    def _agreed(self, field: str) -> str | PostalAddress | None:
        """What was agreed on with an earlier customer, which is gone, says nothing of this one."""
        agreed = self.ours.agreed
        if agreed.get("customer") != self.theirs.customer_id or field not in agreed:
            return None
        return PostalAddress(**agreed[field]) if field == "address" else str(agreed[field])


def settle_details(now: datetime, *, seconds: float = 10.0) -> int:
    """Compare every customer whose details Stripe has changed; `now` is business time. Returns how many were.

    Safe to repeat and to run at once. Begins none after `seconds`; where Stripe is silent it comes again.
    """
    deadline = time.monotonic() + seconds
    settled = 0
    due = CustomerDetails.objects.exclude(due_at=None).order_by("due_at")
    for pk in list(due.values_list("pk", flat=True)[:100]):
        if time.monotonic() > deadline:
            break
        try:
            _settle(pk, now=now)
        except BillingError:
            continue
        settled += 1
    return settled


def _settle(pk: int, *, now: datetime) -> None:
    pair = _read(pk)
    if pair is None:
        return
    changes = _changes_at_stripe(pair, now=now)
    with transaction.atomic():
        Organization.objects.select_for_update().get(pk=pair.ours.organization_id)
        fresh = _read(pk)
        if fresh is None or fresh.theirs.due_at != pair.theirs.due_at:
            return  # Another worker was first, or Stripe has something newer, which is due by itself.
        _apply(fresh, changes=changes, now=now)
        CustomerDetails.objects.filter(pk=pk).update(due_at=None)


def _read(pk: int) -> _Pair | None:
    """None where there is nothing to compare (any more)."""
    theirs = CustomerDetails.objects.select_related("customer").filter(pk=pk).exclude(due_at=None).first()
    if theirs is None:
        return None
    if theirs.customer.is_deleted:
        CustomerDetails.objects.filter(pk=pk).update(due_at=None)
        return None
    ours, _ = BillingDetails.objects.select_related("organization").get_or_create(
        organization_id=theirs.customer.organization_id
    )
    return _Pair(ours, theirs)


def _changes_at_stripe(pair: _Pair, *, now: datetime) -> list[CustomerChange]:
    """What others than we changed there, asked for only where the time has to decide."""
    if not any(both_changed(pair.sides(field, changes=[])) for field in _FIELDS):
        return []
    since = max(pair.ours.changed_at or now - _STRIPE_KEEPS_EVENTS_FOR, now - _STRIPE_KEEPS_EVENTS_FOR)
    found = customer_changes(str(pair.theirs.customer.stripe_customer_id), since=since)
    requests = DetailsRequest.objects.filter(customer=pair.theirs.customer).values_list("uuid", "action")
    own_keys = {f"{uuid}:{action}" for uuid, action in requests}
    return [change for change in found if change.key not in own_keys]


def _apply(pair: _Pair, *, changes: list[CustomerChange], now: datetime) -> None:
    agreed = dict(pair.ours.agreed) if pair.ours.agreed.get("customer") == pair.theirs.customer_id else {}
    agreed["customer"] = pair.theirs.customer_id
    sent: dict[str, Any] = {}
    for field in _FIELDS:
        sides = pair.sides(field, changes=changes)
        decision = decide(sides, may_be_empty=field == "address")
        if decision == Decision.TAKE_OVER and field == "email" and not _is_email(str(sides.theirs)):
            decision = Decision.LEAVE
        if decision == Decision.TAKE_OVER:
            _take_over(pair, field, sides.theirs, now=now)
        if decision in (Decision.AGREED, Decision.TAKE_OVER):
            agreed[field] = _plain(sides.theirs)
        if decision == Decision.SEND:
            sent[field] = _plain(sides.ours)
    BillingDetails.objects.filter(pk=pair.ours.pk).update(agreed=agreed)
    wish_update(pair.theirs.customer, sent)


def _take_over(pair: _Pair, field: str, value: str | PostalAddress, *, now: datetime) -> None:
    organization = pair.ours.organization
    if isinstance(value, PostalAddress):
        BillingDetails.objects.filter(pk=pair.ours.pk).update(**asdict(value))
    else:
        Organization.objects.filter(pk=organization.pk).update(**{field: value})
    entry = audit.record(
        f"billing_{field}_taken_over",
        subject=str(pair.theirs.customer.stripe_customer_id),
        organization=organization,
        actor=None,
    )
    if field == "email":
        notices.enqueue(
            "billing_email_changed",
            key=f"billing_email_changed:{entry.uuid}",
            organization=organization,
            recipient=organization.email,
            cause_at=now,
            new_email=value,
        )


def _value(field: str, named: Any, placed: BillingDetails | CustomerDetails) -> str | PostalAddress:
    """In the form in which both sides can be compared."""
    if field == "address":
        return PostalAddress(**{part: getattr(placed, part) for part in PostalAddress.__dataclass_fields__})
    text = str(getattr(named, field)).strip()
    return text.lower() if field == "email" else text[:LONGEST_NAME].strip()


def _plain(value: str | PostalAddress) -> Any:
    return asdict(value) if isinstance(value, PostalAddress) else value


def _is_email(text: str) -> bool:
    try:
        validate_email(text)
    except ValidationError:
        return False
    return True
