"""Decides what the portal says about cards, invoices and billing details, and which actions it offers."""

from __future__ import annotations

from stripe_sandbox.hosted.portal import PortalView
from stripe_sandbox.pages.countries import country_name
from stripe_sandbox.pages.portal_plan_view import ENDED, is_enabled, payer_id
from stripe_sandbox.pages.words import card_label, date_text, moment, money_text, status_label
from stripe_sandbox.store.unit import StripeObject


def card_rows(view: PortalView, *, base: str) -> list[dict[str, object]]:
    """Return the stored cards, the default one first, with the links that the configuration allows."""
    can_change = is_enabled(view, "payment_method_update")
    rows = [_card_row(view, m, base=base, can_change=can_change) for m in view.payment_methods]
    return sorted(rows, key=lambda row: not row["is_default"])


def _card_row(view: PortalView, method: StripeObject, *, base: str, can_change: bool) -> dict[str, object]:
    card = method.get("card") or {}
    is_default = method["id"] in _paying_ids(view)
    is_needed = is_default and any(s["status"] not in ENDED for s in view.subscriptions)
    base = f"{base}/cards/{method['id']}"
    validity = f"Valid to {card.get('exp_month', 0):02d}/{card.get('exp_year', 0) % 100:02d}"
    return {
        "label": card_label(card),
        "validity": validity,
        "is_default": is_default,
        "default_url": f"{base}/default" if can_change and not is_default else None,
        "remove_url": f"{base}/remove" if can_change and not is_needed else None,
    }


def _paying_ids(view: PortalView) -> set[str | None]:
    """Return the cards that pay what comes next: a subscription's own, else the customer's default."""
    living = [s for s in view.subscriptions if s["status"] not in ENDED]
    return {payer_id(view, s) for s in living} or {view.default_payment_method_id}


def invoice_rows(view: PortalView, *, most: int) -> list[dict[str, object]]:
    """Return the latest invoices that were sent; drafts are not shown to customers."""
    sent = [invoice for invoice in view.invoices if invoice["status"] != "draft"]
    return [
        {
            "day": date_text(invoice["created"]),
            "day_iso": f"{moment(invoice['created']):%Y-%m-%d}",
            "amount": money_text(invoice["total"], currency=invoice["currency"]),
            "number": invoice["number"],
            "status": invoice["status"],
            "status_label": status_label(invoice["status"]),
            "url": invoice.get("hosted_invoice_url"),
            "pdf_url": invoice.get("invoice_pdf"),
            "verb": "Pay" if invoice["status"] in {"open", "uncollectible"} else "View",
        }
        for invoice in sent[:most]
    ]


def detail_rows(customer: StripeObject, *, asked: list[str]) -> list[dict[str, str]]:
    """Return the customer's data that the configuration lets the customer change."""
    address = customer.get("address") or {}
    parts = [address.get("line1"), address.get("postal_code"), address.get("city")]
    place = ", ".join([part for part in parts if part] + [country_name(address.get("country"))])
    texts = {
        "email": ("E-mail", customer.get("email")),
        "name": ("Name", customer.get("name")),
        "phone": ("Telephone", customer.get("phone")),
        "address": ("Address", place.strip(", ")),
    }
    return [{"label": texts[key][0], "value": texts[key][1] or "Not given"} for key in texts if key in asked]
