"""What Stripe answers or does not, and what the machinery around it says."""

from billing.errors.base import BillingError


class StripeUnreachable(BillingError):
    """Stripe did not answer, or not in time; whether it acted is unknown. Safe to repeat with the same key."""

    code = "stripe_unreachable"
    status = 503
    message = "We cannot reach our payment provider. Nothing was charged. Try again: it cannot be done twice."


class StripeRateLimited(StripeUnreachable):
    code = "stripe_rate_limited"


class StripeRefused(BillingError):
    """Stripe understood and said no: a definite failure."""

    code = "stripe_refused"
    status = 409


class StripeObjectMissing(StripeRefused):
    code = "stripe_object_missing"
    status = 404


class StripeStillLive(StripeRefused):
    """Something that costs money could not be ended; `details["left"]` names it."""

    code = "stripe_still_live"
    message = "Our payment provider could not end everything that costs money. Nothing was deleted."


class CardDeclined(StripeRefused):
    code = "card_declined"
    status = 402


class NotSetUp(BillingError):
    """Something that `manage.py setup_stripe` makes is missing."""

    code = "not_set_up"
    status = 503
    message = "Payments are not set up yet. We have been told."


class StripeKeyRefused(BillingError):
    """The key is wrong or lacks a right: a fault of configuration."""

    code = "stripe_key_refused"
    status = 503
    message = "Payments are not set up correctly. We have been told."


class WrongStripeAccount(StripeKeyRefused):
    """The key opens another account than the one that our rows are a copy of: nothing it says is about them."""

    code = "stripe_account_changed"


class NotYet(BillingError):
    """A row that a reaction needs has not come yet; the reaction is tried again."""

    code = "not_yet"
    status = 503


class LeaseTaken(BillingError):
    """Another worker holds the object."""

    code = "lease_taken"
    status = 503


class LeaseLost(BillingError):
    """Our lease ended while we fetched; nothing was written and the object is fetched anew."""

    code = "lease_lost"
    status = 503


class ReconciliationRunning(BillingError):
    """Another process compares our rows with Stripe, or has taken this comparison over."""

    code = "reconciliation_running"
    status = 409
    message = "A comparison with Stripe is going on already."
