"""Reads which discounts lower an organization's invoices, and until when; it computes no amount."""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db.models import Q

from accounts.models import Organization
from billing.models import Discount, PromotionCodeUse, Subscription
from billing.money import Money
from billing.rules.promotion import Deal
from billing.terms import CheckoutState, CouponDuration

_UNFINISHED = (CheckoutState.RECORDED.value, CheckoutState.OPEN.value)


@dataclass(frozen=True, slots=True)
class ActiveDiscount:
    """A discount that lowers the next invoice. `ends_at` is UTC, and None where it does not end by date.

    `deal` is None while what the coupon takes off is not known here, or is an amount in another currency.
    """

    stripe_discount_id: str
    code: str
    name: str
    deal: Deal | None
    ends_at: datetime | None
    is_of_subscription: bool


def active_discounts(subscription: Subscription, *, now: datetime) -> tuple[ActiveDiscount, ...]:
    """Those of the subscription, else its customer's, as Stripe takes them; `now` is business time. One query."""
    rows = list(
        Discount.objects.filter(
            Q(stripe_subscription_id=subscription.stripe_subscription_id)
            | Q(stripe_subscription_id="", stripe_customer_id=subscription.stripe_customer_id),
            is_removed=False,
        ).order_by("starts_at", "pk")
    )
    running = [row for row in rows if row.ends_at is None or row.ends_at > now]
    own = [row for row in running if row.stripe_subscription_id]
    return tuple(_shown(row, currency=subscription.currency) for row in own or running)


def has_used_code(organization: Organization, stripe_promotion_code_id: str) -> bool:
    """Whether the organization has used this code (`promo_…`), here or on a page of Stripe's. Two queries at most.

    What its own unfinished checkout reserves is not used yet.
    """
    mine = {
        "organization": organization,
        "livemode": settings.STRIPE_LIVE_MODE,
        "stripe_promotion_code_id": stripe_promotion_code_id,
    }
    uses = PromotionCodeUse.objects.filter(**mine).exclude(checkout_intent__state__in=_UNFINISHED)
    return uses.exists() or Discount.objects.filter(**mine).exists()


def _shown(row: Discount, *, currency: str) -> ActiveDiscount:
    return ActiveDiscount(
        stripe_discount_id=row.stripe_discount_id,
        code=row.code,
        name=row.coupon_name,
        deal=_deal(row, currency=currency),
        ends_at=row.ends_at,
        is_of_subscription=bool(row.stripe_subscription_id),
    )


def _deal(row: Discount, *, currency: str) -> Deal | None:
    if not row.duration:
        return None
    duration = CouponDuration(row.duration)
    if row.percent_off is not None:
        return Deal(row.percent_off, None, duration)
    if row.amount_off_minor is None or row.amount_off_currency != currency:
        return None
    return Deal(None, Money(row.amount_off_minor, row.amount_off_currency), duration)
