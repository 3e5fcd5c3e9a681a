"""Keeps what a subscription holds now: dj-stripe keeps removed items, we do not (rule E9)."""

from typing import Any

from billing.mirror import shapes
from billing.models import Subscription, SubscriptionItem


def write_items(row: Subscription, obj: Any) -> None:
    """Bring the rows to Stripe's present list, in its order, in the caller's transaction. Safe to repeat."""
    listed = shapes.value(obj, "items", "data") or []
    SubscriptionItem.objects.filter(subscription=row).exclude(
        stripe_item_id__in=[shapes.text(item, "id") for item in listed]
    ).delete()
    rows = [
        SubscriptionItem(
            subscription=row,
            stripe_item_id=shapes.text(item, "id"),
            stripe_price_id=shapes.text(item, "price"),
            quantity=shapes.value(item, "quantity") or 1,
            position=position,
        )
        for position, item in enumerate(listed)
    ]
    SubscriptionItem.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["subscription", "stripe_item_id"],
        update_fields=["stripe_price_id", "quantity", "position"],
    )
