"""Decides whether a promotion code may be used here, in words for who typed it; Stripe has the last word.

What a code takes off, its caps and its dates are Stripe's (https://docs.stripe.com/billing/subscriptions/coupons,
read 2026-11-30). One use for each organization is ours.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from billing.errors import (
    DiscountRunning,
    PromotionCodeEnded,
    PromotionCodeNotForPlan,
    PromotionCodeNotForYou,
    PromotionCodeUnknown,
    PromotionCodeUsed,
    PromotionCodeUsedUp,
)
from billing.money import Money
from billing.terms import CouponDuration

LONGEST_CODE = 100
_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_")


@dataclass(frozen=True, slots=True)
class Deal:
    """What a coupon takes off: a share or an amount, and for how long. `months` only where it repeats."""

    percent_off: Decimal | None
    amount_off: Money | None
    duration: CouponDuration
    months: int | None = None


@dataclass(frozen=True, slots=True)
class Promotion:
    """A code as Stripe has it. Times are UTC; `stripe_customer_id` is empty where everybody may use it.

    `is_used_up` and `is_over` say why it is not active, as far as that can be known.
    """

    stripe_promotion_code_id: str
    stripe_coupon_id: str
    code: str
    deal: Deal
    is_active: bool
    is_used_up: bool
    expires_at: datetime | None
    stripe_customer_id: str
    is_for_first_order: bool
    least: Money | None
    currencies: frozenset[str]


@dataclass(frozen=True, slots=True)
class Order:
    """What the code is to lower: one period's price, before tax, and who pays it."""

    stripe_customer_id: str
    price: Money
    has_paid_before: bool


def read_code(text: str) -> str:
    """The code as it may be asked for. Raises PromotionCodeUnknown for what no code can be."""
    code = text.strip()
    if not code or len(code) > LONGEST_CODE or not _LETTERS.issuperset(code):
        raise PromotionCodeUnknown()
    return code


def choose_promotion(found: Sequence[Promotion], *, order: Order, now: datetime) -> Promotion:
    """The one of the codes with this text that the order may use at `now`; the customer's own comes first.

    Raises PromotionCodeUnknown, PromotionCodeEnded, PromotionCodeUsedUp, PromotionCodeNotForYou,
    PromotionCodeNotForPlan.
    """
    if not found:
        raise PromotionCodeUnknown()
    mine = [each for each in found if each.stripe_customer_id in ("", order.stripe_customer_id)]
    if not mine:
        # Whether somebody else has a code of their own is nobody's business.
        raise PromotionCodeUnknown()
    chosen = max(mine, key=lambda each: (each.is_active, bool(each.stripe_customer_id)))
    if chosen.expires_at is not None and chosen.expires_at <= now:
        raise PromotionCodeEnded()
    if chosen.is_used_up:
        raise PromotionCodeUsedUp()
    if not chosen.is_active:
        raise PromotionCodeEnded()
    if chosen.is_for_first_order and order.has_paid_before:
        raise PromotionCodeNotForYou("This code is for a first order only.")
    _refuse_wrong_sum(chosen, order=order)
    return chosen


def _refuse_wrong_sum(promotion: Promotion, *, order: Order) -> None:
    currency = order.price.currency
    if promotion.currencies and currency not in promotion.currencies:
        raise PromotionCodeNotForPlan(f"This code takes nothing off prices in {currency.upper()}.")
    least = promotion.least
    if least is None:
        return
    if least.currency != currency:
        raise PromotionCodeNotForPlan(f"This code is not for prices in {currency.upper()}.")
    if order.price.amount_minor < least.amount_minor:
        raise PromotionCodeNotForPlan("This code needs a plan that costs more.")


def refuse_useless(taken_off: Money) -> None:
    """Raise PromotionCodeNotForPlan where Stripe reckons that the code lowers nothing here."""
    if taken_off.amount_minor <= 0:
        raise PromotionCodeNotForPlan()


def refuse_used(*, has_used: bool) -> None:
    """Raise PromotionCodeUsed: a code counts once for an organization, whoever types it."""
    if has_used:
        raise PromotionCodeUsed()


def refuse_another(*, running: int, most: int) -> None:
    """Raise DiscountRunning where as many discounts run as may run at a time."""
    if running >= most:
        raise DiscountRunning()
