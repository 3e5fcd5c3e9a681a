"""What the portal shows and does when a customer moves to another plan."""

from dataclasses import dataclass
from typing import Any

from stripe_sandbox.engine import coupons, discounts, portal_switches, promotion_codes
from stripe_sandbox.engine.portal_switches import Move
from stripe_sandbox.errors import ApiError, invalid
from stripe_sandbox.hosted.entry import Outcome, PageRefused, change, owner
from stripe_sandbox.hosted.portal import KIND, enter, own_subscription
from stripe_sandbox.sandbox import Sandbox
from stripe_sandbox.store.unit import StripeObject, Unit
from stripe_sandbox.wire.expand import shown

FEATURE = "subscription_update"
# A preview is good for an hour: then its sums are reckoned anew.
PREVIEW_SECONDS = 3600


@dataclass(frozen=True)
class Choice:
    """What a customer chose on the page. `proration_at`: unix seconds of the preview, None without one."""

    price_id: str
    quantity: int | None = None
    code: str | None = None
    proration_at: int | None = None


@dataclass(frozen=True)
class SwitchView:
    """The plans on offer for one subscription. `obstacle`: why there are none, in words."""

    subscription: StripeObject
    offers: list[portal_switches.Offer]
    obstacle: str | None
    takes_codes: bool


@dataclass(frozen=True)
class PreviewView:
    """What a move comes to; amounts in minor units, times in unix seconds of billing time.

    `invoice`: what is billed at once, None when nothing is. `starts_at`: when it takes effect, None for at once.
    """

    invoice: StripeObject | None
    next_invoice: StripeObject
    starts_at: int | None
    proration_at: int
    product: StripeObject
    price: StripeObject
    quantity: int
    ends_trial: bool


def read_offers(sandbox: Sandbox, session_id: str, *, subscription_id: str) -> SwitchView:
    """The plans that this portal offers. Raises PageRefused 403 when switching is off."""
    with change(sandbox, owner(sandbox, KIND, session_id), about=session_id) as unit:
        subscription, configuration, settings = _enter(unit, session_id, subscription_id)
        found = portal_switches.offers(unit, configuration, subscription)
        return SwitchView(
            subscription=shown(subscription),
            offers=found,
            obstacle=portal_switches.obstacle(subscription),
            takes_codes="promotion_code" in settings["default_allowed_updates"],
        )


def _enter(unit: Unit, session_id: str, subscription_id: str) -> tuple[StripeObject, StripeObject, dict[str, Any]]:
    customer, settings = enter(unit, session_id, FEATURE)
    subscription = own_subscription(unit, subscription_id, customer)
    configuration = unit.get("billing_portal.configuration", unit.get(KIND, session_id)["configuration"])
    return subscription, configuration, settings


def preview(sandbox: Sandbox, session_id: str, *, subscription_id: str, choice: Choice) -> PreviewView:
    """What the move would bill now and at the next renewal; nothing is changed.

    Raises PageRefused: 403 for what is not offered, 409 for a plan that cannot move or a code that does not hold.
    """
    with change(sandbox, owner(sandbox, KIND, session_id), about=session_id) as unit:
        subscription, settings, move = _read_move(unit, session_id, subscription_id, choice)
        product = shown(unit.get("product", move.price["product"]))
        ends_trial = subscription["status"] == "trialing" and settings["trial_update_behavior"] == "end_trial"
        starts_at = portal_switches.starts_at(unit, settings, subscription, move)
        with unit.imagined():
            imagined = unit.get("subscription", subscription_id)
            draft = portal_switches.preview(unit, settings, imagined, move)
            invoice = shown(draft) if draft is not None else None
            following = shown(portal_switches.next_bill(unit, imagined))
        return PreviewView(
            invoice=invoice,
            next_invoice=following,
            starts_at=starts_at,
            proration_at=move.proration_at or unit.now,
            product=product,
            price=shown(move.price),
            quantity=move.quantity,
            ends_trial=ends_trial,
        )


