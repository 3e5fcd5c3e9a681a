"""Decides what the portal asks when a customer moves to another plan, and which answers it accepts."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.responses import Response

from stripe_sandbox.hosted import PageRefused, portal_switch
from stripe_sandbox.hosted.portal import PortalView
from stripe_sandbox.hosted.portal_switch import Choice, SwitchView
from stripe_sandbox.pages.card_form import LONGEST_VALUE, Form
from stripe_sandbox.pages.declines import Notice, decline_notice
from stripe_sandbox.pages.portal import back_url, base_path, done_url, read, return_urls
from stripe_sandbox.pages.portal_plan_view import product_name
from stripe_sandbox.pages.portal_switch_view import (
    offer_rows,
    plan_text,
    price_text,
    quantity_field,
    read_bill,
)
from stripe_sandbox.pages.render import page, see_other
from stripe_sandbox.pages.visit import Visit
from stripe_sandbox.pages.words import card_label

MOST_QUANTITY = 1_000_000


def choose(visit: Visit) -> Response:
    """Show the plans that the shop lets this customer move to."""
    return _choices(visit, view=read(visit), form=Form())


def ask(visit: Visit) -> Response:
    """Show what the chosen plan comes to, before anything is changed."""
    view = read(visit)
    offers = _read_offers(visit)
    if offers.obstacle:
        raise PageRefused(409, f"This plan cannot be changed here: {offers.obstacle}")
    errors = _errors(visit.query, offers, view=view)
    if errors:
        kept = {key: visit.query.get(key, "")[:LONGEST_VALUE] for key in ("price", "quantity", "promotion_code")}
        return _choices(visit, view=view, form=Form(values=kept, errors=errors), status=422)
    try:
        return _question(visit, view=view, choice=_choice(visit.query, offers, view=view))
    except PageRefused as refusal:
        if refusal.status != 409:
            raise
        field = "promotion_code" if visit.query.get("promotion_code") else "price"
        kept = {key: visit.query.get(key, "")[:LONGEST_VALUE] for key in ("price", "quantity", "promotion_code")}
        return _choices(visit, view=view, form=Form(values=kept, errors={field: refusal.message}), status=422)


def change(visit: Visit) -> Response:
    """Move to the plan of the preview: a declined payment comes back with 402 and leaves the plan as it was."""
    view = read(visit)
    offers = _read_offers(visit)
    if _errors(visit.form, offers, view=view):
        raise PageRefused(422, "The form names no plan and number that are on offer.")
    choice = _choice(visit.form, offers, view=view)
    subscription_id = visit.names["subscription_id"]
    is_later = portal_switch.preview(
        visit.sandbox, visit.names["session_id"], subscription_id=subscription_id, choice=choice
    ).starts_at
    outcome = portal_switch.confirm(
        visit.sandbox, visit.names["session_id"], subscription_id=subscription_id, choice=choice
    )
    if outcome.status == "declined":
        notice = decline_notice(outcome.error or {})
        return _question(visit, view=view, choice=choice, notice=notice, status=402)
    if outcome.status == "requires_action":
        return see_other(outcome.redirect_url or base_path(visit))
    message = "plan_planned" if is_later else "plan_changed"
    return see_other(done_url(view, base=base_path(visit), message=message))


def _read_offers(visit: Visit) -> SwitchView:
    return portal_switch.read_offers(
        visit.sandbox, visit.names["session_id"], subscription_id=visit.names["subscription_id"]
    )


def _ordered(view: PortalView, subscription_id: str) -> Mapping[str, object] | None:
    """The item that the shop asks this customer to confirm."""
    order = (view.flow or {}).get("subscription_update_confirm")
    if order is None or order["subscription"] != subscription_id:
        return None
    item: Mapping[str, object] = order["items"][0]
    return item


def _errors(given: Mapping[str, str], offers: SwitchView, *, view: PortalView) -> dict[str, str]:
    if _is_order(given, offers, view=view):
        return {}
    chosen = next((each for each in offers.offers if each.price["id"] == given.get("price")), None)
    if chosen is None:
        return {"price": "Choose a plan."}
    text = given.get("quantity", "").strip()
    if text and chosen.is_adjustable and not (text.isdecimal() and int(text) <= MOST_QUANTITY):
        return {"quantity": "Enter a whole number."}
    return {}


def _is_order(given: Mapping[str, str], offers: SwitchView, *, view: PortalView) -> bool:
    order = _ordered(view, offers.subscription["id"])
    return order is not None and (order["price"], str(order["quantity"])) == (
        given.get("price"),
        given.get("quantity"),
    )


def _choice(given: Mapping[str, str], offers: SwitchView, *, view: PortalView) -> Choice:
    chosen = next((each for each in offers.offers if each.price["id"] == given["price"]), None)
    takes_number = (chosen is not None and chosen.is_adjustable) or _is_order(given, offers, view=view)
    number, shown_at = given.get("quantity", "").strip(), given.get("proration_at", "")
    return Choice(
        price_id=given["price"],
        quantity=int(number) if number and takes_number else None,
        code=(given.get("promotion_code", "").strip() or None) if offers.takes_codes else None,
        proration_at=int(shown_at) if shown_at.isdecimal() and len(shown_at) <= 12 else None,
    )


def _choices(visit: Visit, *, view: PortalView, form: Form, status: int = 200) -> Response:
    offers = _read_offers(visit)
    if offers.obstacle:
        raise PageRefused(409, f"This plan cannot be changed here: {offers.obstacle}")
    rows = offer_rows(offers)
    current = next((row["price_id"] for row in rows if row["is_current"]), None)
    context = {
        "product": _name(view, visit.names["subscription_id"]),
        "offers": rows,
        "chosen": form.values.get("price") or current,
        "quantity": quantity_field(offers),
        "takes_codes": offers.takes_codes,
        "form": form,
        "action": f"{base_path(visit)}/subscriptions/{visit.names['subscription_id']}/change/confirm",
        "back_url": back_url(view, base=base_path(visit)),
    }
    return page("portal_switch.html", context=context, status=status, return_urls=return_urls(view))


def _name(view: PortalView, subscription_id: str) -> str:
    return next((product_name(each) for each in view.subscriptions if each["id"] == subscription_id), "your plan")


def _question(
    visit: Visit, *, view: PortalView, choice: Choice, notice: Notice | None = None, status: int = 200
) -> Response:
    subscription_id = visit.names["subscription_id"]
    preview = portal_switch.preview(
        visit.sandbox, visit.names["session_id"], subscription_id=subscription_id, choice=choice
    )
    is_order = _ordered(view, subscription_id) is not None
    choices_url = f"{base_path(visit)}/subscriptions/{subscription_id}/change"
    context = {
        "plan": plan_text(preview.product, quantity=preview.quantity),
        "price": price_text(preview.price),
        "bill": read_bill(preview),
        "card": _paying_card(view, subscription_id) if preview.invoice and preview.invoice["amount_due"] else None,
        "fields": {
            "price": preview.price["id"],
            "quantity": preview.quantity,
            "promotion_code": choice.code or "",
            "proration_at": preview.proration_at,
        },
        "notice": notice,
        "action": visit.path,
        "page_token": visit.page_token,
        "add_card_url": f"{base_path(visit)}/cards/new",
        "back_url": back_url(view, base=base_path(visit)) if is_order else choices_url,
        "back_label": "Keep the present plan" if is_order else "Choose another plan",
    }
    return page("portal_switch_confirm.html", context=context, status=status, return_urls=return_urls(view))


def _paying_card(view: PortalView, subscription_id: str) -> str | None:
    own = next(each["default_payment_method"] for each in view.subscriptions if each["id"] == subscription_id)
    wanted = own or view.default_payment_method_id
    method = next((each for each in view.payment_methods if each["id"] == wanted), None)
    return card_label(method.get("card")) if method else None
