"""Decides what a visitor of `/r/{charge}` sees: one payment in a sentence; it changes nothing."""

from __future__ import annotations

from starlette.responses import Response

from stripe_sandbox.engine import accounts
from stripe_sandbox.hosted import PageRefused
from stripe_sandbox.hosted.entry import owner
from stripe_sandbox.pages.render import plain_page
from stripe_sandbox.pages.visit import Visit
from stripe_sandbox.pages.words import date_text, money_text


def show(visit: Visit) -> Response:
    """Show amount, date and card of a payment: 404 for one that is unknown or failed."""
    charge_id = visit.names["charge_id"]
    unit = visit.sandbox.reader(owner(visit.sandbox, "charge", charge_id))
    charge = unit.get("charge", charge_id)
    if charge["status"] != "succeeded":
        raise PageRefused(404, "No payment was made at this address.")
    amount = money_text(charge["amount"], currency=charge["currency"])
    card = charge["payment_method_details"]["card"]
    text = f"{amount} paid on {date_text(charge['created'])} with the card ending in {card['last4']}."
    if charge["amount_refunded"]:
        text += f" {money_text(charge['amount_refunded'], currency=charge['currency'])} was refunded."
    heading = f"Receipt from {accounts.merchant_name(unit)}"
    return plain_page(heading, text=text, status=200, reference=charge_id)
