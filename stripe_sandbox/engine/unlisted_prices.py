"""Decides the price behind a bare amount: Stripe makes one, out of use from the start, and so no id leads nowhere."""

from stripe_sandbox import ids
from stripe_sandbox.shapes import blank
from stripe_sandbox.store.unit import StripeObject, Unit


def make(unit: Unit, amount_minor: int, *, currency: str, name: str) -> StripeObject:
    """An inactive one-off price of an inactive product; neither has an event."""
    product = unit.add(blank("product", id=ids.new_id("product"), active=False, name=name, updated=unit.now))
    return unit.add(
        blank(
            "price",
            id=ids.new_id("price"),
            active=False,
            currency=currency,
            product=product["id"],
            tax_behavior="unspecified",
            type="one_time",
            unit_amount=amount_minor,
            unit_amount_decimal=str(amount_minor),
        )
    )
