"""Failures of giving money back."""

from collections.abc import Sequence

from billing.errors.base import BillingError


class RefundRefused(BillingError):
    """Nothing was given back; each cause has a code of its own. Where Stripe has a code for it, it is Stripe's."""

    code = "refund_refused"
    status = 409
    message = "This refund cannot be made. No money was moved."


class ChargeNotRefundable(RefundRefused):
    code = "charge_not_refundable"
    message = "No money of this charge was captured, so that none can go back."


class AlreadyRefunded(RefundRefused):
    code = "charge_already_refunded"
    message = "All of this charge has gone back already, or is about to. No money was moved."


class RefundAboveRest(RefundRefused):
    code = "refund_above_rest"
    message = "This is more than what is left to refund of the charge. No money was moved."


class ChargeIsDisputed(RefundRefused):
    """A second way back for the same money: the bank has it withdrawn already."""

    code = "charge_disputed"
    message = "The bank has withdrawn this money in a dispute. Answer the dispute; a refund would pay it twice."


class RefundIsDisputed(RefundRefused):
    code = "refund_disputed_payment"
    message = "Stripe refunds no payment that is disputed. Answer the dispute. No money was moved."


class RefundDecided(RefundRefused):
    code = "refund_decided"
    message = "Somebody has decided this request already. Nothing was changed."


class RefundNotFailed(RefundRefused):
    code = "refund_not_failed"
    message = "This refund has not failed, or somebody has seen to it already. Nothing was changed."


class SecondPersonNeeded(RefundRefused):
    """Who asked may not approve."""

    code = "refund_needs_second_person"
    status = 403
    message = "Another person has to approve this, not the one who asked for it. Nothing was changed."


class AboveOwnLimit(RefundRefused):
    code = "above_own_limit"
    status = 403
    message = "This is above your own limit. Somebody with a higher one has to approve it. Nothing was changed."


class NotPermitted(RefundRefused):
    """The person lacks the permission, by whatever way the request came."""

    code = "not_permitted"
    status = 403
    message = "You may not do this. Nothing was changed."


class LimitRefused(BillingError):
    """Limits that may not be saved; `reasons` are plain sentences, one for each thing to mend."""

    code = "limit_refused"
    status = 400
    message = "These limits cannot be saved."

    def __init__(self, reasons: Sequence[str] = ()) -> None:
        self.reasons = tuple(reasons)
        super().__init__(" ".join((self.message, *self.reasons)), reasons=list(self.reasons))
