"""Decides which of a subscription's own terms a phase sets: how it is collected and taxed, its words, its anchor.

What a phase does not say comes from the schedule's default settings. Assumed: tax rates of one phase end with it, and
a mailed invoice is due in thirty days where nobody says otherwise.
"""

from typing import Any

from stripe_sandbox.store.unit import StripeObject

KEYS = ("collection_method", "default_payment_method", "description")
DAYS_UNTIL_DUE = 30


def set_defaults(schedule: StripeObject, given: dict[str, Any]) -> None:
    """Change the default settings that are named."""
    common = schedule["default_settings"]
    mailed = {**common["invoice_settings"], **(given.get("invoice_settings") or {})}
    common.update({**given, "invoice_settings": mailed})


def automatic_tax(given: dict[str, Any]) -> dict[str, Any]:
    """Whether tax is found out automatically, as a subscription or a phase shows it."""
    is_enabled = bool(given.get("enabled"))
    return {"disabled_reason": None, "enabled": is_enabled, "liability": {"type": "self"} if is_enabled else None}


def of_phase(schedule: StripeObject | None, phase: dict[str, Any]) -> dict[str, Any]:
    """The terms as a subscription has them; a card or a text is named only where somebody set one.

    Without a schedule (it has ended) the phase speaks for itself.
    """
    defaults = schedule["default_settings"] if schedule is not None else {}
    given = {key: defaults.get(key) if phase[key] is None else phase[key] for key in KEYS}
    collection = given.pop("collection_method") or "charge_automatically"
    days = None
    if collection == "send_invoice":
        own, common = phase["invoice_settings"] or {}, defaults.get("invoice_settings") or {}
        days = own.get("days_until_due") or common.get("days_until_due") or DAYS_UNTIL_DUE
    return {
        **{key: value for key, value in given.items() if value is not None},
        "collection_method": collection,
        "days_until_due": days,
        "default_tax_rates": list(phase["default_tax_rates"] or []),
        "automatic_tax": phase["automatic_tax"] or defaults.get("automatic_tax") or automatic_tax({}),
    }


def apply(subscription: StripeObject, schedule: StripeObject | None, phase: dict[str, Any]) -> None:
    """Give the subscription the terms and the metadata of a phase that begins. The caller emits the event."""
    subscription.update(of_phase(schedule, phase))
    subscription["metadata"] = merged_notes(subscription["metadata"], phase)


def starts_anew(schedule: StripeObject | None, phase: dict[str, Any]) -> bool:
    """Whether the billing cycle begins with the phase."""
    common = schedule["default_settings"]["billing_cycle_anchor"] if schedule is not None else None
    anchor = phase["billing_cycle_anchor"] or common
    return bool(anchor == "phase_start")


def merged_notes(current: dict[str, str], phase: dict[str, Any]) -> dict[str, str]:
    """The subscription's metadata once the phase begins: its keys are added or replaced, an empty one removes."""
    merged = {**current, **phase["metadata"]}
    return {key: value for key, value in merged.items() if value != ""}
