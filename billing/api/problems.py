"""Answers every failure in one shape, RFC 9457 `application/problem+json`, with a code that stays the same."""

from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied as DjangoPermissionDenied
from django.http import Http404, HttpResponse
from rest_framework import exceptions
from rest_framework.renderers import JSONRenderer
from structlog.contextvars import get_contextvars

from billing.api.authentication import CSRF_FAILED
from billing.errors import BillingError, CardDeclined, StripeRefused

CONTENT_TYPE = "application/problem+json"
DOCS_PATH = "/api/docs/errors/"
_DECLINED = "The payment did not go through, and nothing was taken."
_REFUSED = "It was not done, and nothing was charged. If it happens again, write to us and name the request_id."
_ASKS_OWNER = ("authentication_required", "subscription_payment_intent_requires_action")
_AT_NO_FIELD = "non_field_errors"
# Codes of failures that no rule of billing names, with what each means; the page of errors lists them, too.
FRAMEWORK_CODES: dict[str, tuple[int, str]] = {
    "malformed_json": (400, "The body of the request is no JSON object."),
    "bad_request": (400, "The request cannot be read."),
    "permission_denied": (403, "This is not allowed. Nothing was changed."),
    CSRF_FAILED: (403, "The request of a browser carries no valid CSRF token."),
    "method_not_allowed": (
        405,
        "This address does not answer this method; the header Allow names those that it does.",
    ),
    "not_acceptable": (406, "The API answers in JSON only."),
    "unsupported_media_type": (415, "Send the body as application/json."),
    "rate_limited": (429, "Too many requests. The header Retry-After says in how many seconds to go on."),
    "server_error": (500, "Something broke here. Please repeat the request with the same Idempotency-Key."),
}
_BY_EXCEPTION: dict[type[exceptions.APIException], str] = {
    exceptions.ParseError: "malformed_json",
    exceptions.NotAuthenticated: "not_authenticated",
    exceptions.AuthenticationFailed: "api_key_invalid",
    exceptions.PermissionDenied: "permission_denied",
    exceptions.NotFound: "not_found",
    exceptions.MethodNotAllowed: "method_not_allowed",
    exceptions.NotAcceptable: "not_acceptable",
    exceptions.UnsupportedMediaType: "unsupported_media_type",
    exceptions.Throttled: "rate_limited",
    exceptions.ValidationError: "invalid_input",
}


def problem(code: str, status: int, detail: str, **members: Any) -> dict[str, Any]:
    """The body of a failure. `members` are more of it: those of our own failures, and `errors` by field."""
    return {
        **members,
        "type": f"{settings.SITE_URL}{DOCS_PATH}#{code}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "code": code,
        "request_id": get_contextvars().get("request_id", ""),
    }


def problem_of(failure: Exception) -> dict[str, Any] | None:
    """The body for an expected failure of ours, REST framework's or Django's; None for anything else."""
    if isinstance(failure, BillingError):
        return _of_billing(failure)
    if isinstance(failure, Http404):
        return problem("not_found", 404, "Not found.")
    if isinstance(failure, DjangoPermissionDenied):
        return problem("permission_denied", 403, FRAMEWORK_CODES["permission_denied"][1])
    if isinstance(failure, exceptions.APIException):
        return _of_framework(failure)
    return None


def problem_page(code: str, *, detail: str = "") -> HttpResponse:
    """A failure that never reached a view of the API, such as a fault of ours."""
    status, words = FRAMEWORK_CODES[code]
    body = JSONRenderer().render(problem(code, status, detail or words))
    return HttpResponse(body, status=status, content_type=CONTENT_TYPE)


def _of_billing(failure: BillingError) -> dict[str, Any]:
    if isinstance(failure, StripeRefused):
        return _of_stripe(failure)
    body = problem(failure.code, failure.status, failure.message, **failure.details)
    field = failure.details.get("field")
    if failure.status == HTTPStatus.BAD_REQUEST and isinstance(field, str):
        del body["field"]
        body["errors"] = [{"field": field, "code": failure.code, "detail": failure.message}]
    return body


def _of_stripe(failure: StripeRefused) -> dict[str, Any]:
    """Stripe's own words name its ids, and the reason of a decline must not reach who may have stolen the card."""
    if isinstance(failure, CardDeclined):
        asks_owner = failure.details.get("code") in _ASKS_OWNER
        return problem(failure.code, failure.status, _DECLINED, needs_confirmation=asks_owner)
    # Without details the words are ours.
    return problem(failure.code, failure.status, _REFUSED if failure.details else failure.message)


def _of_framework(failure: exceptions.APIException) -> dict[str, Any]:
    code = next((ours for kind, ours in _BY_EXCEPTION.items() if isinstance(failure, kind)), "bad_request")
    if isinstance(failure, exceptions.PermissionDenied) and failure.get_codes() == CSRF_FAILED:
        code = CSRF_FAILED
    if isinstance(failure, exceptions.ValidationError):
        errors = list(_errors_by_field(failure.get_full_details()))
        return problem(
            code, 400, "Something in the request is missing or not valid. Nothing was done.", errors=errors
        )
    words = FRAMEWORK_CODES[code][1] if code in FRAMEWORK_CODES else str(failure.detail)
    return problem(code, failure.status_code, words)


def _errors_by_field(details: Any, path: str = "") -> Iterator[dict[str, str]]:
    """Each fault with the way to its field, `items.0.quantity`; no field means the request as a whole."""
    if isinstance(details, Mapping) and {"message", "code"} == set(details) and isinstance(details["code"], str):
        yield {"field": path, "code": str(details["code"]), "detail": str(details["message"])}
    elif isinstance(details, Mapping):
        for name, inner in details.items():
            yield from _errors_by_field(inner, path if name == _AT_NO_FIELD else _joined(path, name))
    else:
        for number, inner in enumerate(details):
            is_fault = isinstance(inner, Mapping) and {"message", "code"} == set(inner)
            yield from _errors_by_field(inner, path if is_fault else _joined(path, number))


def _joined(path: str, name: object) -> str:
    return f"{path}.{name}" if path else str(name)
