"""Decides how failures look: Stripe's error bodies, statuses and what is stored under an idempotency key."""

from typing import Any


class ApiError(Exception):
    """An answer that is an error.

    `is_executed`: execution began, so the result is stored under the idempotency key and SDKs must not retry.
    `keeps_changes`: the state change made before the error (a failed charge, say) is committed.
    """

    def __init__(
        self,
        message: str,
        *,
        status: int = 400,
        type: str = "invalid_request_error",  # noqa: A002 - Stripe's own word
        code: str | None = None,
        param: str | None = None,
        is_executed: bool = False,
        keeps_changes: bool = False,
        extra: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.status = status
        self.type = type
        self.code = code
        self.param = param
        self.is_executed = is_executed
        self.keeps_changes = keeps_changes
        self.extra = extra or {}

    def body(self, *, request_id: str) -> dict[str, Any]:
        """The JSON that the client sees."""
        error: dict[str, Any] = {"type": self.type, "message": self.message}
        if self.code:
            error["code"] = self.code
            error["doc_url"] = f"https://stripe.com/docs/error-codes/{self.code.replace('_', '-')}"
        if self.param is not None:
            error["param"] = self.param
        error["request_log_url"] = f"https://dashboard.stripe.com/test/logs/{request_id}"
        error.update(self.extra)
        return {"error": dict(sorted(error.items()))}


def invalid(message: str, *, param: str | None = None, code: str | None = None) -> ApiError:
    """A refused request that was well formed: the state or the combination does not allow it."""
    return ApiError(message, param=param, code=code, is_executed=True)


def invalid_parameter(message: str, *, param: str, code: str | None = None) -> ApiError:
    """A parameter with a value that cannot be: pure validation, nothing is stored."""
    return ApiError(message, param=param, code=code)


def missing_parameter(param: str) -> ApiError:
    """A required parameter is absent."""
    return ApiError(f"Missing required param: {param}.", param=param, code="parameter_missing")


_NAMES = {
    "payment_method": "PaymentMethod",
    "checkout.session": "checkout.session",
    "billing_portal.configuration": "configuration",
    "billing_portal.session": "session",
    "test_helpers.test_clock": "test clock",
    "webhook_endpoint": "webhook endpoint",
    "balance_transaction": "balance transaction",
    "subscription_item": "subscription item",
    "promotion_code": "promotion code",
    "tax_rate": "tax rate",
    "payment_intent": "payment_intent",
    "setup_intent": "setupintent",
    "invoice_payment": "invoice payment",
    "subscription_schedule": "subscription schedule",
}


def no_such(kind: str, object_id: str, *, param: str = "id", status: int = 404) -> ApiError:
    """The object does not exist (404 for the path's own object, 400 for one named in a parameter)."""
    message = f"No such {_NAMES.get(kind, kind)}: '{object_id}'"
    if kind == "payment_method":
        message += (
            "; It's possible this PaymentMethod exists on one of your connected accounts, in which case you should "
            "retry this request on that connected account. "
            "Learn more at https://stripe.com/docs/connect/authentication"
        )
    return ApiError(message, status=status, code="resource_missing", param=param)


def unrecognized_url(method: str, path: str) -> ApiError:
    """What Stripe says of a route that it does not have."""
    return ApiError(
        f"Unrecognized request URL ({method}: {path}). If you are trying to list objects, remove the trailing "
        "slash. If you are trying to retrieve an object, make sure you passed a valid (non-empty) identifier "
        "in your code. Please see https://stripe.com/docs or we can help at https://support.stripe.com/.",
        status=404,
    )


def card_error(
    message: str, *, code: str, param: str | None = None, keeps_changes: bool = True, **extra: Any
) -> ApiError:
    """A declined card: 402, stored under the key, and what happened up to it is kept unless said otherwise."""
    return ApiError(
        message,
        status=402,
        type="card_error",
        code=code,
        param=param,
        is_executed=True,
        keeps_changes=keeps_changes,
        extra={key: value for key, value in extra.items() if value is not None},
    )


def not_built(param: str) -> ApiError:
    """A parameter that Stripe has and this sandbox does not act on: refused, never ignored in silence."""
    return ApiError(f"The sandbox does not implement the parameter '{param}' here.", param=param)


CONNECT_ONLY = frozenset({"application_fee_amount", "application_fee_percent", "on_behalf_of", "transfer_data"})


def for_platforms_only(param: str, value: Any) -> ApiError:
    """A parameter of Connect, as an account without connected accounts meets it.

    The text for application_fee_amount is Stripe's, as others saw it; the rest is assumed.
    """
    if param == "application_fee_amount":
        text = (
            "Can only apply an application_fee_amount when the PaymentIntent is attempting a direct payment (using "
            "an OAuth key or Stripe-Account header) or destination payment (using `transfer_data[destination]`)."
        )
        return ApiError(text, code="parameter_missing", param=param)
    if param == "application_fee_percent":
        text = (
            "Can only apply an application_fee_percent when the request is made on behalf of another account (using "
            "an OAuth key, the Stripe-Account header, or the destination parameter)."
        )
        return ApiError(text, param=param)
    if isinstance(value, dict):
        destination = value.get("destination", "")
        return ApiError(
            f"No such destination: '{destination}'", code="resource_missing", param=f"{param}[destination]"
        )
    return ApiError(f"No such account: '{value}'", code="resource_missing", param=param)
