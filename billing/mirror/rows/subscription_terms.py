"""Says which terms of a subscription moved: price, seats, payment method, discounts, and what is planned for it."""

import hashlib

from billing.mirror.written import Change
from billing.models import Discount, Subscription

_LONGEST = 60
_FIELDS = {
    "price": "stripe_price_id",
    "quantity": "quantity",
    "payment_method": "stripe_payment_method_id",
    "schedule": "stripe_schedule_id",
}
NONE = "none"


def terms_of(row: Subscription) -> dict[str, str]:
    """Each term by the aspect of its transitions, as text that fits one; `none` where there is none. One query."""
    terms = {aspect: str(getattr(row, field)) or NONE for aspect, field in _FIELDS.items()}
    terms["trial_end"] = row.trial_end.isoformat() if row.trial_end else NONE
    discounts = Discount.objects.filter(stripe_subscription_id=row.stripe_subscription_id, is_removed=False)
    ids = ",".join(sorted(discounts.values_list("stripe_discount_id", flat=True)))
    return terms | {"discounts": _short(ids) or NONE}


def changed_terms(before: dict[str, str], after: dict[str, str]) -> tuple[Change, ...]:
    """A change an aspect that moved; of a subscription that was not known there is none."""
    return tuple(
        Change(before[aspect], after[aspect], aspect=aspect) for aspect in after if before[aspect] != after[aspect]
    )


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else hashlib.sha256(text.encode()).hexdigest()[:_LONGEST]
