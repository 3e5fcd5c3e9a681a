"""Reads the whole state of a customer in one go, for programs: API and outgoing events give the same shape."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.conf import settings

from accounts.models import Organization
from billing.models import Customer, Invoice, LocalTrial, PaymentMethod, Price, Subscription
from billing.money import Money
from billing.rules.entitlement import Access
from billing.selectors.access import access_for
from billing.selectors.allowances import Allowance, allowances_of
from billing.terms import InvoiceStatus, SubscriptionStatus

MOST_SUBSCRIPTIONS = 20
MOST_INVOICES = 20
_ENDED = (SubscriptionStatus.CANCELED.value, SubscriptionStatus.INCOMPLETE_EXPIRED.value)


@dataclass(frozen=True, slots=True)
class SubscriptionState:
    """A subscription that is not over, as the mirror holds it. All times are UTC."""

    row: Subscription
    plan_code: str
    lookup_key: str
    interval: str
    price: Money | None

    def as_dict(self) -> dict[str, Any]:
        row = self.row
        return {
            "id": row.stripe_subscription_id,
            "status": row.status,
            "plan": self.plan_code,
            "price": self.lookup_key,
            "amount_minor": self.price.amount_minor if self.price else None,
            "currency": row.currency,
            "interval": self.interval,
            "quantity": row.quantity,
            "collection_method": row.collection_method,
            "created_at": _time(row.created_at),
            "current_period_start": _time(row.current_period_start),
            "current_period_end": _time(row.current_period_end),
            "trial_end": _time(row.trial_end),
            "cancel_at": _time(row.cancel_at),
            "past_due_at": _time(row.past_due_at),
            "is_collection_paused": row.is_collection_paused,
            "resumes_at": _time(row.resumes_at),
        }


@dataclass(frozen=True, slots=True)
class OpenInvoice:
    """An invoice that waits for its payment."""

    row: Invoice

    def as_dict(self) -> dict[str, Any]:
        return invoice_as_dict(self.row)


@dataclass(frozen=True, slots=True)
class CustomerState:
    """What is so at `as_of` (business time, UTC): access, features, subscriptions, trial, card, what is owed.

    It names nobody: no name, no address, no number of a card but its last four digits.
    """

    as_of: datetime
    organization: Organization
    access: Access
    features: tuple[Allowance, ...]
    subscriptions: tuple[SubscriptionState, ...]
    local_trial: LocalTrial | None
    open_invoices: tuple[OpenInvoice, ...]
    card: PaymentMethod | None
    has_payment_method: bool

    def as_dict(self) -> dict[str, Any]:
        """Plain values that JSON knows: times as ISO 8601 in UTC, money in minor units beside its currency."""
        return {
            "as_of": _time(self.as_of),
            "organization": str(self.organization.uuid),
            "access": _access(self.access),
            "features": {allowance.code: _feature(allowance) for allowance in self.features},
            "subscriptions": [subscription.as_dict() for subscription in self.subscriptions],
            "local_trial": _local_trial(self.local_trial),
            "open_invoices": [invoice.as_dict() for invoice in self.open_invoices],
            "payment_method": _payment_method(self.card, is_there=self.has_payment_method),
        }


def customer_state(organization: Organization, now: datetime) -> CustomerState:
    """The state of an organization at `now` (business time), in at most 13 queries and those of the counters."""
    access = access_for(organization, now)
    subscriptions = _subscriptions(organization)
    chosen = subscriptions[0].row.stripe_payment_method_id if subscriptions else ""
    method_id = chosen or _default_method_id(organization)
    return CustomerState(
        as_of=now,
        organization=organization,
        access=access,
        features=allowances_of(organization, access=access),
        subscriptions=subscriptions,
        local_trial=LocalTrial.objects.filter(organization=organization).select_related("plan").first(),
        open_invoices=tuple(OpenInvoice(row) for row in _open_invoices(organization)),
        card=PaymentMethod.objects.filter(stripe_payment_method_id=method_id).first() if method_id else None,
        has_payment_method=bool(method_id),
    )


def subscription_as_dict(row: Subscription) -> dict[str, Any]:
    """One subscription in the shape in which the whole state names it, whether it is over or not. One query."""
    return {**_stated([row])[0].as_dict(), "ended_at": _time(row.ended_at)}


def invoice_as_dict(row: Invoice) -> dict[str, Any]:
    """One invoice in the shape in which the whole state names it."""
    return {
        "id": row.stripe_invoice_id,
        "number": row.number,
        "subscription": row.stripe_subscription_id,
        "status": row.status,
        "billing_reason": row.billing_reason,
        "currency": row.currency,
        "total_minor": row.total_minor,
        "amount_paid_minor": row.amount_paid_minor,
        "amount_remaining_minor": row.amount_remaining_minor,
        "needs_confirmation": row.authentication == "required",
        "created_at": _time(row.created_at),
        "due_at": _time(row.due_at),
        "paid_at": _time(row.paid_at),
        "next_payment_attempt_at": _time(row.next_payment_attempt_at),
    }


def _subscriptions(organization: Organization) -> tuple[SubscriptionState, ...]:
    """The newest first."""
    rows = Subscription.objects.filter(organization=organization, livemode=settings.STRIPE_LIVE_MODE)
    return _stated(list(rows.exclude(status__in=_ENDED).order_by("-created_at", "-pk")[:MOST_SUBSCRIPTIONS]))


def _stated(rows: list[Subscription]) -> tuple[SubscriptionState, ...]:
    ids = {row.stripe_price_id for row in rows}
    prices = Price.objects.filter(stripe_price_id__in=ids).select_related("plan") if ids else ()
    by_id = {price.stripe_price_id: price for price in prices}
    return tuple(_subscription(row, price=by_id.get(row.stripe_price_id)) for row in rows)


def _subscription(row: Subscription, *, price: Price | None) -> SubscriptionState:
    if price is None:
        return SubscriptionState(row, plan_code="", lookup_key="", interval="", price=None)
    return SubscriptionState(
        row,
        plan_code=price.plan.code,
        lookup_key=price.lookup_key,
        interval=price.interval,
        price=Money(price.amount_minor, price.currency),
    )


def _open_invoices(organization: Organization) -> list[Invoice]:
    """The oldest first: what is owed longest."""
    rows = Invoice.objects.filter(
        organization=organization,
        livemode=settings.STRIPE_LIVE_MODE,
        is_deleted=False,
        status=InvoiceStatus.OPEN.value,
    )
    return list(rows.order_by("created_at", "pk")[:MOST_INVOICES])


def _default_method_id(organization: Organization) -> str:
    customers = Customer.objects.filter(
        organization=organization, livemode=settings.STRIPE_LIVE_MODE, is_deleted=False
    )
    return customers.values_list("default_stripe_payment_method_id", flat=True).first() or ""


def _access(access: Access) -> dict[str, Any]:
    return {
        "plan": access.plan_code,
        "plan_name": access.plan_name,
        "reason": access.reason.value,
        "subscription": access.stripe_subscription_id,
        "until": _time(access.until),
        "is_read_only": access.is_read_only,
        "read_only_at": _time(access.read_only_at),
    }


def _feature(allowance: Allowance) -> dict[str, Any]:
    """`limit` is None for a flag and for a limit without an end; `is_unlimited` tells the two apart."""
    return {
        "is_included": allowance.is_included,
        "is_limit": allowance.is_limit,
        "is_unlimited": allowance.is_limit and allowance.is_included and allowance.limit is None,
        "limit": allowance.limit,
        "used": allowance.used,
    }


def _local_trial(trial: LocalTrial | None) -> dict[str, Any] | None:
    if trial is None:
        return None
    return {
        "plan": trial.plan.code,
        "started_at": _time(trial.started_at),
        "ends_at": _time(trial.ends_at),
        "ended_at": _time(trial.ended_at),
    }


def _payment_method(card: PaymentMethod | None, *, is_there: bool) -> dict[str, Any] | None:
    """None where nothing can be charged; without a brand where it is no card, or its row is on its way."""
    if not is_there:
        return None
    return {
        "type": card.type if card else "",
        "card_brand": card.card_brand if card else "",
        "card_last4": card.card_last4 if card else "",
        "card_exp_month": card.card_exp_month if card else None,
        "card_exp_year": card.card_exp_year if card else None,
    }


def _time(moment: datetime | None) -> str | None:
    """UTC to the second, as Stripe has it, but for people: `2026-11-21T12:00:00Z`."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if moment else None
