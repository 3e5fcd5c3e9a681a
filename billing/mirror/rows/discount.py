"""Writes the discounts of one owner, a subscription or a customer, together with the owner's row."""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.conf import settings

from billing.mirror import shapes
from billing.mirror.rows.owner import organization_id_of
from billing.models import Discount


def write_discounts(
    found: Iterable[Any], *, stripe_customer_id: str, stripe_subscription_id: str = "", now: datetime
) -> None:
    """Keep exactly these as the owner's present ones; earlier ones stay as history. `now` is system time."""
    kept = [
        _write(obj, customer_id=stripe_customer_id, subscription_id=stripe_subscription_id, now=now) for obj in found
    ]
    mine = Discount.objects.filter(
        stripe_customer_id=stripe_customer_id, stripe_subscription_id=stripe_subscription_id, is_removed=False
    )
    mine.exclude(stripe_discount_id__in=kept).update(is_removed=True, fetched_at=now)


def _write(obj: Any, *, customer_id: str, subscription_id: str, now: datetime) -> str:
    stripe_id = str(obj["id"])
    Discount.objects.update_or_create(
        stripe_discount_id=stripe_id,
        defaults={
            "organization_id": organization_id_of(customer_id),
            "livemode": settings.STRIPE_LIVE_MODE,
            "stripe_customer_id": customer_id,
            "stripe_subscription_id": subscription_id,
            "stripe_coupon_id": shapes.discount_coupon_id(obj),
            "stripe_promotion_code_id": shapes.text(obj, "promotion_code"),
            "code": shapes.text(obj, "promotion_code", "code"),
            **_terms(shapes.discount_coupon(obj)),
            "starts_at": shapes.moment(obj, "start"),
            "ends_at": shapes.moment(obj, "end"),
            "is_removed": False,
            "fetched_at": now,
        },
    )
    return stripe_id


def _terms(coupon: Any) -> dict[str, Any]:
    """What the coupon takes off and for how long; empty while only its id is known."""
    percent = shapes.value(coupon, "percent_off")
    return {
        "coupon_name": shapes.text(coupon, "name"),
        "percent_off": None if percent is None else Decimal(str(percent)),
        "amount_off_minor": shapes.value(coupon, "amount_off"),
        "amount_off_currency": shapes.text(coupon, "currency"),
        "duration": shapes.text(coupon, "duration"),
    }
