"""Failures of buying: catalogue, currency, trials and checkouts."""

from billing.errors.base import BillingError


class CatalogueError(BillingError):
    """The catalogue file is malformed; `details["key"]` names the place."""

    code = "catalogue_invalid"
    status = 400


class UnknownPlan(BillingError):
    code = "plan_unknown"
    status = 404
    message = "There is no such plan or price."


class CurrencyLocked(BillingError):
    code = "currency_locked"
    status = 409


class AlreadySubscribed(BillingError):
    code = "already_subscribed"
    status = 409
    message = "There is a subscription already. Nothing was charged."


class CheckoutEnded(BillingError):
    """The form belongs to a checkout that is over."""

    code = "checkout_ended"
    status = 409
    message = "This checkout has ended. Nothing was charged. Please choose the plan again."


class TrialNotAvailable(BillingError):
    code = "trial_not_available"
    status = 409
    message = "A trial was used before with this e-mail address."


class FeatureMissing(BillingError):
    code = "feature_missing"
    status = 402
