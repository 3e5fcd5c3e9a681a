"""Decides what the checkout page says about an order: lines, sum, trial, consequence; knows no request."""

from __future__ import annotations

import re
from dataclasses import dataclass

from stripe_sandbox.hosted.checkout import CheckoutView
from stripe_sandbox.pages.checkout_questions import Question, custom_questions, submit_verb
from stripe_sandbox.pages.checkout_sums import afterwards_text, discount_detail, discount_label, tax_lines
from stripe_sandbox.pages.words import date_text, each_interval, money_text, plural, unit_price_text
from stripe_sandbox.store.unit import StripeObject


@dataclass(frozen=True, kw_only=True)
class Line:
    """One row of a sum: what, how it comes about, how much."""

    label: str
    amount: str
    detail: str | None = None
    # Where the customer may change the number: the line's id, the number, its bounds.
    line_id: str | None = None
    quantity: int | None = None
    minimum: int = 0
    maximum: int = 0


@dataclass(frozen=True, kw_only=True)
class Words:
    """A stretch of a sentence, with the address that it links to, if it does."""

    text: str
    url: str | None = None


@dataclass(frozen=True, kw_only=True)
class Order:
    """All texts of a checkout page that depend on its session."""

    heading: str
    customer: str | None
    lines: list[Line]
    due_today: str | None
    afterwards: str | None
    form_heading: str
    verb: str
    consequence: str | None
    way_back: str
    terms: list[Words]
    known_email: str | None
    asks_card: bool
    asks_address: bool
    asks_tax_id: bool
    takes_codes: bool
    code: str | None
    questions: list[Question]
    shipping_countries: list[str]
    asks_promotions: bool
    texts: dict[str, list[Words]]


def read_order(view: CheckoutView, *, now: float) -> Order:
    """Return the texts for an open session; ``now`` is billing time in Unix seconds."""
    session = view.session
    is_setup = session["mode"] == "setup"
    customer = view.customer or {}
    due_today = None if is_setup else _money(view, view.due_now_minor)
    return Order(
        heading=_heading(view),
        customer=customer.get("name") or customer.get("email"),
        lines=_lines(view),
        due_today=due_today,
        afterwards=afterwards_text(view, now=now),
        form_heading="Your card" if is_setup or not view.due_now_minor else "Pay with card",
        verb=_verb(view),
        consequence=_consequence(view),
        way_back="Go back without paying" if view.due_now_minor else "Go back",
        terms=terms_text(view),
        known_email=customer.get("email") or session.get("customer_email"),
        asks_card=view.needs_card,
        asks_address=session.get("billing_address_collection") == "required",
        asks_tax_id=bool((session.get("tax_id_collection") or {}).get("enabled")),
        takes_codes=view.takes_codes,
        code=view.discount.code if view.discount else None,
        questions=custom_questions(session),
        shipping_countries=list((session.get("shipping_address_collection") or {}).get("allowed_countries") or []),
        asks_promotions=(session.get("consent_collection") or {}).get("promotions") == "auto",
        texts=_own_texts(session),
    )


def _own_texts(session: StripeObject) -> dict[str, list[Words]]:
    """The shop's own words for parts of the page."""
    given = session.get("custom_text") or {}
    return {key: linked(str(given[key]["message"])) for key in ("submit", "shipping_address") if given.get(key)}


def _money(view: CheckoutView, amount_minor: int) -> str:
    """Return a sum in the session's currency, which only a session without a sum may lack."""
    return money_text(amount_minor, currency=view.currency or "")


def _product_name(item: StripeObject) -> str:
    product = (item.get("price") or {}).get("product")
    name = product.get("name") if isinstance(product, dict) else None
    return name or item.get("description") or "Item"


def _heading(view: CheckoutView) -> str:
    if view.session["mode"] == "setup":
        return "Save a card"
    names = [_product_name(item) for item in view.line_items]
    verb = {"subscription": "Try" if view.trial_end else "Subscribe to"}.get(view.session["mode"], "Pay for")
    return f"{verb} {names[0]}" if names else "Checkout"


