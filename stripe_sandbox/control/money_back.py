"""Decides which controls play the bank and the merchant's dashboard: refunds, disputes, fraud warnings."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

from stripe_sandbox.control.fields import truth, whole
from stripe_sandbox.engine import disputes, fraud_warnings, refunds, test_clocks
from stripe_sandbox.errors import ApiError
from stripe_sandbox.sandbox import Sandbox
from stripe_sandbox.store.unit import StripeObject, Unit, render

Body = dict[str, Any]
REFUND_REASONS = ("duplicate", "fraudulent", "requested_by_customer")
LARGEST_MINOR = 99_999_999_999
LATEST = 7_258_118_400


def make_refund(sandbox: Sandbox, body: Body) -> Body:
    """A refund as if made in the dashboard, without an API call: `charge`, `amount` (none: all that is left)."""
    reason = body.get("reason")
    if reason not in (None, *REFUND_REASONS):
        raise ValueError(f"reason is one of {', '.join(REFUND_REASONS)}")

    def act(unit: Unit, charge: StripeObject) -> StripeObject:
        return refunds.create(unit, charge, amount=_amount(body), reason=reason, metadata={})

    return act_on(sandbox, "charge", body, act=act)


def fail_refund(sandbox: Sandbox, body: Body) -> Body:
    """The bank sends a refund back: `refund`, `reason`."""
    reason = str(body.get("reason", "unknown"))
    if reason not in refunds.FAILURE_REASONS:
        raise ValueError(f"reason is one of {', '.join(refunds.FAILURE_REASONS)}")
    return act_on(sandbox, "refund", body, act=lambda unit, refund: refunds.fail(unit, refund, reason=reason))


def succeed_refund(sandbox: Sandbox, body: Body) -> Body:
    """A waiting refund arrives: `refund`."""
    return act_on(sandbox, "refund", body, act=refunds.succeed)


def cancel_refund(sandbox: Sandbox, body: Body) -> Body:
    """A waiting refund is called off: `refund`."""
    return act_on(sandbox, "refund", body, act=refunds.cancel)


def warn_of_fraud(sandbox: Sandbox, body: Body) -> Body:
    """An early fraud warning: `charge`, `fraud_type`."""
    fraud_type = str(body.get("fraud_type", "misc"))
    if fraud_type not in fraud_warnings.FRAUD_TYPES:
        raise ValueError(f"fraud_type is one of {', '.join(fraud_warnings.FRAUD_TYPES)}")
    return act_on(
        sandbox,
        "charge",
        body,
        act=lambda unit, charge: fraud_warnings.raise_on(unit, charge, fraud_type=fraud_type),
    )


def open_dispute(sandbox: Sandbox, body: Body) -> Body:
    """A dispute: `charge`, `reason`, `inquiry` (only a question), `amount`, `due_by` (0: no answer is possible)."""
    reason = str(body.get("reason", "fraudulent"))
    if reason not in disputes.REASONS:
        raise ValueError(f"reason is one of {', '.join(disputes.REASONS)}")
    due_by = whole(body, "due_by") if body.get("due_by") is not None else None
    if due_by is not None and not 0 <= due_by <= LATEST:
        raise ValueError("due_by is a moment in unix seconds, or 0")

    def act(unit: Unit, charge: StripeObject) -> StripeObject:
        return disputes.open_on(
            unit,
            charge,
            reason=reason,
            is_inquiry=truth(body, "inquiry", default=False),
            amount=_amount(body),
            due_by=due_by,
        )

    return act_on(sandbox, "charge", body, act=act)


def win_dispute(sandbox: Sandbox, body: Body) -> Body:
    """The bank decides for the merchant: `dispute`."""
    return act_on(sandbox, "dispute", body, act=lambda unit, found: disputes.decide(unit, found, is_won=True))


def lose_dispute(sandbox: Sandbox, body: Body) -> Body:
    """The bank decides for the customer: `dispute`."""
    return act_on(sandbox, "dispute", body, act=lambda unit, found: disputes.decide(unit, found, is_won=False))


def escalate_inquiry(sandbox: Sandbox, body: Body) -> Body:
    """An inquiry becomes a chargeback: `dispute`."""
    return act_on(sandbox, "dispute", body, act=disputes.escalate)


def prevent_dispute(sandbox: Sandbox, body: Body) -> Body:
    """An inquiry is settled before it becomes a chargeback: `dispute`."""
    return act_on(sandbox, "dispute", body, act=disputes.prevent)


def _amount(body: Body) -> int | None:
    """The amount in minor units; None for all that is left."""
    if body.get("amount") in (None, 0, ""):
        return None
    amount = whole(body, "amount")
    if not 0 < amount <= LARGEST_MINOR:
        raise ValueError("amount is above 0, in minor units")
    return amount


def act_on(sandbox: Sandbox, kind: str, body: Body, *, act: Callable[[Unit, StripeObject], StripeObject]) -> Body:
    """Change the object that the body names. Raises LookupError for an unknown one, ValueError when refused."""
    object_id = str(body.get(kind, ""))
    account_id = sandbox.owner_of(kind, object_id)
    if account_id is None:
        raise LookupError(f"no such {kind}: give its id as `{kind}`")
    work: AbstractContextManager[Unit] = sandbox.unit(account_id)
    try:
        with work as unit:
            test_clocks.stand(unit, object_id)
            return render(act(unit, unit.get(kind, object_id)))
    except ApiError as error:
        raise ValueError(error.message) from error


ACTIONS = {
    ("POST", "refunds"): make_refund,
    ("POST", "refunds/fail"): fail_refund,
    ("POST", "refunds/succeed"): succeed_refund,
    ("POST", "refunds/cancel"): cancel_refund,
    ("POST", "fraud-warnings"): warn_of_fraud,
    ("POST", "disputes"): open_dispute,
    ("POST", "disputes/win"): win_dispute,
    ("POST", "disputes/lose"): lose_dispute,
    ("POST", "disputes/escalate"): escalate_inquiry,
    ("POST", "disputes/prevent"): prevent_dispute,
}
