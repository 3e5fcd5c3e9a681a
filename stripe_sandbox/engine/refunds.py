"""Decides whether and how money goes back to a card, and what a refund that fails later undoes."""

from typing import Any

from stripe_sandbox import ids
from stripe_sandbox.engine import fraud_warnings, ledger
from stripe_sandbox.engine.amounts import format_amount
from stripe_sandbox.engine.cards import after_charge
from stripe_sandbox.errors import invalid, invalid_parameter
from stripe_sandbox.shapes import blank
from stripe_sandbox.store.unit import StripeObject, Unit, render

MINUTE_SECONDS = 60
CARD_WAIT_SECONDS = 3600
OPEN = ("pending", "requires_action")
FAILURE_REASONS = (
    "charge_for_pending_refund_disputed",
    "declined",
    "expired_or_canceled_card",
    "insufficient_funds",
    "lost_or_stolen_card",
    "merchant_request",
    "unknown",
)


def refundable_minor(charge: StripeObject) -> int:
    """What is left to give back of a captured charge."""
    return int(charge["amount_captured"] - charge["amount_refunded"])


def create(
    unit: Unit, charge: StripeObject, *, amount: int | None, reason: str | None, metadata: dict[str, str]
) -> StripeObject:
    """Give back an amount (minor units), or all that is left. Raises ApiError when that cannot be.

    A card refund succeeds at once unless the card or the setting `refunds` says otherwise. Stripe's fee stays paid.
    """
    amount = _checked(unit, charge, amount=amount)
    refund = blank(
        "refund",
        id=ids.new_id("refund"),
        amount=amount,
        charge=charge["id"],
        currency=charge["currency"],
        customer=charge["customer"],
        destination_details={
            "card": {"reference_status": "pending", "reference_type": "acquirer_reference_number", "type": "refund"},
            "type": "card",
        },
        metadata=metadata,
        payment_intent=charge["payment_intent"],
        payment_method=charge["payment_method"],
        reason=reason,
    )
    unit.add(refund)
    _begin(unit, refund, charge)
    unit.emit("refund.created", refund)
    before = render(charge)
    _change_refunded(charge, by=amount)
    unit.emit("charge.refunded", charge, previous={k: before[k] for k in before if before[k] != charge[k]})
    fraud_warnings.recheck(unit, charge)
    return refund


def _checked(unit: Unit, charge: StripeObject, *, amount: int | None) -> int:
    if not charge["captured"] or charge["status"] != "succeeded":
        raise invalid(f"Charge {charge['id']} has no captured money to refund.", code="charge_not_refundable")
    if charge["disputed"]:
        _check_dispute(unit, charge)
    rest = refundable_minor(charge)
    if rest <= 0:
        raise invalid(f"Charge {charge['id']} has already been refunded.", code="charge_already_refunded")
    if amount is None:
        return rest
    if amount <= 0:
        raise invalid_parameter("Invalid positive integer", param="amount", code="parameter_invalid_integer")
    if amount > rest:
        asked, left = (format_amount(value, currency=charge["currency"]) for value in (amount, rest))
        raise invalid(f"Refund amount ({asked}) is greater than unrefunded amount on charge ({left})", param="amount")
    return amount


def _check_dispute(unit: Unit, charge: StripeObject) -> None:
    """Money that the bank took back cannot be given back a second time; an inquiry took none."""
    dispute = unit.get("dispute", charge["dispute"])
    if dispute["status"] not in {"won", "prevented", "warning_closed"} and not dispute["is_charge_refundable"]:
        raise invalid(f"Charge {charge['id']} has been charged back; cannot issue a refund.", code="charge_disputed")


