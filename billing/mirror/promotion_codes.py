"""Asks Stripe whether a promotion code may be used for an order, and what it takes off; it stores nothing."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from accounts.models import Organization
from billing.errors import PromotionCodeEnded, PromotionCodeNotForYou, StripeRefused
from billing.gateway import previews, promotion_codes
from billing.mirror import shapes
from billing.models import Price
from billing.money import Money
from billing.rules.promotion import (
    Deal,
    Order,
    Promotion,
    choose_promotion,
    read_code,
    refuse_used,
    refuse_useless,
)
from billing.selectors.discounts import has_used_code
from billing.selectors.invoices import has_paid
from billing.terms import CouponDuration


@dataclass(frozen=True, slots=True)
class CodeOffer:
    """A code that may be used, and what it makes of the price of one period, before tax, as Stripe reckons it."""

    promotion: Promotion
    taken_off: Money
    lowered: Money


def usable_promotion(
    organization: Organization, *, code: str, price: Money, stripe_customer_id: str, now: datetime
) -> Promotion:
    """The code that this text stands for, if this organization may use it for that price at `now` (business time).

    Raises the refusals of `rules/promotion`, StripeUnreachable. Safe to repeat.
    """
    order = Order(stripe_customer_id, price, has_paid_before=has_paid(organization))
    found = [_promotion(each) for each in promotion_codes.find(read_code(code))]
    promotion = choose_promotion(found, order=order, now=now)
    refuse_used(has_used=has_used_code(organization, promotion.stripe_promotion_code_id))
    return promotion


def offer_for_price(
    organization: Organization, *, code: str, price: Price, quantity: int, stripe_customer_id: str, now: datetime
) -> CodeOffer:
    """The code for a first order of so many of this price. Raises what `usable_promotion` raises. Safe to repeat."""
    money = Money(price.amount_minor * quantity, price.currency)
    promotion = usable_promotion(organization, code=code, price=money, stripe_customer_id=stripe_customer_id, now=now)
    try:
        quote = previews.quote_first_period(
            stripe_price_id=price.stripe_price_id,
            quantity=quantity,
            currency=price.currency,
            stripe_customer_id=stripe_customer_id,
            discounts=[{"promotion_code": promotion.stripe_promotion_code_id}],
        )
    except StripeRefused as error:
        # Another may have used it up since the look: then a second look says so.
        usable_promotion(organization, code=code, price=money, stripe_customer_id=stripe_customer_id, now=now)
        raise refusal_of_code(error) from error
    taken_off = Money(quote.discount_minor, quote.currency)
    refuse_useless(taken_off)
    return CodeOffer(promotion, taken_off, Money(quote.subtotal_minor - quote.discount_minor, quote.currency))


def refusal_of_code(error: StripeRefused) -> PromotionCodeEnded | PromotionCodeNotForYou | StripeRefused:
    """Stripe's refusal in our words where it is about the code."""
    param = str(error.details.get("param") or "")
    if error.details.get("code") == "coupon_expired":
        return PromotionCodeEnded()
    if "discounts" in param or "promotion_code" in param:
        return PromotionCodeNotForYou()
    return error


def _promotion(obj: Any) -> Promotion:
    coupon = obj["promotion"]["coupon"]
    rules = obj["restrictions"]
    least = rules["minimum_amount"]
    return Promotion(
        stripe_promotion_code_id=str(obj["id"]),
        stripe_coupon_id=str(coupon["id"]),
        code=str(obj["code"]),
        deal=deal_of(coupon),
        is_active=bool(obj["active"] and coupon["valid"]),
        is_used_up=_is_used_up(obj) or _is_used_up(coupon),
        expires_at=shapes.moment(obj, "expires_at") or shapes.moment(coupon, "redeem_by"),
        stripe_customer_id=shapes.text(obj, "customer"),
        is_for_first_order=bool(rules["first_time_transaction"]),
        least=None if least is None else Money(least, rules["minimum_amount_currency"]),
        currencies=_currencies(coupon),
    )


def _currencies(coupon: Any) -> frozenset[str]:
    """Those in which the coupon has an amount; none of a share, which counts in all of them."""
    if coupon["amount_off"] is None:
        return frozenset()
    options = shapes.value(coupon, "currency_options")
    return frozenset(options.to_dict()) if options else frozenset({coupon["currency"]})


def _is_used_up(obj: Any) -> bool:
    most = obj["max_redemptions"]
    return most is not None and obj["times_redeemed"] >= most


def deal_of(coupon: Any) -> Deal:
    """What a coupon takes off, in its own currency."""
    percent, amount = coupon["percent_off"], coupon["amount_off"]
    return Deal(
        percent_off=None if percent is None else Decimal(str(percent)),
        amount_off=None if amount is None else Money(amount, coupon["currency"]),
        duration=CouponDuration(coupon["duration"]),
        months=coupon["duration_in_months"],
    )
