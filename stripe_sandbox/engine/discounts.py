"""Decides how coupons become discounts of a customer, subscription, item, invoice or checkout, and when they end.

Documented: a subscription's discounts take the place of its customer's; `end` follows a repeating coupon's months.
Assumed: a `once` discount leaves its subscription when the first invoice that it lowers is final; a discount whose
`end` has come lowers no invoice of that moment.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from stripe_sandbox import ids
from stripe_sandbox.engine import coupons, discount_switches, periods, promotion_codes
from stripe_sandbox.engine.totals import Reduction
from stripe_sandbox.errors import ApiError, invalid, missing_parameter, no_such
from stripe_sandbox.shapes import blank
from stripe_sandbox.store.unit import StripeObject, Unit, render


@dataclass(frozen=True)
class Wanted:
    """One entry of a `discounts` parameter, checked: a coupon (through a code perhaps), or a discount to keep."""

    coupon: StripeObject | None = None
    promotion: StripeObject | None = None
    kept: StripeObject | None = None


def read(
    unit: Unit,
    given: list[dict[str, Any]] | None,
    *,
    path: str,
    customer_id: str | None,
    currency: str | None,
    amount_minor: int | None = None,
) -> list[Wanted]:
    """The wanted discounts. Raises ApiError for one that does not exist or may not be redeemed here."""
    wanted = []
    for index, entry in enumerate(given or []):
        where = f"{path}[{index}]"
        named = [key for key in ("coupon", "discount", "promotion_code") if entry.get(key)]
        if len(named) > 1:
            raise ApiError(f"You may only specify one of these parameters: {', '.join(named)}.", param=where)
        if not named:
            raise missing_parameter(f"{where}[coupon]")
        param = f"{where}[{named[0]}]"
        if named[0] == "discount":
            kept = unit.get("discount", entry["discount"], param=param, status=400)
            wanted.append(Wanted(kept=kept))
            continue
        promotion = None
        name = entry.get("coupon")
        if name is None:
            promotion = unit.get("promotion_code", entry["promotion_code"], param=param, status=400)
            promotion_codes.check_usable(
                unit, promotion, customer_id=customer_id, amount_minor=amount_minor, currency=currency, param=param
            )
            name = promotion["promotion"]["coupon"]
        coupon = unit.get("coupon", name, param=param, status=400)
        coupons.check_redeemable(coupon, currency=currency, param=param)
        wanted.append(Wanted(coupon=coupon, promotion=promotion))
    return wanted


def grant(unit: Unit, wanted: Wanted, *, former: StripeObject | None = None, **owner: str | None) -> StripeObject:
    """A discount for this owner (customer, subscription, subscription_item, invoice, invoice_item, checkout_session).

    Redemptions are counted. The event goes out for what lasts: a customer's or a subscription's; when this takes the
    place of a `former` one it tells of a switch.
    """
    if wanted.kept is not None:
        return wanted.kept
    coupon, promotion = wanted.coupon, wanted.promotion
    if coupon is None:
        raise ValueError("a wanted discount has a coupon or is kept")
    discount = blank(
        "discount",
        id=ids.new_id("discount"),
        start=unit.now,
        source={"coupon": coupon["id"], "type": "coupon"},
        promotion_code=promotion["id"] if promotion else None,
        **owner,
    )
    if coupon["duration"] == "repeating":
        discount["end"] = periods.boundary(
            unit.now, interval="month", interval_count=1, steps=coupon["duration_in_months"]
        )
    unit.add(discount)
    coupons.count_redemption(unit, coupon)
    if promotion is not None:
        promotion_codes.count_redemption(unit, promotion)
    is_lasting = discount["subscription"] is not None or (owner.keys() == {"customer"})
    if is_lasting:
        if discount["end"] is not None:
            unit.schedule("discount_end", discount["id"], due_at=discount["end"])
        discount_switches.announce(unit, discount, former=former)
    return discount


def grant_all(unit: Unit, wanted: list[Wanted], **owner: str | None) -> list[str]:
    """Ids of the discounts for this owner, in order."""
    return [grant(unit, each, former=None, **owner)["id"] for each in wanted]


def grant_to_customer(unit: Unit, customer: StripeObject, wanted: Wanted) -> StripeObject:
    """Give the customer this discount in place of the one it has."""
    held = [unit.get("discount", customer["discount"]["id"])] if customer["discount"] else []
    former = discount_switches.replaced(held, coupon_ids=_coming([wanted]))
    for discount in held:
        _close(unit, discount, is_told=discount is not former)
    discount = grant(unit, wanted, former=former, customer=customer["id"])
    customer["discount"] = render(discount)
    unit.emit("customer.updated", customer)
    return discount


def replace(
    unit: Unit, subscription: StripeObject, wanted: list[Wanted], *, item: dict[str, Any] | None = None
) -> None:
    """Make these the discounts of the subscription, or of one of its items; those that are not kept end.

    The caller emits the subscription.
    """
    holder = subscription if item is None else item
    kept = {each.kept["id"] for each in wanted if each.kept is not None}
    ended = [unit.get("discount", name) for name in holder["discounts"] if name not in kept]
    former = discount_switches.replaced(ended, coupon_ids=_coming(wanted))
    for discount in ended:
        _close(unit, discount, is_told=discount is not former)
    owner = {"customer": subscription["customer"], "subscription": subscription["id"]}
    if item is not None:
        owner["subscription_item"] = item["id"]
    holder["discounts"] = [grant(unit, each, former=former, **owner)["id"] for each in wanted]


def _coming(wanted: list[Wanted]) -> list[str]:
    return [each.coupon["id"] for each in wanted if each.coupon is not None]


def remove_from(unit: Unit, owner: StripeObject) -> StripeObject:
    """End what a customer or subscription has. Raises ApiError 404 when there is none."""
    if owner["object"] == "customer":
        names = [owner["discount"]["id"]] if owner["discount"] else []
    else:
        names = list(owner["discounts"])
    if not names:
        raise ApiError(
            f"No active discount for {owner['object']}: {owner['id']}", status=404, code="resource_missing"
        )
    for name in names:
        ended = end(unit, unit.get("discount", name))
    answer = {key: value for key, value in render(ended).items() if key != "end"}
    return {**answer, "deleted": True}


def end(unit: Unit, discount: StripeObject) -> StripeObject:
    """Take a discount from whoever has it, with the events."""
    if discount["subscription"] is not None:
        _take_from_subscription(unit, discount)
    elif discount["customer"] is not None:
        customer = unit.get("customer", discount["customer"])
        if customer["discount"] is not None and customer["discount"]["id"] == discount["id"]:
            customer["discount"] = None
            unit.emit("customer.updated", customer)
    return _close(unit, discount)


def _take_from_subscription(unit: Unit, discount: StripeObject) -> None:
    subscription = unit.find("subscription", discount["subscription"])
    if subscription is None:
        return
    for holder in (subscription, *subscription["items"]["data"]):
        holder["discounts"] = [name for name in holder["discounts"] if name != discount["id"]]
    unit.emit("customer.subscription.updated", subscription)


def _close(unit: Unit, discount: StripeObject, *, is_told: bool = True) -> StripeObject:
    unit.unschedule("discount_end", discount["id"])
    discount["_is_over"] = True
    if is_told:
        unit.emit("customer.discount.deleted", discount)
    return discount


def end_when_due(unit: Unit, discount_id: str) -> None:
    """Timer: a repeating coupon has run its months."""
    discount = unit.get("discount", discount_id)
    if not discount.get("_is_over"):
        end(unit, discount)


def live(unit: Unit, names: list[str], *, at: int, has_taken: bool = False) -> list[str]:
    """Those of these discounts that lower an invoice made at this moment; on request those that a draft has taken."""
    found = [unit.get("discount", name) for name in names]
    return [
        each["id"]
        for each in found
        if not each.get("_is_over")
        and (has_taken or "_used_by" not in each)
        and (each["end"] is None or each["end"] > at)
    ]


def for_invoice(
    unit: Unit, *, customer: StripeObject, subscription: StripeObject | None, at: int, has_taken: bool = False
) -> list[str]:
    """The discounts that a new invoice inherits: the subscription's, or else the customer's.

    `has_taken`: with those that another draft has taken, which this one gets should that one give them up.
    """
    names = [customer["discount"]["id"]] if customer["discount"] else []
    if subscription is not None and subscription["discounts"]:
        names = subscription["discounts"]
    return live(unit, names, at=at, has_taken=has_taken)


def reduction(unit: Unit, name: str, *, currency: str) -> Reduction | None:
    """What a discount takes off in this currency; None when its coupon has no amount in it."""
    coupon = unit.find("coupon", unit.get("discount", name)["source"]["coupon"])
    if coupon is None:
        raise no_such("coupon", name)
    return coupon_reduction(coupon, name=name, currency=currency)


def reductions(unit: Unit, names: list[str], *, currency: str) -> list[Reduction]:
    """What these discounts take off in this currency, in order; those without an amount in it do nothing."""
    found = [reduction(unit, name, currency=currency) for name in names]
    return [each for each in found if each is not None]


def coupon_reduction(coupon: StripeObject, *, name: str, currency: str) -> Reduction | None:
    """What a coupon takes off in this currency, under the name of its discount."""
    products = frozenset(coupon["_products"]) if coupon.get("_products") else None
    if coupon["percent_off"] is not None:
        return Reduction(name, percent=Decimal(str(coupon["percent_off"])), products=products)
    amount = coupons.amount_off_minor(coupon, currency=currency)
    return None if amount is None else Reduction(name, amount_minor=amount, products=products)


def reserve(unit: Unit, invoice: StripeObject) -> list[str]:
    """Discounts for one invoice that lower this draft lower no other; those that it no longer takes are returned."""
    taken = []
    for entry in invoice["total_discount_amounts"]:
        discount = unit.get("discount", entry["discount"])
        is_lasting = discount["invoice"] is None and discount["invoice_item"] is None
        coupon = unit.find("coupon", discount["source"]["coupon"])
        if entry["amount"] and is_lasting and coupon is not None and coupon["duration"] == "once":
            discount["_used_by"] = invoice["id"]
            taken.append(discount["id"])
    freed = [name for name in invoice.get("_reserved", []) if name not in taken]
    _free(unit, freed)
    if taken or "_reserved" in invoice:
        invoice["_reserved"] = taken
    return freed


def free_for(unit: Unit, names: list[str], invoice: StripeObject) -> list[str]:
    """Those of these discounts that no other draft has taken."""
    return [name for name in names if unit.get("discount", name).get("_used_by") in {None, invoice["id"]}]


def release(unit: Unit, invoice: StripeObject) -> list[str]:
    """The draft is deleted: what it would have used up is free for the next invoice, and returned."""
    freed: list[str] = invoice.get("_reserved", [])
    _free(unit, freed)
    return freed


def _free(unit: Unit, names: list[str]) -> None:
    for name in names:
        unit.get("discount", name).pop("_used_by", None)


def retire_used(unit: Unit, invoice: StripeObject) -> None:
    """The invoice is final: what it has used up ends, lines that came to the draft late included."""
    reserve(unit, invoice)
    for entry in invoice["total_discount_amounts"]:
        discount = unit.get("discount", entry["discount"])
        if discount.get("_used_by") == invoice["id"] and not discount.get("_is_over"):
            end(unit, discount)


def check_kept(wanted: list[Wanted], *, allowed: list[str], param: str) -> None:
    """Raises ApiError when a discount is to be kept that its object does not have."""
    for each in wanted:
        if each.kept is not None and each.kept["id"] not in allowed:
            raise invalid(f"The discount `{each.kept['id']}` is not on this object or its ancestors.", param=param)
