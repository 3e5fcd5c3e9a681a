"""Use case: show to the unit what another number of seats costs, and keep the inputs with which it is then made."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from accounts.models import Organization, User
from billing import clock
from billing.errors import ItemUnclear, NoSubscription, NothingToChange, NotPerSeat
from billing.gateway.change_basis import BilledItem, ChangeBasis, read_change_basis
from billing.gateway.item_changes import ItemChange
from billing.gateway.previews import Quote, as_data, quote_change
from billing.mirror.refresh import refresh
from billing.mirror.refs import ObjectRef
from billing.models import ChangePreview
from billing.rules.actions import require
from billing.rules.plan_change import balance_after, due_with
from billing.rules.seats import SeatSteps, check_quantity, policy_for_person, steps_to
from billing.selectors.lifecycle import lifecycle_of
from billing.selectors.seats import Seats, seat_policy, seats_in
from billing.terms import ChangeBehaviour, ChangeDirection, Interval, ObjectKind, SubscriptionAction

VALID_FOR = timedelta(minutes=30)
_LEASE_WAIT_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class _Wish:
    basis: ChangeBasis
    item: BilledItem
    seats: Seats
    quantity: int
    steps: SeatSteps
    proration_at: datetime

    @property
    def is_charged(self) -> bool:
        return self.steps.charged != self.item.quantity


def preview_seats(organization: Organization, *, quantity: int, actor: User | None, now: datetime) -> ChangePreview:
    """Ask Stripe what `quantity` seats cost and keep its answer for 30 minutes, within one period. Charges nothing.

    `due_now_minor` is charged at once; `lines` and `subtotal_minor` (before tax) are for the rest of this period,
    also where they stand on the next invoice; `next_…` are of that one, and `next_at` is None where another plan
    begins then. `now` is business time. Safe to repeat: each preview is a row of its own. Raises what the
    table of actions says, NotPerSeat, SeatsBelowUsed, SeatsBelowMinimum, SeatsAboveMaximum, NothingToChange,
    ItemUnclear, StripeUnreachable.
    """
    wish = _wish(organization, quantity=quantity, now=now)
    first = _quote(wish, quantity=wish.steps.charged) if wish.is_charged else None
    following = _following(wish, first)
    created_at = clock.system_now()
    period_end = wish.item.period_end
    return ChangePreview.objects.create(
        organization=organization,
        requested_by=actor,
        stripe_subscription_id=wish.basis.stripe_subscription_id,
        stripe_item_id=wish.item.stripe_item_id,
        from_price=wish.seats.price,
        from_quantity=wish.item.quantity,
        price=wish.seats.price,
        quantity=quantity,
        direction=ChangeDirection.UP if quantity > wish.item.quantity else ChangeDirection.DOWN,
        behaviour=wish.steps.behaviour,
        proration_at=wish.proration_at,
        effective_at=wish.proration_at if quantity > wish.item.quantity else period_end,
        basis=wish.basis.digest,
        currency=wish.seats.price.currency,
        created_at=created_at,
        expires_at=created_at + min(VALID_FOR, period_end - now),
        **_sums_now(wish, first),
        **_sums_next(wish, first, following),
    )


def _wish(organization: Organization, *, quantity: int, now: datetime) -> _Wish:
    basis, item, seats = _read(organization, now=now)
    check_quantity(seats.terms, quantity=quantity, used=seats.used)
    if quantity == item.quantity:
        raise NothingToChange()
    steps = steps_to(
        quantity,
        billed=item.quantity,
        held=seats.held,
        is_trial=basis.is_trialing,
        policy=policy_for_person(seat_policy(), interval=Interval(seats.price.interval)),
    )
    proration_at = max(now.replace(microsecond=0), item.period_start)
    return _Wish(basis, item, seats, quantity, steps, proration_at)


def _read(organization: Organization, *, now: datetime) -> tuple[ChangeBasis, BilledItem, Seats]:
    """What Stripe and our rows say, brought to agree first. Raises what the table of actions says."""
    for is_last in (False, True):
        lifecycle = lifecycle_of(organization, now)
        require(SubscriptionAction.CHANGE_SEATS, lifecycle.state)
        if lifecycle.subscription is None:
            raise NoSubscription()
        row = lifecycle.subscription
        basis = read_change_basis(row.stripe_subscription_id)
        item = basis.item_of(row.stripe_price_id)
        if item and (basis.status, item.quantity) == (row.status, row.quantity):
            break
        if is_last:
            raise ItemUnclear()
        refresh(ObjectRef(ObjectKind.SUBSCRIPTION, row.stripe_subscription_id), wait_seconds=_LEASE_WAIT_SECONDS)
    seats = seats_in(row, now=now)
    if item is None or seats is None:
        raise NotPerSeat()
    return basis, item, seats


def _quote(wish: _Wish, *, quantity: int, is_free: bool = False, is_recurring_only: bool = False) -> Quote:
    bills_now = wish.steps.behaviour == ChangeBehaviour.NOW_INVOICE
    change = ItemChange(
        stripe_subscription_id=wish.basis.stripe_subscription_id,
        stripe_item_id=wish.item.stripe_item_id,
        stripe_price_id=wish.item.stripe_price_id,
        quantity=quantity,
        proration_behavior="none" if is_free else "always_invoice" if bills_now else "create_prorations",
        proration_at=None if is_free else wish.proration_at,
    )
    return quote_change(change, is_recurring_only=is_recurring_only)


def _following(wish: _Wish, first: Quote | None) -> Quote | None:
    """The next invoice with the final number; None where a schedule begins another plan with it."""
    if wish.basis.stripe_schedule_id:
        return None
    if first is None:
        return _quote(wish, quantity=wish.steps.final, is_free=True)
    is_pooled = wish.steps.behaviour == ChangeBehaviour.NOW_NEXT_INVOICE
    if is_pooled and wish.steps.charged == wish.steps.final:
        return first
    renewal = _quote(wish, quantity=wish.steps.final, is_free=True, is_recurring_only=True)
    if not is_pooled:
        return renewal
    return _with_other_renewal(
        first,
        without=_quote(wish, quantity=wish.steps.charged, is_free=True, is_recurring_only=True),
        renewal=renewal,
    )


def _with_other_renewal(first: Quote, *, without: Quote, renewal: Quote) -> Quote:
    """The invoice `first`, in which another renewal stands: its number of seats is reached in two steps."""
    total = first.total_minor - without.total_minor + renewal.total_minor
    return replace(
        first,
        lines=(*(line for line in first.lines if line.is_proration), *renewal.lines),
        subtotal_minor=first.subtotal_minor - without.subtotal_minor + renewal.subtotal_minor,
        discount_minor=first.discount_minor - without.discount_minor + renewal.discount_minor,
        tax_minor=first.tax_minor - without.tax_minor + renewal.tax_minor,
        total_minor=total,
        amount_due_minor=due_with(first.starting_balance_minor, total_minor=total),
    )


def _sums_now(wish: _Wish, quote: Quote | None) -> dict[str, Any]:
    if quote is None:
        return {"due_now_minor": 0, "subtotal_minor": 0, "total_minor": 0}
    lines = [line for line in quote.lines if line.is_proration and line.starts_at == wish.proration_at]
    if wish.steps.behaviour != ChangeBehaviour.NOW_INVOICE:
        subtotal = sum(line.amount_minor for line in lines)
        return {"due_now_minor": 0, "subtotal_minor": subtotal, "total_minor": 0, "lines": as_data(lines)}
    return {
        "due_now_minor": quote.amount_due_minor,
        "subtotal_minor": quote.subtotal_minor,
        "discount_minor": quote.discount_minor,
        "tax_minor": quote.tax_minor,
        "total_minor": quote.total_minor,
        "balance_applied_minor": quote.amount_due_minor - max(quote.total_minor, 0),
        "lines": as_data(quote.lines),
    }


def _sums_next(wish: _Wish, first: Quote | None, quote: Quote | None) -> dict[str, Any]:
    if quote is None:
        return {"next_amount_minor": 0}
    due = quote.amount_due_minor
    if first is not None and wish.steps.behaviour == ChangeBehaviour.NOW_INVOICE:
        balance = balance_after(
            starting_balance_minor=first.starting_balance_minor,
            total_minor=first.total_minor,
            amount_due_minor=first.amount_due_minor,
        )
        due = due_with(balance, total_minor=quote.total_minor)
    return {
        "next_at": quote.falls_due_at,
        "next_subtotal_minor": quote.subtotal_minor,
        "next_discount_minor": quote.discount_minor,
        "next_tax_minor": quote.tax_minor,
        "next_balance_applied_minor": due - max(quote.total_minor, 0),
        "next_amount_minor": due,
        "next_lines": as_data(quote.lines),
    }
