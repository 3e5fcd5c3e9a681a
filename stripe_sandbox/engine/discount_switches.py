"""Decides how a discount that takes another's place is told of; it must not know who holds the two."""

from stripe_sandbox.store.changes import previous_attributes
from stripe_sandbox.store.unit import StripeObject, Unit, render


def replaced(ended: list[StripeObject], *, coupon_ids: list[str]) -> StripeObject | None:
    """The discount whose place another coupon takes: when one goes, one comes, and their coupons differ.

    `coupon_ids` are the coupons of the discounts that come. Documented: `customer.discount.updated` tells of a switch
    from one coupon to another. That no removal and no new discount is told besides is assumed.
    """
    if len(ended) != 1 or len(coupon_ids) != 1 or ended[0]["source"]["coupon"] == coupon_ids[0]:
        return None
    return ended[0]


def announce(unit: Unit, discount: StripeObject, *, former: StripeObject | None) -> None:
    """The event of a discount that begins; after a switch it names what the `former` one said, its id too."""
    if former is None:
        unit.emit("customer.discount.created", discount)
        return
    old_values = previous_attributes(render(former), after=render(discount))
    unit.emit("customer.discount.updated", discount, previous=old_values)
