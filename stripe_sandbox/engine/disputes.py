"""Decides how a dispute or inquiry opens, moves money and ends; what its evidence says is another file's matter."""

from stripe_sandbox import ids
from stripe_sandbox.engine import fraud_warnings, ledger, periods
from stripe_sandbox.engine.cards import after_charge
from stripe_sandbox.errors import invalid
from stripe_sandbox.shapes import blank
from stripe_sandbox.store.unit import StripeObject, Unit

ANSWER_DAYS = 20
INQUIRY_DAYS = 120
FEE_MINOR = 1500
REASONS = (
    "bank_cannot_process",
    "check_returned",
    "credit_not_processed",
    "customer_initiated",
    "debit_not_authorized",
    "duplicate",
    "fraudulent",
    "general",
    "incorrect_account_details",
    "insufficient_funds",
    "noncompliant",
    "product_not_received",
    "product_unacceptable",
    "subscription_canceled",
    "unrecognized",
)
# Visa's own codes, which the network shows beside Stripe's word. Assumed where no test shows them.
_NETWORK_CODES = {
    "credit_not_processed": "13.6",
    "duplicate": "12.6",
    "fraudulent": "10.4",
    "product_not_received": "13.1",
    "product_unacceptable": "13.3",
    "subscription_canceled": "13.2",
}
OPEN = ("needs_response", "under_review", "warning_needs_response", "warning_under_review")


def open_on(
    unit: Unit,
    charge: StripeObject,
    *,
    reason: str = "fraudulent",
    is_inquiry: bool = False,
    amount: int | None = None,
    due_by: int | None = None,
) -> StripeObject:
    """The customer's bank disputes a charge: a chargeback takes the money and a fee, an inquiry only asks.

    `amount` in minor units (all that was not refunded), `due_by` unix seconds (0: no answer is possible). Raises
    ApiError for a charge that has no money to dispute or that is disputed already.
    """
    rest = charge["amount_captured"] - charge["amount_refunded"]
    if charge["disputed"] or not 0 < (amount or rest) <= rest:
        raise invalid(f"The charge {charge['id']} cannot be disputed: it has no undisputed money of that amount.")
    dispute = blank(
        "dispute",
        id=ids.new_id("dispute"),
        amount=amount or rest,
        charge=charge["id"],
        currency=charge["currency"],
        is_charge_refundable=is_inquiry,
        payment_intent=charge["payment_intent"],
        payment_method_details=_network_view(charge, reason=reason, is_inquiry=is_inquiry),
        reason=reason,
        status="warning_needs_response" if is_inquiry else "needs_response",
    )
    dispute["evidence_details"]["due_by"] = _due_by(unit.now) if due_by is None else due_by
    unit.add(dispute)
    charge.update(disputed=True, dispute=dispute["id"])
    _plan(unit, dispute, is_inquiry=is_inquiry)
    if is_inquiry:
        unit.emit("charge.dispute.created", dispute)
    else:
        _withdraw(unit, dispute, created="charge.dispute.created")
    fraud_warnings.recheck(unit, charge)
    return dispute


def _network_view(charge: StripeObject, *, reason: str, is_inquiry: bool) -> StripeObject:
    brand = charge["payment_method_details"]["card"]["brand"]
    return {
        "card": {
            "brand": brand,
            "case_type": "inquiry" if is_inquiry else "chargeback",
            "network": brand,
            "network_reason_code": _NETWORK_CODES.get(reason, "10.4"),
        },
        "type": "card",
    }


def _due_by(now: int) -> int:
    """The last second (UTC) of the twentieth day from now."""
    day = now - now % periods.DAY_SECONDS
    return day + (ANSWER_DAYS + 1) * periods.DAY_SECONDS - 1


def _plan(unit: Unit, dispute: StripeObject, *, is_inquiry: bool) -> None:
    due_by = dispute["evidence_details"]["due_by"]
    if due_by:
        unit.schedule("dispute_due", dispute["id"], due_at=due_by + 1)
    if is_inquiry:
        unit.schedule("inquiry_close", dispute["id"], due_at=unit.now + INQUIRY_DAYS * periods.DAY_SECONDS)


def _withdraw(unit: Unit, dispute: StripeObject, *, created: str | None = None) -> None:
    """Take amount and fee; the dispute is told of first, then the money, as recorded by third parties."""
    entry = ledger.enter(
        unit,
        source=dispute["id"],
        kind="adjustment",
        category="dispute",
        amount_minor=-dispute["amount"],
        fee_minor=FEE_MINOR,
        fee_text="Dispute fee",
        currency=dispute["currency"],
        description=f"Chargeback withdrawal for {dispute['charge']}",
    )
    dispute["balance_transactions"] = [*dispute["balance_transactions"], dict(entry)]
    if created is not None:
        unit.emit(created, dispute)
    unit.emit("charge.dispute.funds_withdrawn", dispute)


