"""Decides what the portal says about a subscription: standing, sums, dates, what is owed, how it ends."""

from __future__ import annotations

from stripe_sandbox.hosted.portal import PortalView
from stripe_sandbox.pages.words import card_label, date_text, each_interval, money_text, plural, status_label
from stripe_sandbox.store.unit import StripeObject

ENDED = {"canceled", "incomplete_expired"}
UNSTARTED = {"incomplete"}

REASONS = {
    "too_expensive": "It costs too much",
    "missing_features": "Something that I need is missing",
    "switched_service": "I go to another service",
    "unused": "I do not use it enough",
    "customer_service": "I am not content with the support",
    "too_complex": "It is too hard to use",
    "low_quality": "It does not work well enough",
    "other": "Another reason",
}


def is_enabled(view: PortalView, feature: str) -> bool:
    """Tell whether the portal's configuration has switched a feature on."""
    return bool((view.features.get(feature) or {}).get("enabled"))


def plan_cards(view: PortalView, *, base: str) -> list[dict[str, object]]:
    """Return the subscriptions that are still of interest: those that live, else the one that ended last."""
    living = [s for s in view.subscriptions if s["status"] not in ENDED]
    return [_plan_card(view, s, base=base) for s in living or view.subscriptions[:1]]


def product_name(subscription: StripeObject) -> str:
    """Return the name of what is subscribed to."""
    return str((subscription.get("product") or {}).get("name") or "your plan")


def period_end_at(subscription: StripeObject) -> int | None:
    """Return the Unix time at which the paid period ends, or None without items."""
    items = (subscription.get("items") or {}).get("data") or []
    ends = [item["current_period_end"] for item in items if item.get("current_period_end")]
    return min(ends) if ends else None


def recurring_amount(subscription: StripeObject) -> str | None:
    """Return what a period costs before taxes and discounts, or None where no fixed price is set."""
    items = (subscription.get("items") or {}).get("data") or []
    if not items or any(not _has_unit_price(item["price"]) for item in items):
        return None
    total = sum(item["price"]["unit_amount"] * (item.get("quantity") or 1) for item in items)
    return money_text(total, currency=subscription["currency"])


def _has_unit_price(price: StripeObject) -> bool:
    return price.get("unit_amount") is not None and not price.get("transform_quantity")


def cancel_consequence(subscription: StripeObject, *, is_immediate: bool) -> str:
    """Return what a cancellation does: until when access lasts and what is charged."""
    name, end_at = product_name(subscription), period_end_at(subscription)
    if is_immediate or end_at is None:
        return f"{name} ends at once. You will not be charged again."
    if subscription["status"] == "trialing":
        return f"Your trial of {name} goes on until {date_text(end_at)}. Nothing is charged."
    return f"{name} goes on until {date_text(end_at)}. You will not be charged again."


def payer_id(view: PortalView, subscription: StripeObject) -> str | None:
    return subscription.get("default_payment_method") or view.default_payment_method_id


def _plan_card(view: PortalView, subscription: StripeObject, *, base: str) -> dict[str, object]:
    is_live = subscription["status"] not in ENDED
    ending = _ending(subscription) if is_live else None
    can_cancel = is_live and is_enabled(view, "subscription_cancel")
    can_change = is_enabled(view, "subscription_update") and subscription["obstacle"] is None
    identifier = subscription["id"]
    return {
        "product": product_name(subscription),
        "status": subscription["status"],
        "status_label": status_label(subscription["status"]),
        "detail": _plan_detail(subscription),
        "facts": _plan_facts(view, subscription) if is_live and subscription["status"] not in UNSTARTED else [],
        "unpaid": _unpaid(view, subscription) if is_live else None,
        "ending": ending,
        "keep_url": f"{base}/subscriptions/{identifier}/keep" if can_cancel and ending else None,
        "cancel_url": f"{base}/subscriptions/{identifier}/cancel" if can_cancel else None,
        "change_url": f"{base}/subscriptions/{identifier}/change" if can_change and not ending else None,
        "planned": _planned(subscription) if is_live else None,
    }


def _planned(subscription: StripeObject) -> dict[str, str] | None:
    """Return what a plan becomes at the end of its period, where that is settled."""
    planned = subscription["planned"]
    if planned is None:
        return None
    unit = planned["product"]["unit_label"] or "unit"
    number = f", {plural(planned['quantity'], unit)}" if (planned["quantity"] or 1) > 1 else ""
    name = f"{planned['product']['name']}{number}"
    return {
        "title": f"Changes to {name} on {date_text(planned['starts_at'])}",
        "text": "Until then all stays as it is.",
    }


def _plan_detail(subscription: StripeObject) -> str:
    items = (subscription.get("items") or {}).get("data") or []
    if not items:
        return ""
    if subscription["status"] in ENDED and subscription.get("ended_at"):
        return f"Ended on {date_text(subscription['ended_at'])}"
    recurring = items[0]["price"].get("recurring") or {}
    quantity = items[0].get("quantity") or 1
    unit = (subscription.get("product") or {}).get("unit_label") or "unit"
    seats = f"{plural(quantity, unit)}, " if quantity > 1 else ""
    amount = recurring_amount(subscription)
    if not recurring or amount is None:
        return seats.rstrip(", ")
    each = each_interval(recurring["interval"], interval_count=recurring["interval_count"])
    return f"{seats}{amount} {each}"


def _plan_facts(view: PortalView, subscription: StripeObject) -> list[dict[str, object]]:
    end_at = subscription.get("cancel_at") or period_end_at(subscription)
    if end_at is None:
        return []
    if subscription.get("cancel_at") or subscription.get("cancel_at_period_end"):
        return [
            {"label": "Ends on", "value": date_text(end_at), "detail": None},
            {"label": "Next charge", "value": "None", "detail": None},
        ]
    label = "Trial ends" if subscription["status"] == "trialing" else "Next charge on"
    card = _default_card(view, subscription)
    paid_by = f"from {card_label(card.get('card'))}" if card else "no card is stored"
    amount = recurring_amount(subscription)
    facts: list[dict[str, object]] = [
        {"label": label, "value": date_text(end_at), "detail": None},
    ]
    if amount:
        then = "Then" if subscription["status"] == "trialing" else "Amount"
        facts.append({"label": then, "value": amount, "detail": paid_by})
    return facts


def _unpaid(view: PortalView, subscription: StripeObject) -> dict[str, str] | None:
    """Return what is owed for a subscription, with the address at which it is paid."""
    for invoice in view.invoices:
        details = (invoice.get("parent") or {}).get("subscription_details") or {}
        if invoice["status"] == "open" and details.get("subscription") == subscription["id"]:
            amount = money_text(invoice["amount_remaining"], currency=invoice["currency"])
            return {
                "title": f"{amount} is not paid yet",
                "verb": f"Pay {amount}",
                "url": invoice["hosted_invoice_url"],
            }
    return None


def _default_card(view: PortalView, subscription: StripeObject) -> StripeObject | None:
    wanted = payer_id(view, subscription)
    return next((card for card in view.payment_methods if card["id"] == wanted), None)


def _ending(subscription: StripeObject) -> dict[str, str] | None:
    end_at = subscription.get("cancel_at")
    if end_at is None and subscription.get("cancel_at_period_end"):
        end_at = period_end_at(subscription)
    if end_at is None:
        return None
    name = product_name(subscription)
    return {
        "title": f"{name} ends on {date_text(end_at)}",
        "text": "Until then all stays as it is. You will not be charged again.",
    }
