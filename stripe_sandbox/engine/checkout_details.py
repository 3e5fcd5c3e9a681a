"""Decides what a customer gives on the checkout page beside the payment, and where it is kept afterwards."""

from typing import Any

from stripe_sandbox.engine.payment_methods import EMPTY_BILLING
from stripe_sandbox.store.unit import StripeObject, Unit


def shipping(given: dict[str, Any]) -> dict[str, Any]:
    """Name and address with every key that Stripe shows."""
    address = given.get("address") or {}
    return {"address": {key: address.get(key) for key in EMPTY_BILLING["address"]}, "name": given.get("name")}


def keep(unit: Unit, session: StripeObject, *, customer: StripeObject | None) -> None:
    """Write what was entered into the session that is being completed, and to the customer where that is wanted."""
    entry = session.get("_entry") or {}
    if entry.get("shipping"):
        session["collected_information"]["shipping_details"] = shipping(entry["shipping"])
    answers = entry.get("fields") or {}
    for field in session["custom_fields"]:
        if answers.get(field["key"]):
            field[field["type"]]["value"] = answers[field["key"]]
    _keep_consent(session, entry)
    found = session["collected_information"]["shipping_details"]
    wanted = (session.get("_customer_update") or {}).get("shipping") == "auto" or "_customer_update" not in session
    if customer is not None and found is not None and wanted and customer["shipping"] is None:
        customer["shipping"] = {**found, "phone": entry.get("phone")}
        unit.emit("customer.updated", customer)


def _keep_consent(session: StripeObject, entry: dict[str, Any]) -> None:
    asked = session["consent_collection"] or {}
    consent = {
        "promotions": ("opt_in" if entry.get("promotions") else "opt_out")
        if asked.get("promotions") == "auto"
        else None,
        "terms_of_service": "accepted" if asked.get("terms_of_service") == "required" else None,
    }
    if any(consent.values()):
        session["consent"] = consent