def _lines(view: CheckoutView) -> list[Line]:
    """Return the order's lines; discount, tax and what a trial takes off stand apart, so that the sum follows."""
    lines = [_line(item, currency=item["currency"]) for item in view.line_items]
    off = sum(item["amount_discount"] for item in view.line_items)
    if off:
        lines.append(Line(label=discount_label(view), detail=discount_detail(view), amount=_money(view, -off)))
    lines += [Line(label=label, amount=_money(view, amount)) for label, amount in tax_lines(view)]
    if not view.trial_end or not view.after_trial_minor:
        return lines
    free = _money(view, view.due_now_minor - view.after_trial_minor)
    return [*lines, Line(label="Trial", detail=f"Free until {date_text(view.trial_end)}", amount=free)]


def _line(item: StripeObject, *, currency: str) -> Line:
    price = item.get("price") or {}
    quantity = item.get("quantity") or 1
    label = _product_name(item)
    if quantity > 1:
        product = price.get("product")
        unit = (product.get("unit_label") if isinstance(product, dict) else None) or "unit"
        label = f"{label}, {plural(quantity, unit)}"
    bounds = item.get("adjustable_quantity")
    return Line(
        label=label,
        detail=_price_detail(price),
        amount=_line_amount(item, currency),
        line_id=item["id"] if bounds else None,
        quantity=quantity,
        minimum=bounds["minimum"] if bounds else 0,
        maximum=bounds["maximum"] if bounds else 0,
    )


def _line_amount(item: StripeObject, currency: str) -> str:
    """A line names its regular price, also while a trial or a discount lowers today's sum."""
    return money_text(item.get("amount_subtotal") or 0, currency=currency)


def _price_detail(price: StripeObject) -> str | None:
    if price.get("unit_amount_decimal") is None:
        return None
    unit = unit_price_text(str(price["unit_amount_decimal"]), currency=price["currency"])
    recurring = price.get("recurring")
    if not recurring:
        return f"{unit} each"
    each = each_interval(recurring["interval"], interval_count=recurring["interval_count"])
    return f"{unit} {each}"


def _verb(view: CheckoutView) -> str:
    if view.session["mode"] == "setup":
        return "Save card"
    if view.trial_end:
        return "Start free trial"
    if not view.due_now_minor:
        return "Subscribe" if view.session["mode"] == "subscription" else "Complete"
    return f"{submit_verb(view.session)} {_money(view, view.due_now_minor)}"


def _consequence(view: CheckoutView) -> str | None:
    """The sum that a click on the main button leads to, where the button itself does not name it."""
    if view.session["mode"] == "setup":
        return "Nothing is charged now."
    if not view.trial_end or not view.interval:
        return None
    amount = _money(view, view.after_trial_minor)
    day = date_text(view.trial_end)
    if not view.needs_card:
        return "Nothing is charged today, and no card is asked for."
    return f"Nothing is charged today. On {day} the card pays {amount}. Cancel before and you pay nothing."


def terms_text(view: CheckoutView) -> list[Words]:
    """Return the sentence of the terms box, empty if the session asks for no consent; links are kept as links."""
    consent = view.session.get("consent_collection") or {}
    if consent.get("terms_of_service") != "required":
        return []
    custom = (view.session.get("custom_text") or {}).get("terms_of_service_acceptance") or {}
    if custom.get("message"):
        return linked(str(custom["message"]))
    shop = view.merchant_name or "the shop"
    if view.session["mode"] == "subscription":
        return [Words(text=f"I accept the terms of {shop}, and that the card is charged until I cancel.")]
    return [Words(text=f"I accept the terms of {shop}.")]


def linked(message: str) -> list[Words]:
    """Cut ``[words](https://…)`` out of a text, the one part of Markdown that such texts use."""
    words: list[Words] = []
    position = 0
    for match in re.finditer(r"\[([^\]]+)\]\((https?://[^\s)]+)\)", message):
        words.append(Words(text=message[position : match.start()]))
        words.append(Words(text=match[1], url=match[2]))
        position = match.end()
    words.append(Words(text=message[position:]))
    return [part for part in words if part.text]
