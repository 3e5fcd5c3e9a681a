"""Gathers an organization's payment methods: which pays for what, which ends too early, and what is owed."""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings

from accounts.models import Organization
from billing.errors import PaymentMethodGone
from billing.models import Customer, Invoice, PaymentMethod, Subscription
from billing.rules.payment_method import Use, expires_before
from billing.selectors.catalogue import plan_of_price
from billing.selectors.customer import current_customer
from billing.selectors.payment_failure import CardName, PaymentFailure, payment_failure
from billing.selectors.subscription import current_subscription
from billing.terms import InvoiceStatus


@dataclass(frozen=True, slots=True)
class MethodRow:
    """One method. `card` is None for what is no card, which `type` names; `pays_for` is a plan's name or empty.

    `ends_too_early`: it pays for a plan and is no longer good when that is charged next.
    """

    stripe_payment_method_id: str
    type: str
    card: CardName | None
    is_default: bool
    pays_for: str
    is_expired: bool
    ends_too_early: bool


@dataclass(frozen=True, slots=True)
class PaymentMethodPage:
    """`failure` is the open invoice that was tried in vain; `next_charge_at` is UTC."""

    rows: tuple[MethodRow, ...]
    failure: PaymentFailure | None
    next_charge_at: datetime | None
    has_plan: bool


def payment_method_page(organization: Organization, now: datetime) -> PaymentMethodPage:
    """The page at `now` (business time): what pays comes first. Six queries at most."""
    customer, subscription = current_customer(organization), current_subscription(organization)
    plan_name, charged_id = _plan_name(subscription), _charged_id(subscription, customer=customer)
    next_at = next_charge_at(subscription) if subscription else None
    rows = [
        MethodRow(
            stripe_payment_method_id=method.stripe_payment_method_id,
            type=method.type,
            card=_card(method),
            is_default=customer is not None
            and method.stripe_payment_method_id == customer.default_stripe_payment_method_id,
            pays_for=plan_name if method.stripe_payment_method_id == charged_id else "",
            is_expired=expires_before(now, year=method.card_exp_year, month=method.card_exp_month),
            ends_too_early=method.stripe_payment_method_id == charged_id
            and next_at is not None
            and expires_before(next_at, year=method.card_exp_year, month=method.card_exp_month),
        )
        for method in _methods(customer)
    ]
    return PaymentMethodPage(
        rows=tuple(sorted(rows, key=lambda row: (not row.pays_for, not row.is_default))),
        failure=payment_failure(subscription, now=now) if subscription else None,
        next_charge_at=next_at,
        has_plan=subscription is not None,
    )


def method_row(organization: Organization, stripe_payment_method_id: str, *, now: datetime) -> MethodRow | None:
    """One of the page's methods (`pm_…`), or None where it is not this organization's."""
    rows = payment_method_page(organization, now).rows
    return next((row for row in rows if row.stripe_payment_method_id == stripe_payment_method_id), None)


def method_of(organization: Organization, stripe_payment_method_id: str) -> PaymentMethod:
    """The method (`pm_…`) of this organization's customer. Raises PaymentMethodGone."""
    customer = current_customer(organization)
    method = PaymentMethod.objects.filter(
        stripe_payment_method_id=stripe_payment_method_id,
        stripe_customer_id=(customer.stripe_customer_id if customer else "") or "-",
    ).first()
    if method is None:
        raise PaymentMethodGone()
    return method


def use_of(organization: Organization, method: PaymentMethod, *, now: datetime) -> Use:
    """What hangs on this method at `now` (business time), by our rows."""
    customer, subscription = current_customer(organization), current_subscription(organization)
    is_charged = _charged_id(subscription, customer=customer) == method.stripe_payment_method_id
    return Use(
        pays_for=_plan_name(subscription) if is_charged else "",
        is_last=len(_methods(customer)) <= 1,
        renews=subscription is not None and (subscription.cancel_at is None or subscription.cancel_at <= now),
        is_owed=_owes(organization),
    )


def next_charge_at(subscription: Subscription) -> datetime | None:
    """When the subscription is charged next (UTC); None where it ends first, or is not charged by itself."""
    if subscription.collection_method == "send_invoice" or subscription.is_collection_paused:
        return None
    at = subscription.trial_end if subscription.status == "trialing" else subscription.current_period_end
    is_over_first = subscription.cancel_at is not None and at is not None and subscription.cancel_at <= at
    return None if is_over_first else at


def _methods(customer: Customer | None) -> list[PaymentMethod]:
    if customer is None or not customer.stripe_customer_id:
        return []
    return list(PaymentMethod.objects.filter(stripe_customer_id=customer.stripe_customer_id).order_by("-pk"))


def _charged_id(subscription: Subscription | None, *, customer: Customer | None) -> str:
    """The subscription's own method, else the customer's default: the order in which Stripe collects."""
    if subscription is None:
        return ""
    return subscription.stripe_payment_method_id or (customer.default_stripe_payment_method_id if customer else "")


def _plan_name(subscription: Subscription | None) -> str:
    plan = plan_of_price(subscription.stripe_price_id) if subscription else None
    return plan.name if plan else "Your plan" if subscription else ""


def _owes(organization: Organization) -> bool:
    return Invoice.objects.filter(
        organization=organization,
        livemode=settings.STRIPE_LIVE_MODE,
        status=InvoiceStatus.OPEN.value,
        amount_remaining_minor__gt=0,
        is_deleted=False,
    ).exists()


def _card(method: PaymentMethod) -> CardName | None:
    if not method.card_last4:
        return None
    return CardName(method.card_brand, method.card_last4, method.card_exp_month, method.card_exp_year)
