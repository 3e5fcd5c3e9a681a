"""Reads fields that Stripe has moved between API versions, in today's shape and in the one before basil (2025-03-31).

Everything else in the mirror reads plain keys. Takes StripeObjects or dicts; must not write.
"""

from datetime import UTC, datetime
from typing import Any


def value(obj: Any, *path: str | int) -> Any:
    """Follow keys and positions; None where a step is missing. StripeObject has no `.get`."""
    for step in path:
        if obj is None:
            return None
        try:
            obj = obj[step]
        except (KeyError, IndexError, TypeError):
            return None
    return obj


def text(obj: Any, *path: str | int) -> str:
    """A string, empty for null; an expanded object gives its id."""
    found = value(obj, *path)
    if found is None:
        return ""
    return found if isinstance(found, str) else str(value(found, "id") or "")


def discount_coupon_id(discount: Any) -> str:
    """`source.coupon` today, `coupon` before clover (2025-09-30)."""
    return text(discount, "source", "coupon") or text(discount, "coupon")


def discount_coupon(discount: Any) -> Any:
    """The expanded coupon of a discount, from where the discount holds it; None where it names its id alone."""
    found = value(discount, "source", "coupon") or value(discount, "coupon")
    return None if isinstance(found, str) else found


def subscription_discounts(subscription: Any) -> list[Any]:
    """The expanded `discounts` today, the one `discount` of 2024 and earlier."""
    several = value(subscription, "discounts")
    one = value(subscription, "discount")
    found = several if several is not None else [one]
    return [discount for discount in found if discount is not None and not isinstance(discount, str)]


def charge_invoice_id(charge: Any) -> str:
    """Named by the charge itself before basil; today only an invoice payment knows."""
    return text(charge, "invoice")


def moment(obj: Any, *path: str | int) -> datetime | None:
    """Unix seconds as an aware UTC datetime; None for null and for 0, by which Stripe says "never"."""
    found = value(obj, *path)
    return None if not found else datetime.fromtimestamp(found, tz=UTC)


def created_at(obj: Any) -> datetime:
    """When Stripe made the object, as an aware UTC datetime; KeyError where the object does not say."""
    return datetime.fromtimestamp(obj["created"], tz=UTC)


def subscription_period(subscription: Any) -> tuple[datetime | None, datetime | None]:
    """The paid period: on the items today, on the subscription before basil. Several items: the widest."""
    items = value(subscription, "items", "data") or []
    starts = [found for item in items if (found := moment(item, "current_period_start"))]
    ends = [found for item in items if (found := moment(item, "current_period_end"))]
    start = min(starts) if starts else moment(subscription, "current_period_start")
    end = max(ends) if ends else moment(subscription, "current_period_end")
    return start, end


def invoice_paid_until(invoice: Any) -> datetime | None:
    """The end of the period that a subscription's invoice bills; None where it bills single items only.

    A credit for another price says nothing of what is paid now.
    """
    lines = value(invoice, "lines", "data") or []
    ends = [moment(line, "period", "end") for line in lines if _bills_period(line)]
    return max((end for end in ends if end is not None), default=None)


def _bills_period(line: Any) -> bool:
    is_recurring = (
        value(line, "parent", "type") == "subscription_item_details" or value(line, "type") == "subscription"
    )
    is_proration = value(line, "parent", "invoice_item_details", "proration") or value(line, "proration")
    return bool((is_recurring or is_proration) and (value(line, "amount") or 0) >= 0)


def invoice_is_held_back(invoice: Any) -> bool:
    """Voided, given up, or a draft that is not collected: what a pause makes of each invoice to come."""
    status = text(invoice, "status")
    return status in ("void", "uncollectible") or (status == "draft" and not value(invoice, "auto_advance"))


def invoice_subscription_id(invoice: Any) -> str:
    """`parent.subscription_details.subscription` today, `subscription` before basil."""
    return text(invoice, "parent", "subscription_details", "subscription") or text(invoice, "subscription")


def invoice_default_intent_id(invoice: Any) -> str:
    """The PaymentIntent that the hosted page and our own calls share, or an empty string."""
    payments = value(invoice, "payments", "data") or []
    found = [text(payment, "payment", "payment_intent") for payment in payments if value(payment, "is_default")]
    return found[0] if found else text(invoice, "payment_intent")


def invoice_payment_intent_ids(invoice: Any) -> list[str]:
    """From the expanded `payments` today, from `payment_intent` before basil."""
    payments = value(invoice, "payments", "data") or []
    ids = [text(payment, "payment", "payment_intent") for payment in payments]
    return [found for found in [*ids, text(invoice, "payment_intent")] if found]
