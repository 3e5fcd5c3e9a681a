"""Decides when an early fraud warning is raised on a charge and whether it can still be acted on."""

from stripe_sandbox import ids
from stripe_sandbox.engine.cards import after_charge
from stripe_sandbox.shapes import blank
from stripe_sandbox.store.unit import StripeObject, Unit

FRAUD_TYPES = (
    "card_never_received",
    "fraudulent_card_application",
    "made_with_counterfeit_card",
    "made_with_lost_card",
    "made_with_stolen_card",
    "misc",
    "unauthorized_use_of_card",
)


def raise_on(unit: Unit, charge: StripeObject, *, fraud_type: str) -> StripeObject:
    """The card's issuer reports fraud on this charge; no money moves."""
    warning = blank(
        "radar.early_fraud_warning",
        id=ids.new_id("radar.early_fraud_warning"),
        actionable=_is_actionable(charge),
        charge=charge["id"],
        fraud_type=fraud_type,
        payment_intent=charge["payment_intent"],
    )
    unit.add(warning)
    unit.emit("radar.early_fraud_warning.created", warning)
    return warning


def raise_for_card(unit: Unit, charge_id: str) -> None:
    """Timer: the test card that was paid with is one that brings a warning."""
    charge = unit.get("charge", charge_id)
    _, fraud_type = after_charge(unit.get("payment_method", charge["payment_method"])["_behaviour"])
    raise_on(unit, charge, fraud_type=fraud_type)


def recheck(unit: Unit, charge: StripeObject) -> None:
    """A full refund or a dispute leaves nothing to be done about the charge's warnings."""
    if _is_actionable(charge):
        return
    where = "json_extract(data, '$.charge') = ?"
    for warning in unit.select("radar.early_fraud_warning", where=where, values=[charge["id"]]):
        warning["actionable"] = False
        unit.emit("radar.early_fraud_warning.updated", warning)


def _is_actionable(charge: StripeObject) -> bool:
    return not charge["refunded"] and not charge["disputed"]
