"""Failures of what is granted beside a plan."""

from billing.errors.base import BillingError


class OverrideEnded(BillingError):
    code = "override_ended"
    status = 409
    message = "This grant is over already. Nothing was changed."
