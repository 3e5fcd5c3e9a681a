"""Use case: tell people in time that the card which would be charged is no longer good by then."""

import logging
from datetime import datetime

from billing import notices
from billing.models import Notice, Price
from billing.money import Money
from billing.rules.payment_method import card_ends_at
from billing.selectors.discounts import active_discounts
from billing.selectors.expiring_cards import ExpiringCard, expiring_cards

logger = logging.getLogger(__name__)


def remind_of_cards(now: datetime) -> int:
    """Put a notice that is due at `now` (business time) into the outbox, once for each card and charge.

    Returns how many were new. Safe to repeat. One that cannot be written is logged and holds up no other.
    """
    due = {_key(found): found for found in expiring_cards(now)}
    written = set(Notice.objects.filter(key__in=due).values_list("key", flat=True))
    made = 0
    for key, found in due.items():
        if key in written:
            continue
        try:
            made += _write(found, key=key, now=now) is not None
        except Exception:
            logger.exception("Notice %s could not be written; the others go on", key)
    return made


def _key(found: ExpiringCard) -> str:
    return f"card_expiring:{found.method.stripe_payment_method_id}:{found.charge_at:%Y%m%d}"


def _write(found: ExpiringCard, *, key: str, now: datetime) -> Notice | None:
    subscription, method = found.subscription, found.method
    price = Price.objects.select_related("plan").filter(stripe_price_id=subscription.stripe_price_id).first()
    is_dated = method.card_exp_year is not None and method.card_exp_month is not None
    if price is None or subscription.organization is None or not is_dated:
        return None
    ends_at = card_ends_at(year=method.card_exp_year or 0, month=method.card_exp_month or 0)
    return notices.enqueue(
        "card_expiring",
        key=key,
        organization=subscription.organization,
        cause_at=now,
        plan=price.plan,
        amount=Money(price.amount_minor * subscription.quantity, price.currency),
        has_discount=bool(active_discounts(subscription, now=now)),
        charge_at=found.charge_at,
        payment_method=method,
        is_over=ends_at <= now,
    )
