"""Gathers the page that shows what a change of plan costs, from a stored preview; it computes no amount."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from accounts.models import Organization
from billing.errors import InvalidInput, NotFound
from billing.models import ChangePreview, Price, Subscription
from billing.money import Money
from billing.rules.impact import Exceeded
from billing.selectors.catalogue import OfferedFeature, OfferedPlan, offered_plans
from billing.selectors.impact import plan_impact
from billing.selectors.payment_failure import CardName
from billing.selectors.payment_method import charged_payment_method
from billing.terms import SubscriptionStatus


@dataclass(frozen=True, slots=True)
class ChangeLine:
    """One line of an invoice. Without `plan_name` its description is Stripe's; times are UTC."""

    amount: Money
    plan_name: str
    description: str
    seats: int
    is_credit: bool
    is_part: bool
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class ChangeInvoice:
    """An invoice that the change makes, or the one after it. What is nothing is None; `discount` is below zero."""

    lines: tuple[ChangeLine, ...]
    subtotal: Money
    discount: Money | None
    tax: Money | None
    balance: Money | None
    due: Money
    credit_left: Money | None
    falls_due_at: datetime | None


@dataclass(frozen=True, slots=True)
class FeatureChange:
    """What the other plan does to one feature; empty stands for "not there"."""

    name: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class ChangePage:
    """`now` is None where nothing is billed at once. `valid_until` is business time.

    `before` and `after` are the prices of a period, without discount and tax.
    """

    preview: ChangePreview
    before_name: str
    after_name: str
    is_at_once: bool
    is_trial: bool
    now: ChangeInvoice | None
    following: ChangeInvoice
    card: CardName | None
    has_method: bool
    gained: tuple[FeatureChange, ...]
    lost: tuple[FeatureChange, ...]
    exceeded: tuple[Exceeded, ...]
    before: Money | None
    after: Money
    valid_until: datetime


def shown_preview(organization: Organization, named: str) -> ChangePreview:
    """The preview that a form names by its UUID, with its prices. Raises InvalidInput where there is no such one."""
    try:
        return preview_of(organization, UUID(named))
    except (ValueError, NotFound):
        raise InvalidInput(
            "The form did not say which sum it showed. Nothing was charged.", field="preview"
        ) from None


def preview_of(organization: Organization, preview_uuid: UUID) -> ChangePreview:
    """A preview of this organization's, with its prices. Raises NotFound."""
    found = ChangePreview.objects.filter(organization=organization, uuid=preview_uuid)
    preview = found.select_related("price__plan", "from_price__plan").first()
    if preview is None:
        raise NotFound("There is no such preview, or it belongs to another organization. Nothing was charged.")
    return preview


def change_page(preview: ChangePreview) -> ChangePage:
    """The page of one preview; its prices and their plans should be loaded with it. A fixed number of queries."""
    subscription = Subscription.objects.filter(stripe_subscription_id=preview.stripe_subscription_id).first()
    method = charged_payment_method(subscription) if subscription else None
    names = _plan_names([*preview.lines, *preview.next_lines])
    plans = {plan.code: plan for plan in offered_plans()}
    before = plans.get(preview.from_price.plan.code) if preview.from_price else None
    gained, lost = _feature_changes(before, plans.get(preview.price.plan.code))
    return ChangePage(
        preview=preview,
        before_name=preview.from_price.plan.name if preview.from_price else "Your plan",
        after_name=preview.price.plan.name,
        is_at_once=not preview.is_planned,
        is_trial=subscription is not None and subscription.status == SubscriptionStatus.TRIALING,
        now=_now(preview, names=names),
        following=_following(preview, names=names),
        card=CardName(method.card_brand, method.card_last4) if method and method.card_last4 else None,
        has_method=method is not None,
        gained=gained,
        lost=lost,
        exceeded=_exceeded(preview),
        before=_a_period(preview.from_price, preview.from_quantity) if preview.from_price else None,
        after=_a_period(preview.price, preview.quantity),
        valid_until=preview.valid_until,
    )


