"""Use case: show to the unit what a change of plan would cost, and keep the inputs with which it is made."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings

from accounts.models import Organization, User
from billing import clock
from billing.errors import ItemUnclear, NoSubscription, NothingToChange
from billing.gateway.change_basis import BilledItem, ChangeBasis, read_change_basis
from billing.gateway.item_changes import ItemChange
from billing.gateway.previews import Quote, as_data, quote_change
from billing.mirror.refresh import refresh
from billing.mirror.refs import ObjectRef
from billing.models import ChangePreview, PlanChange, Price, Subscription
from billing.rules.actions import require
from billing.rules.checkout import refuse_other_currency
from billing.rules.plan_change import (
    ChangeTerms,
    Side,
    balance_after,
    behaviour_for,
    direction_of,
    due_with,
    terms_for,
)
from billing.rules.seats import check_quantity, quantity_after_change
from billing.selectors.catalogue import price_for
from billing.selectors.lifecycle import Lifecycle, lifecycle_of
from billing.selectors.payment_method import charged_payment_method
from billing.selectors.seats import people_of
from billing.terms import (
    ChangeBehaviour,
    ChangeDirection,
    Interval,
    ObjectKind,
    PlanChangeState,
    SubscriptionAction,
)

VALID_FOR = timedelta(minutes=30)
_LEASE_WAIT_SECONDS = 2.0
_BELOW_EVERY_PLAN = -1
_BANK_DEBITS = ("acss_debit", "au_becs_debit", "bacs_debit", "sepa_debit", "us_bank_account")


@dataclass(frozen=True, slots=True)
class _Wish:
    """What is asked for, decided: from where to where, which way, and when."""

    item: BilledItem
    before: Price | None
    price: Price
    quantity: int
    direction: ChangeDirection
    behaviour: ChangeBehaviour


def preview_change(
    organization: Organization,
    *,
    actor: User | None,
    now: datetime,
    lookup_key: str,
    quantity: int | None = None,
    behaviour: ChangeBehaviour | None = None,
) -> ChangePreview:
    """Ask Stripe what the change costs and keep its answer for 30 minutes, within one period. Charges nothing.

    `lookup_key` names a price on sale; the plan and interval that the organization has are no change, even if their
    price is sold no more. `quantity` is for a plan with seats: None keeps them, or takes as many as people use one.
    `now` is business time. Safe to repeat: each preview is a row of its own. Raises what the table of actions says,
    UnknownPlan, CurrencyLocked, NothingToChange, ItemUnclear, the refusals of a number of seats, StripeUnreachable,
    StripeRefused.
    """
    lifecycle, subscription = _changeable(organization, now=now)
    basis = read_change_basis(subscription.stripe_subscription_id)
    if _is_outdated(subscription, basis):
        refresh(
            ObjectRef(ObjectKind.SUBSCRIPTION, subscription.stripe_subscription_id),
            wait_seconds=_LEASE_WAIT_SECONDS,
        )
        lifecycle, subscription = _changeable(organization, now=now)
    wish = _wish(organization, basis, lookup_key=lookup_key, quantity=quantity, behaviour=behaviour)
    _refuse_what_is_planned(lifecycle.change, wish)
    return _ask(organization, basis, wish, actor=actor, now=now)


def _changeable(organization: Organization, *, now: datetime) -> tuple[Lifecycle, Subscription]:
    lifecycle = lifecycle_of(organization, now)
    require(SubscriptionAction.CHANGE_PLAN, lifecycle.state)
    if lifecycle.subscription is None:
        raise NoSubscription()
    return lifecycle, lifecycle.subscription


def _is_outdated(subscription: Subscription, basis: ChangeBasis) -> bool:
    """Whether our row, which the table of actions was asked about, tells of another subscription than Stripe does."""
    items = {(item.stripe_price_id, item.quantity) for item in basis.items}
    return (
        subscription.status != basis.status
        or (subscription.stripe_price_id, subscription.quantity) not in items
        or (subscription.cancel_at is not None) != basis.is_ending
    )


def _wish(
    organization: Organization,
    basis: ChangeBasis,
    *,
    lookup_key: str,
    quantity: int | None,
    behaviour: ChangeBehaviour | None,
) -> _Wish:
    item = _plan_item(basis)
    before = Price.objects.select_related("plan").filter(stripe_price_id=item.stripe_price_id).first()
    price = price_for(lookup_key)
    refuse_other_currency(customer_currency=basis.currency, price_currency=price.currency)
    if before is not None and _terms_of(price) == _terms_of(before):
        raise NothingToChange()
    seats = _seats(organization, price=price, before=before, paid=item.quantity, asked=quantity)
    if any(other.stripe_price_id == price.stripe_price_id for other in basis.items if other is not item):
        raise ItemUnclear()
    direction = direction_of(_side(before, item.quantity), _side(price, seats))
    return _Wish(
        item=item,
        before=before,
        price=price,
        quantity=seats,
        direction=direction,
        behaviour=behaviour_for(
            direction,
            changes_interval=before is not None and before.interval != price.interval,
            up=ChangeBehaviour(settings.PLAN_CHANGE_UP_BEHAVIOUR),
            down=ChangeBehaviour(settings.PLAN_CHANGE_DOWN_BEHAVIOUR),
            asked=behaviour,
            is_trial=basis.is_trialing,
        ),
    )


def _plan_item(basis: ChangeBasis) -> BilledItem:
    """The item that is the plan: the only one, or the only one whose price is of our catalogue."""
    if len(basis.items) == 1:
        return basis.items[0]
    ids = [item.stripe_price_id for item in basis.items]
    known = set(Price.objects.filter(stripe_price_id__in=ids).values_list("stripe_price_id", flat=True))
    plans = [item for item in basis.items if item.stripe_price_id in known]
    if len(plans) != 1:
        raise ItemUnclear()
    return plans[0]


def _terms_of(price: Price) -> tuple[int, str, str]:
    """What somebody chooses. A newer amount for the same is none: who has an older price keeps it (rule S16)."""
    return price.plan_id, price.interval, price.currency


def _seats(organization: Organization, *, price: Price, before: Price | None, paid: int, asked: int | None) -> int:
    terms = price.plan.seat_terms
    used = people_of(organization).used
    if asked is not None:
        check_quantity(terms, quantity=asked, used=used)
        return asked
    return quantity_after_change(before.plan.seat_terms if before else None, terms, billed=paid, used=used)


def _side(price: Price | None, quantity: int) -> Side:
    """A price that is not of our catalogue lies below every plan."""
    if price is None:
        return Side(rank=_BELOW_EVERY_PLAN, interval=Interval.MONTH, quantity=quantity)
    return Side(rank=price.plan.rank, interval=Interval(price.interval), quantity=quantity)


def _refuse_what_is_planned(change: PlanChange | None, wish: _Wish) -> None:
    if (
        change is not None
        and change.state == PlanChangeState.SCHEDULED
        and wish.behaviour == ChangeBehaviour.PERIOD_END
        and (change.price_id, change.quantity) == (wish.price.pk, wish.quantity)
    ):
        raise NothingToChange("This change is planned already. Nothing was changed.")


def _ask(
    organization: Organization, basis: ChangeBasis, wish: _Wish, *, actor: User | None, now: datetime
) -> ChangePreview:
    terms = terms_for(wish.behaviour, is_trial=basis.is_trialing, can_wait=_can_wait(basis))
    proration_at = max(now.replace(microsecond=0), wish.item.period_start)
    change = ItemChange(
        stripe_subscription_id=basis.stripe_subscription_id,
        stripe_item_id=wish.item.stripe_item_id,
        stripe_price_id=wish.price.stripe_price_id,
        quantity=wish.quantity,
        proration_behavior=terms.proration_behavior,
        proration_at=proration_at if terms.is_prorated else None,
        begins_new_cycle=terms.begins_new_cycle,
    )
    # A schedule would take the change back in its next phase: then only the renewal itself tells what it costs.
    first = quote_change(change, is_recurring_only=not terms.bills_now and bool(basis.stripe_schedule_id))
    following = quote_change(change, is_recurring_only=True) if terms.bills_now else first
    created_at = clock.system_now()
    return ChangePreview.objects.create(
        organization=organization,
        requested_by=actor,
        stripe_subscription_id=basis.stripe_subscription_id,
        stripe_item_id=wish.item.stripe_item_id,
        from_price=wish.before,
        from_quantity=wish.item.quantity,
        price=wish.price,
        quantity=wish.quantity,
        direction=wish.direction,
        behaviour=wish.behaviour,
        proration_behavior=terms.proration_behavior,
        payment_behavior=terms.payment_behavior,
        proration_at=proration_at,
        effective_at=wish.item.period_end if wish.behaviour == ChangeBehaviour.PERIOD_END else proration_at,
        basis=basis.digest,
        currency=first.currency,
        created_at=created_at,
        expires_at=created_at + min(VALID_FOR, wish.item.period_end - now),
        **_sums_now(first, terms=terms),
        **_sums_next(following, after=first if terms.bills_now else None),
    )


def _can_wait(basis: ChangeBasis) -> bool:
    """Whether Stripe can hold a change back until it is paid; it cannot for mailed invoices and bank debits."""
    subscription = Subscription.objects.filter(stripe_subscription_id=basis.stripe_subscription_id).first()
    method = charged_payment_method(subscription) if subscription else None
    is_debit = method is not None and method.type in _BANK_DEBITS
    return basis.collection_method == "charge_automatically" and not is_debit


def _sums_now(quote: Quote, *, terms: ChangeTerms) -> dict[str, Any]:
    if not terms.bills_now:
        return {"due_now_minor": 0, "subtotal_minor": 0, "total_minor": 0}
    return {
        "due_now_minor": quote.amount_due_minor,
        "subtotal_minor": quote.subtotal_minor,
        "discount_minor": quote.discount_minor,
        "tax_minor": quote.tax_minor,
        "total_minor": quote.total_minor,
        "balance_applied_minor": quote.amount_due_minor - max(quote.total_minor, 0),
        "lines": as_data(quote.lines),
    }


def _sums_next(quote: Quote, *, after: Quote | None) -> dict[str, Any]:
    """The invoice after that, with the balance that the invoice of now, if there is one, leaves."""
    balance = quote.starting_balance_minor
    if after is not None:
        balance = balance_after(
            starting_balance_minor=after.starting_balance_minor,
            total_minor=after.total_minor,
            amount_due_minor=after.amount_due_minor,
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