def _begin(unit: Unit, refund: StripeObject, charge: StripeObject) -> None:
    """How it starts: done, waiting with a planned outcome, or waiting for the customer."""
    effect, _ = after_charge(unit.get("payment_method", charge["payment_method"])["_behaviour"])
    start, _, rest = str(unit.settings["refunds"]).partition(":")
    if effect in {"refund_fails", "refund_pends"}:
        is_failing = effect == "refund_fails"
        start = "instant" if is_failing else "pending"
        refund["_outcome"] = "failed:unknown" if is_failing else "succeeded"
        unit.schedule("refund_outcome", refund["id"], due_at=unit.now + CARD_WAIT_SECONDS)
    elif start == "pending":
        minutes, _, outcome = rest.partition(":")
        refund["_outcome"] = outcome or "succeeded"
        unit.schedule("refund_outcome", refund["id"], due_at=unit.now + int(minutes) * MINUTE_SECONDS)
    if start == "requires_action":
        refund["status"] = "requires_action"
        return
    if start == "pending":
        refund.update(status="pending", pending_reason="processing")
    _take_from_balance(unit, refund)


def _take_from_balance(unit: Unit, refund: StripeObject) -> None:
    entry = ledger.enter(
        unit,
        source=refund["id"],
        kind="refund",
        amount_minor=-refund["amount"],
        currency=refund["currency"],
        description="REFUND FOR CHARGE",
    )
    refund["balance_transaction"] = entry["id"]


def _change_refunded(charge: StripeObject, *, by: int) -> None:
    charge["amount_refunded"] += by
    charge["refunded"] = charge["amount_refunded"] >= charge["amount_captured"]


def settle_when_due(unit: Unit, refund_id: str) -> None:
    """Timer: the outcome that was planned when the refund began."""
    refund = unit.get("refund", refund_id)
    outcome, _, reason = str(refund["_outcome"]).partition(":")
    if outcome == "failed" and refund["status"] in {*OPEN, "succeeded"}:
        fail(unit, refund, reason=reason or "unknown")
    elif outcome == "canceled" and refund["status"] in OPEN:
        cancel(unit, refund)
    elif outcome == "succeeded" and refund["status"] in OPEN:
        succeed(unit, refund)


def succeed(unit: Unit, refund: StripeObject) -> StripeObject:
    """A waiting refund reached the customer. Raises ApiError when it does not wait."""
    _demand(refund, OPEN, verb="completed")
    if refund["balance_transaction"] is None:
        _take_from_balance(unit, refund)
    refund.update(status="succeeded", pending_reason=None)
    unit.unschedule("refund_outcome", refund["id"])
    unit.emit("refund.updated", refund, twin="charge.refund.updated")
    return refund


def fail(unit: Unit, refund: StripeObject, *, reason: str) -> StripeObject:
    """The customer's bank sent it back, even after it had succeeded: the money is with the merchant again."""
    _demand(refund, (*OPEN, "succeeded"), verb="failed")
    _undo(unit, refund)
    refund.update(status="failed", failure_reason=reason, pending_reason=None)
    unit.emit("refund.failed", refund)
    _tell_undone(unit, refund)
    return refund


def cancel(unit: Unit, refund: StripeObject) -> StripeObject:
    """End a refund that has not gone out. Raises ApiError when it has."""
    _demand(refund, OPEN, verb="canceled")
    _undo(unit, refund)
    refund.update(status="canceled", pending_reason=None)
    _tell_undone(unit, refund)
    return refund


def _undo(unit: Unit, refund: StripeObject) -> None:
    unit.unschedule("refund_outcome", refund["id"])
    if refund["balance_transaction"] is not None:
        entry = ledger.enter(
            unit,
            source=refund["id"],
            kind="refund_failure",
            amount_minor=refund["amount"],
            currency=refund["currency"],
            description="REFUND FAILURE",
        )
        refund["failure_balance_transaction"] = entry["id"]
    # Assumed: what did not arrive no longer counts as refunded.
    _change_refunded(unit.get("charge", refund["charge"]), by=-refund["amount"])


def _tell_undone(unit: Unit, refund: StripeObject) -> None:
    unit.emit("refund.updated", refund, twin="charge.refund.updated")
    unit.emit("charge.updated", unit.get("charge", refund["charge"]))


def _demand(refund: dict[str, Any], statuses: tuple[str, ...], *, verb: str) -> None:
    if refund["status"] not in statuses:
        raise invalid(f"The refund {refund['id']} cannot be {verb}: its status is {refund['status']}.")
