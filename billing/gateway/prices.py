"""Stripe's prices: made once, found by lookup key, archived but never changed."""

from datetime import UTC, datetime
from typing import Any

from billing.gateway.client import call, client
from billing.gateway.products import product_id
from billing.money import Money
from billing.rules.catalogue import PlanPrice
from billing.rules.catalogue_steps import PublishedPrice
from billing.terms import Interval

# Which lookup key the catalogue made a price for; unlike Stripe's own lookup key it never moves to another price.
_KEY_MARK = "catalogue_key"


def list_prices(plan_code: str) -> tuple[PublishedPrice, ...]:
    """Every flat price of the plan's product by the month or the year, archived ones, too.

    Raises StripeUnreachable, StripeKeyRefused; safe to repeat.
    """
    found = call(client().v1.prices.list, product=product_id(plan_code), limit=100).auto_paging_iter()
    return tuple(_published(price, plan_code=plan_code) for price in found if _is_flat(price))


def create_price(plan_code: str, *, price: PlanPrice, takes_over: bool, key: str) -> None:
    """Make a recurring flat price, without VAT. Safe to repeat with the same key.

    `takes_over` moves the lookup key here from the price that has it; without it Stripe refuses a key that is in
    use (StripeRefused). The tax behaviour can never be changed once set
    (https://docs.stripe.com/api/prices/object, read 2026-11).
    """
    call(
        client().v1.prices.create,
        key=key,
        product=product_id(plan_code),
        currency=price.money.currency,
        unit_amount=price.money.amount_minor,
        recurring={"interval": price.interval.value},
        tax_behavior="exclusive",
        lookup_key=price.lookup_key,
        transfer_lookup_key=takes_over,
        metadata={_KEY_MARK: price.lookup_key},
    )


def set_price_active(stripe_price_id: str, *, is_active: bool, key: str) -> None:
    """Put a price (`price_…`) on sale or take it off; subscriptions to it run on either way. Safe to repeat."""
    call(client().v1.prices.update, stripe_price_id, key=key, active=is_active)


def _is_flat(price: Any) -> bool:
    """Prices of other kinds, which somebody made by hand, have no place in the catalogue's rows."""
    recurring = price["recurring"]
    return (
        bool(price["unit_amount"])
        and recurring is not None
        and recurring["interval"] in list(Interval)
        and (recurring["interval_count"] == 1)
    )


def _published(price: Any, *, plan_code: str) -> PublishedPrice:
    return PublishedPrice(
        stripe_price_id=price["id"],
        plan_code=plan_code,
        lookup_key=price["lookup_key"] or "",
        catalogue_key=price["metadata"].to_dict().get(_KEY_MARK, ""),
        interval=Interval(price["recurring"]["interval"]),
        money=Money(price["unit_amount"], price["currency"]),
        is_active=price["active"],
        created_at=datetime.fromtimestamp(price["created"], tz=UTC),
    )
