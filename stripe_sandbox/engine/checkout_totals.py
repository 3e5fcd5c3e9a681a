"""Decides what a checkout session comes to: its lines with discounts and taxes, and what is due at once.

Documented: one discount a session, either fixed or entered as a code; the cap of a coupon counts over every way to
redeem it. Assumed: a customer's own discount lowers a subscription's checkout when the session has none, as it lowers
the invoice; a discount that was used up while the session was open is refused before anything is charged.
"""

from decimal import Decimal

from stripe_sandbox.engine import coupons, discounts, promotion_codes, totals
from stripe_sandbox.engine.discounts import Wanted
from stripe_sandbox.engine.totals import Rate, Reduction
from stripe_sandbox.errors import ApiError, invalid
from stripe_sandbox.store.unit import StripeObject, Unit


def recompute(unit: Unit, session: StripeObject) -> None:
    """Write the sums of lines and session anew. In a trial the session's sums are those of its one-off lines."""
    lines = session["_line_items"]
    reckoned = present(unit, session)
    for line, result in zip(lines, reckoned.lines, strict=True):
        line.update(
            amount_discount=sum(amount for _, amount in result.off),
            amount_tax=sum(tax.amount_minor for tax in result.taxes),
            amount_total=result.left_minor + result.exclusive_minor,
        )
    billed = [line for line in lines if is_billed(session, line)]
    session.update(
        amount_subtotal=sum(line["amount_subtotal"] for line in billed),
        amount_total=sum(line["amount_total"] for line in billed),
    )
    session["total_details"].update(
        amount_discount=sum(line["amount_discount"] for line in billed),
        amount_tax=sum(line["amount_tax"] for line in billed),
    )


def present(unit: Unit, session: StripeObject) -> totals.Totals:
    """The session's sums, line by line in their order, with its discount and taxes as they are now."""
    return _reckon(unit, session, coupon_of(unit, session))


def is_billed(session: StripeObject, line: StripeObject) -> bool:
    """Whether a line counts in the session's own sums: what a trial puts off does not."""
    return not is_trial(session) or line["price"]["recurring"] is None


def _reckon(unit: Unit, session: StripeObject, coupon: StripeObject | None) -> totals.Totals:
    reduction = coupon and discounts.coupon_reduction(coupon, name=session["id"], currency=session["currency"])
    reductions: list[Reduction] = [reduction] if reduction else []
    return totals.reckon(
        [
            totals.Line(
                amount_minor=line["amount_subtotal"],
                product_id=line["price"]["product"],
                rates=_rates(unit, session, line["id"]),
            )
            for line in session["_line_items"]
        ],
        reductions=reductions,
    )


def renewal_minor(unit: Unit, session: StripeObject) -> int:
    """What a period costs once the session's discount has ended (or goes on, if it is for ever)."""
    coupon = coupon_of(unit, session)
    lasting = coupon if coupon is not None and coupon["duration"] == "forever" else None
    reckoned = _reckon(unit, session, lasting)
    return sum(
        result.left_minor + result.exclusive_minor
        for line, result in zip(session["_line_items"], reckoned.lines, strict=True)
        if line["price"]["recurring"] is not None
    )


def _rates(unit: Unit, session: StripeObject, line_id: str) -> list[Rate]:
    data = session.get("_subscription_data") or {}
    names = session.get("_line_tax_rates", {}).get(line_id) or data.get("default_tax_rates") or []
    found = [unit.get("tax_rate", name) for name in names]
    return [
        Rate(rate["id"], percent=Decimal(str(rate["percentage"])), is_inclusive=rate["inclusive"]) for rate in found
    ]


def is_trial(session: StripeObject) -> bool:
    """Whether the subscription that this session makes begins with a trial."""
    data = session.get("_subscription_data") or {}
    return bool(data.get("trial_period_days") or data.get("trial_end"))


def wanted(unit: Unit, session: StripeObject) -> list[Wanted]:
    """The discounts that completing the session redeems."""
    found = []
    for entry in session["discounts"] or []:
        promotion = unit.get("promotion_code", entry["promotion_code"]) if entry["promotion_code"] else None
        name = promotion["promotion"]["coupon"] if promotion else entry["coupon"]
        found.append(Wanted(coupon=unit.find("coupon", name), promotion=promotion))
    return found


def coupon_of(unit: Unit, session: StripeObject) -> StripeObject | None:
    """The coupon that lowers this session: its own, or else that of its customer for a subscription."""
    for each in wanted(unit, session):
        return each.coupon
    if session["mode"] != "subscription" or session["customer"] is None:
        return None
    current = unit.get("customer", session["customer"])["discount"]
    if current is None or not discounts.live(unit, [current["id"]], at=unit.now):
        return None
    return unit.find("coupon", current["source"]["coupon"])


def show(redeemed: list[Wanted]) -> list[dict[str, str | None]]:
    """The session's `discounts`: the code, or the coupon where none was used."""
    return [
        {
            "coupon": each.coupon["id"] if each.coupon and each.promotion is None else None,
            "promotion_code": each.promotion["id"] if each.promotion else None,
        }
        for each in redeemed
    ]


def enter_code(unit: Unit, session: StripeObject, text: str) -> None:
    """Redeem a typed code when the session completes. Raises ApiError with words for who typed it."""
    _check_open_to_codes(session)
    promotion = promotion_codes.find(unit, text.strip(), customer_id=session["customer"])
    coupon = unit.find("coupon", promotion["promotion"]["coupon"]) if promotion else None
    if promotion is None or coupon is None:
        raise invalid("This code is not valid.", param="promotion_code")
    currency = session["currency"]
    coupons.check_redeemable(coupon, currency=currency, param="promotion_code")
    promotion_codes.check_usable(
        unit,
        promotion,
        customer_id=session["customer"],
        amount_minor=sum(line["amount_subtotal"] for line in session["_line_items"]),
        currency=currency,
        param="promotion_code",
    )
    session["discounts"] = show([Wanted(coupon=coupon, promotion=promotion)])
    recompute(unit, session)


def check_still_redeemable(unit: Unit, session: StripeObject) -> None:
    """Raises ApiError 409 when a discount of an open session was used up, or ended, since the session got it."""
    for each in wanted(unit, session):
        try:
            if each.coupon is not None:
                coupons.check_redeemable(each.coupon, currency=session["currency"], param="discounts")
            if each.promotion is not None and not each.promotion["active"]:
                raise invalid("This promotion code is inactive.", param="discounts", code="coupon_expired")
        except ApiError as error:
            raise ApiError(
                "The discount of this order can no longer be redeemed. Nothing was charged.",
                status=409,
                code=error.code,
            ) from error


def remove_code(unit: Unit, session: StripeObject) -> None:
    """Take an entered code back. Raises ApiError where codes were never asked for."""
    _check_open_to_codes(session)
    session["discounts"] = []
    recompute(unit, session)


def _check_open_to_codes(session: StripeObject) -> None:
    if not session["allow_promotion_codes"]:
        raise ApiError("This checkout takes no codes.", status=403)
    if session["status"] != "open":
        raise ApiError("This checkout is closed.", status=410)
