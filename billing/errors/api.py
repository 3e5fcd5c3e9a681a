"""Failures that only programs meet: keys, scopes, repeated requests, cursors."""

from billing.errors.base import BillingError


class NotSignedIn(BillingError):
    code = "not_authenticated"
    status = 401
    message = "Send an API key as “Authorization: Bearer bk_…”, or sign in with a browser."


class KeyInvalid(BillingError):
    """Unknown, misspelt or cut off: nobody learns which."""

    code = "api_key_invalid"
    status = 401
    message = "This is not a valid API key."


class KeyExpired(BillingError):
    code = "api_key_expired"
    status = 401
    message = "This API key has expired. Please use the one that replaced it, or make another."


class KeyRevoked(BillingError):
    code = "api_key_revoked"
    status = 401
    message = "This API key was revoked."


class KeyOfOtherEnvironment(BillingError):
    """A test key where real money moves, or a live key where none does."""

    code = "api_key_of_other_environment"
    status = 401


class KeyAlreadyMade(BillingError):
    """The form was sent twice; what is shown once cannot be shown again."""

    code = "api_key_already_made"
    status = 409
    message = "This key was made already and its secret shown. If you have not kept it, rotate the key."


class KeyEnded(BillingError):
    code = "api_key_ended"
    status = 409
    message = "This key is revoked, replaced or expired. Nothing was changed."


class KeyLimit(BillingError):
    code = "api_key_limit"
    status = 409
    message = "There are as many keys as there may be. Please revoke one that is not used any more."


class ScopeMissing(BillingError):
    """`details["scope"]` names what the key would need."""

    code = "scope_missing"
    status = 403
    message = "This API key may not do this. Nothing was changed."


class RoleMissing(BillingError):
    code = "role_missing"
    status = 403
    message = "Your role in this organization does not allow this. Nothing was changed."


class KeyReused(BillingError):
    """An idempotency key came with another request than the first time."""

    code = "idempotency_key_reused"
    status = 422
    message = "This Idempotency-Key was used for another request. Nothing was done; please use a new key."


class RequestRunning(BillingError):
    code = "request_in_progress"
    status = 409
    message = "The same request is being carried out. Please ask again in a moment with the same Idempotency-Key."


class CursorInvalid(BillingError):
    code = "cursor_invalid"
    status = 400
    message = "This cursor does not belong to this list. Please begin at the first page."


class VersionUnknown(BillingError):
    code = "api_version_unknown"
    status = 400
    message = "This version of the API does not exist here."


class AnswerShownOnce(BillingError):
    code = "answer_shown_once"
    status = 409
    message = "This was done already; its answer held a secret and is shown once. Nothing was done twice."