def _a_period(price: Price, quantity: int) -> Money:
    """What a price asks for a period, before discount and tax."""
    return Money(price.amount_minor * quantity, price.currency)


def _exceeded(preview: ChangePreview) -> tuple[Exceeded, ...]:
    """What the organization uses beyond the other plan's limits."""
    if preview.from_price is None or preview.from_price.plan_id == preview.price.plan_id:
        return ()
    return plan_impact(preview.organization, before=preview.from_price.plan, after=preview.price.plan).exceeded


def _plan_names(lines: list[dict[str, Any]]) -> dict[str, str]:
    ids = {line["stripe_price_id"] for line in lines}
    rows = Price.objects.filter(stripe_price_id__in=ids)
    return dict(rows.values_list("stripe_price_id", "plan__name"))


def _now(preview: ChangePreview, *, names: dict[str, str]) -> ChangeInvoice | None:
    if not preview.bills_now:
        return None
    currency = preview.currency
    return ChangeInvoice(
        lines=_lines(preview.lines, currency=currency, names=names),
        subtotal=Money(preview.subtotal_minor, currency),
        discount=_unless_zero(-preview.discount_minor, currency),
        tax=_unless_zero(preview.tax_minor, currency),
        balance=_unless_zero(preview.balance_applied_minor, currency),
        due=Money(preview.due_now_minor, currency),
        credit_left=Money(-preview.total_minor, currency) if preview.total_minor < 0 else None,
        falls_due_at=preview.proration_at,
    )


def _following(preview: ChangePreview, *, names: dict[str, str]) -> ChangeInvoice:
    currency = preview.currency
    return ChangeInvoice(
        lines=_lines(preview.next_lines, currency=currency, names=names),
        subtotal=Money(preview.next_subtotal_minor, currency),
        discount=_unless_zero(-preview.next_discount_minor, currency),
        tax=_unless_zero(preview.next_tax_minor, currency),
        balance=_unless_zero(preview.next_balance_applied_minor, currency),
        due=Money(preview.next_amount_minor, currency),
        credit_left=None,
        falls_due_at=preview.next_at,
    )


def _unless_zero(amount_minor: int, currency: str) -> Money | None:
    return Money(amount_minor, currency) if amount_minor else None


def _lines(lines: Iterable[dict[str, Any]], *, currency: str, names: dict[str, str]) -> tuple[ChangeLine, ...]:
    return tuple(
        ChangeLine(
            amount=Money(line["amount_minor"], currency),
            plan_name=names.get(line["stripe_price_id"], ""),
            description=line["description"],
            seats=line["quantity"],
            is_credit=line["amount_minor"] < 0,
            is_part=line["is_proration"],
            starts_at=datetime.fromisoformat(line["starts_at"]),
            ends_at=datetime.fromisoformat(line["ends_at"]),
        )
        for line in sorted(lines, key=lambda line: line["amount_minor"], reverse=True)
    )


def _feature_changes(
    before: OfferedPlan | None, after: OfferedPlan | None
) -> tuple[tuple[FeatureChange, ...], tuple[FeatureChange, ...]]:
    """What is gained and what is lost; nothing where one of the plans is not on sale, because both are unknown."""
    gained: list[FeatureChange] = []
    lost: list[FeatureChange] = []
    if before is None or after is None:
        return (), ()
    for old, new in zip(before.features, after.features, strict=True):
        if _worth(new) != _worth(old):
            change = FeatureChange(new.name, _text(old), _text(new))
            (gained if _worth(new) > _worth(old) else lost).append(change)
    return tuple(gained), tuple(lost)


def _worth(feature: OfferedFeature) -> float:
    if not feature.is_included:
        return 0
    return float("inf") if feature.limit is None else feature.limit


def _text(feature: OfferedFeature) -> str:
    return feature.text if feature.is_included else ""
