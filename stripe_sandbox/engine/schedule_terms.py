"""Decides which of a subscription's own terms a phase sets: how it is collected and taxed, its words, its anchor.

What a phase does not say comes from the schedule's default settings. Assumed: tax rates of one phase end with it, and
a mailed invoice is due in thirty days where nobody says otherwise.
"""

from typing import Any

from stripe_sandbox.store.unit import StripeObject

KEYS = ("collection_method", "default_payment_method", "description")
DAYS_UNTIL_DUE = 30


def of_phase(schedule: StripeObject, phase: dict[str, Any]) -> dict[str, Any]:
    """The terms as a subscription has them; a card or a text is named only where somebody set one."""
    defaults = schedule["default_settings"]
    given = {key: defaults[key] if phase[key] is None else phase[key] for key in KEYS}
    collection = given.pop("collection_method") or "charge_automatically"
    days = None
    if collection == "send_invoice":
        own, common = phase["invoice_settings"] or {}, defaults["invoice_settings"] or {}
        days = own.get("days_until_due") or common.get("days_until_due") or DAYS_UNTIL_DUE
    return {
        **{key: value for key, value in given.items() if value is not None},
        "collection_method": collection,
        "days_until_due": days,
        "default_tax_rates": list(phase["default_tax_rates"] or []),
    }


def starts_anew(schedule: StripeObject, phase: dict[str, Any]) -> bool:
    """Whether the billing cycle begins with the phase."""
    anchor = phase["billing_cycle_anchor"] or schedule["default_settings"]["billing_cycle_anchor"]
    return bool(anchor == "phase_start")


def merged_notes(current: dict[str, str], phase: dict[str, Any]) -> dict[str, str]:
    """The subscription's metadata once the phase begins: its keys are added or replaced, an empty one removes."""
    merged = {**current, **phase["metadata"]}
    return {key: value for key, value in merged.items() if value != ""}
