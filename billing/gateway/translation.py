"""Turns the SDK's errors into ours, once; it must not decide what happens next."""

import logging

import stripe

from billing import errors

logger = logging.getLogger(__name__)
_FIRST_SERVER_ERROR = 500
_CONFLICT = 409
_NOT_FOUND = 404


def translate(error: stripe.StripeError) -> errors.BillingError:
    """The log line holds Stripe's request id and code, never a body: bodies hold personal data."""
    logger.warning("Stripe: %s code=%s request=%s", type(error).__name__, error.code, error.request_id)
    if isinstance(error, stripe.CardError):
        decline_code = getattr(error.error, "decline_code", None)
        charge = getattr(error.error, "charge", None)
        return errors.CardDeclined(error.user_message, code=error.code, decline_code=decline_code, charge=charge)
    if isinstance(error, stripe.RateLimitError):
        return errors.StripeRateLimited()
    if isinstance(error, stripe.AuthenticationError | stripe.PermissionError):
        return errors.StripeKeyRefused()
    status = error.http_status
    if isinstance(error, stripe.APIConnectionError) or status is None:
        return errors.StripeUnreachable()
    if status >= _FIRST_SERVER_ERROR or status == _CONFLICT:
        return errors.StripeUnreachable()
    kind = errors.StripeObjectMissing if status == _NOT_FOUND else errors.StripeRefused
    return kind(
        error.user_message or "Our payment provider refused the request.",
        code=error.code,
        param=getattr(error, "param", None),
    )
