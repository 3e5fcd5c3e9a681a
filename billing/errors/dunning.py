"""Failures of pursuing unpaid invoices."""

from collections.abc import Sequence

from billing.errors.base import BillingError


class PolicyRefused(BillingError):
    """A dunning policy that may not be saved; `reasons` are plain sentences, one for each thing to mend."""

    code = "policy_refused"
    status = 400
    message = "This dunning policy cannot be saved."

    def __init__(self, reasons: Sequence[str]) -> None:
        self.reasons = tuple(reasons)
        super().__init__(" ".join((self.message, *self.reasons)), reasons=list(self.reasons))
