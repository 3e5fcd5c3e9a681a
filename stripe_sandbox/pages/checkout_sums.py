"""Decides how discounts and taxes read on the checkout page, and how long a discount lasts; knows no request."""

from __future__ import annotations

from stripe_sandbox.hosted.checkout import CheckoutView
from stripe_sandbox.pages.words import date_text, each_interval, money_text, plural, trial_days
from stripe_sandbox.store.unit import StripeObject


def _money(view: CheckoutView, amount_minor: int) -> str:
    return money_text(amount_minor, currency=view.currency or "")


def discount_label(view: CheckoutView) -> str:
    """Return the name of what lowers the order: the typed code, or the coupon's own name."""
    if view.discount is None:
        return "Discount"
    return view.discount.code or view.discount.coupon["name"] or "Discount"


def discount_detail(view: CheckoutView) -> str | None:
    """Return what the coupon takes off, and for how long where that is not for ever."""
    if view.discount is None:
        return None
    coupon = view.discount.coupon
    percent = coupon["percent_off"]
    amount = money_text(coupon["amount_off"], currency=coupon["currency"]) if percent is None else f"{percent:g}%"
    return f"{amount} off{_span(coupon) if view.interval else ''}"


def _span(coupon: StripeObject) -> str:
    if coupon["duration"] == "repeating":
        return f" for {plural(coupon['duration_in_months'], 'month')}"
    return ", once" if coupon["duration"] == "once" else ""


def tax_lines(view: CheckoutView) -> list[tuple[str, int]]:
    """Return the taxes that come on top of the prices, as one line."""
    on_top = sum(item["amount_total"] - item["amount_subtotal"] + item["amount_discount"] for item in view.line_items)
    return [("Tax", on_top)] if on_top else []


def afterwards_text(view: CheckoutView, *, now: float) -> str | None:
    """Return the sentence on what is charged after today, or None if nothing is."""
    if view.session["mode"] != "subscription" or not view.interval:
        return None
    each = each_interval(view.interval, interval_count=view.interval_count)
    first, later = _money(view, view.after_trial_minor), _money(view, view.renewal_minor)
    duration = view.discount.coupon["duration"] if view.discount and first != later else None
    if view.trial_end:
        free, day = plural(trial_days(view.trial_end, now=now), "day"), date_text(view.trial_end)
        if duration == "once":
            return f"{free} free, then {first} on {day}. After that {later} {each}."
        return f"{free} free, then {first} {each} from {day}.{_later(view, each=each) if duration else ''}"
    if duration == "repeating":
        return f"{first} {each} at first.{_later(view, each=each)}"
    return f"Then {later} {each}, until you cancel."


def _later(view: CheckoutView, *, each: str) -> str:
    months = view.discount.coupon["duration_in_months"] if view.discount else 0
    return f" The discount lasts {plural(months, 'month')}; after that {_money(view, view.renewal_minor)} {each}."