def open_for_card(unit: Unit, charge_id: str) -> None:
    """Timer: the test card that was paid with is one that disputes; refunded in full by then, nothing is left to."""
    charge = unit.get("charge", charge_id)
    effect, reason = after_charge(unit.get("payment_method", charge["payment_method"])["_behaviour"])
    if not charge["refunded"] and not charge["disputed"]:
        open_on(unit, charge, reason=reason, is_inquiry=effect == "inquiry")


def escalate(unit: Unit, dispute: StripeObject) -> StripeObject:
    """An inquiry becomes a chargeback: now the money goes. Raises ApiError for what is no open inquiry."""
    demand(dispute, ("warning_needs_response", "warning_under_review"), verb="escalated")
    dispute.update(status="needs_response", is_charge_refundable=False)
    dispute["payment_method_details"]["card"]["case_type"] = "chargeback"
    dispute["evidence_details"].update(due_by=_due_by(unit.now), past_due=False, submission_count=0)
    unit.unschedule("inquiry_close", dispute["id"])
    unit.schedule("dispute_due", dispute["id"], due_at=dispute["evidence_details"]["due_by"] + 1)
    _withdraw(unit, dispute)
    unit.emit("charge.dispute.updated", dispute)
    return dispute


def prevent(unit: Unit, dispute: StripeObject) -> StripeObject:
    """A network's service settles an inquiry before it becomes a chargeback.

    Assumed: the dispute itself moves no money and takes no fee then. Raises ApiError for what is no open inquiry.
    """
    demand(dispute, ("warning_needs_response", "warning_under_review"), verb="prevented")
    return _end(unit, dispute, status="prevented")


def close(unit: Unit, dispute: StripeObject) -> StripeObject:
    """The call `disputes/close`: the merchant accepts the loss. Raises ApiError unless an answer is still awaited."""
    demand(dispute, ("needs_response",), verb="closed")
    return _end(unit, dispute, status="lost")


def decide(unit: Unit, dispute: StripeObject, *, is_won: bool) -> StripeObject:
    """The bank's verdict: a win brings amount and fee back. Raises ApiError for a dispute that is over."""
    if dispute["status"] in {"warning_needs_response", "warning_under_review"}:
        return _end(unit, dispute, status="warning_closed")
    demand(dispute, ("needs_response", "under_review"), verb="decided")
    _end(unit, dispute, status="won" if is_won else "lost")
    if is_won:
        _reinstate(unit, dispute)
    return dispute


def _reinstate(unit: Unit, dispute: StripeObject) -> None:
    """Assumed: the fee comes back with a win, which the setting `dispute_fee_returned` can switch off."""
    entry = ledger.enter(
        unit,
        source=dispute["id"],
        kind="adjustment",
        category="dispute_reversal",
        amount_minor=dispute["amount"],
        fee_minor=-FEE_MINOR if unit.settings["dispute_fee_returned"] else 0,
        fee_text="Dispute fee refund",
        currency=dispute["currency"],
        description=f"Chargeback reversal for {dispute['charge']}",
    )
    dispute["balance_transactions"] = [*dispute["balance_transactions"], dict(entry)]
    unit.emit("charge.dispute.funds_reinstated", dispute)


def _end(unit: Unit, dispute: StripeObject, *, status: str) -> StripeObject:
    dispute.update(status=status, is_charge_refundable=False)
    for kind in ("dispute_due", "dispute_verdict", "inquiry_close"):
        unit.unschedule(kind, dispute["id"])
    unit.emit("charge.dispute.closed", dispute)
    return dispute


def pass_due_date(unit: Unit, dispute_id: str) -> None:
    """Timer: no answer came in time. A chargeback is lost by that; an inquiry is only late."""
    dispute = unit.get("dispute", dispute_id)
    if dispute["status"] not in {"needs_response", "warning_needs_response"}:
        return
    dispute["evidence_details"]["past_due"] = True
    if dispute["status"] == "needs_response":
        _end(unit, dispute, status="lost")
    else:
        unit.emit("charge.dispute.updated", dispute)


def close_inquiry_when_due(unit: Unit, dispute_id: str) -> None:
    """Timer: 120 days (assumed) without escalation close an inquiry."""
    dispute = unit.get("dispute", dispute_id)
    if dispute["status"] in {"warning_needs_response", "warning_under_review"}:
        _end(unit, dispute, status="warning_closed")


def decide_when_due(unit: Unit, dispute_id: str) -> None:
    """Timer: the verdict that the magic words of the evidence ask for."""
    dispute = unit.get("dispute", dispute_id)
    if dispute["status"] in OPEN:
        decide(unit, dispute, is_won=bool(dispute["_is_winning"]))


def demand(dispute: StripeObject, statuses: tuple[str, ...], *, verb: str) -> None:
    """Raises ApiError unless the dispute has one of these statuses."""
    if dispute["status"] not in statuses:
        raise invalid(f"This dispute cannot be {verb}: its status is {dispute['status']}.")