def confirm(sandbox: Sandbox, session_id: str, *, subscription_id: str, choice: Choice) -> Outcome:
    """Make the move and collect what it bills at once. Repeated, it is refused with 409: nothing would change.

    A declined payment leaves all as it was; "requires_action" takes effect once the customer has answered the bank.
    """
    try:
        with change(sandbox, owner(sandbox, KIND, session_id), about=session_id) as unit:
            subscription, settings, move = _read_move(unit, session_id, subscription_id, choice)
            page = f"{unit.base_url}/p/session/{session_id}"
            intent_id = portal_switches.make(unit, settings, subscription, move)
            if intent_id is None:
                return Outcome(status="complete", redirect_url=page)
            unit.get("payment_intent", intent_id)["_page"] = page
            return Outcome(status="requires_action", redirect_url=f"/3ds/{intent_id}", intent_id=intent_id)
    except PageRefused as refusal:
        if refusal.status != 402 or not isinstance(refusal.__cause__, ApiError):
            raise
        return Outcome(status="declined", error=refusal.__cause__.body(request_id="")["error"])


def _read_move(
    unit: Unit, session_id: str, subscription_id: str, choice: Choice
) -> tuple[StripeObject, dict[str, Any], Move]:
    subscription, configuration, settings = _enter(unit, session_id, subscription_id)
    price = unit.find("price", choice.price_id)
    if price is None:
        raise ApiError("This plan is not offered here.", status=403)
    current = subscription["items"]["data"][0]["quantity"]
    quantity = current if choice.quantity is None else choice.quantity
    ordered = _ordered(unit, session_id, subscription_id, choice)
    redeemed = ordered or _redeemed(unit, settings, subscription, choice.code)
    move = Move(price, quantity, proration_at=_moment(unit, subscription, choice), redeemed=redeemed)
    offered = portal_switches.offers(unit, configuration, subscription)
    if ordered is not None:
        # The shop's own order may name any quantity, and the present price too.
        offered = [portal_switches.Offer(unit.get("product", price["product"]), price, False, True, 0, None)]
    portal_switches.check(subscription, offered, move)
    return subscription, settings, move


def _ordered(unit: Unit, session_id: str, subscription_id: str, choice: Choice) -> list[discounts.Wanted] | None:
    """The discounts of the order that the session was made to confirm; None when this is not that order."""
    flow = unit.get(KIND, session_id)["flow"] or {}
    order = flow.get("subscription_update_confirm")
    if order is None or order["subscription"] != subscription_id:
        return None
    item = order["items"][0]
    if (item["price"], item["quantity"]) != (choice.price_id, choice.quantity):
        return None
    subscription = unit.get("subscription", subscription_id)
    given = [{key: name for key, name in each.items() if name} for each in order["discounts"] or []]
    return discounts.read(
        unit,
        given,
        path="discounts",
        customer_id=subscription["customer"],
        currency=subscription["currency"],
    )


def _redeemed(
    unit: Unit, settings: dict[str, Any], subscription: StripeObject, code: str | None
) -> list[discounts.Wanted]:
    if not code:
        return []
    if "promotion_code" not in settings["default_allowed_updates"]:
        raise ApiError("This portal takes no codes.", status=403)
    customer_id, currency = subscription["customer"], subscription["currency"]
    promotion = promotion_codes.find(unit, code.strip(), customer_id=customer_id)
    coupon = unit.find("coupon", promotion["promotion"]["coupon"]) if promotion else None
    if promotion is None or coupon is None:
        raise invalid("This code is not valid.", param="promotion_code")
    coupons.check_redeemable(coupon, currency=currency, param="promotion_code")
    promotion_codes.check_usable(
        unit, promotion, customer_id=customer_id, amount_minor=None, currency=currency, param="promotion_code"
    )
    return [discounts.Wanted(coupon=coupon, promotion=promotion)]


def _moment(unit: Unit, subscription: StripeObject, choice: Choice) -> int | None:
    """The moment of the preview, while it is fresh and its period still runs."""
    at = choice.proration_at
    start = subscription["items"]["data"][0]["current_period_start"]
    is_fresh = at is not None and max(start, unit.now - PREVIEW_SECONDS) <= at <= unit.now
    return at if is_fresh else None
