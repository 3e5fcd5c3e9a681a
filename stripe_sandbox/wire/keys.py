"""Decides which API keys are taken, what a restricted one may do, and how a key is named in an error.

Every test key is an account of its own. Two endings play what a person does to a key in the dashboard: a key that
ends with `_expired` has run out, and a restricted key that begins with `rk_test_readonly` may only read.
"""

import base64
import binascii
import logging

from stripe_sandbox.errors import ApiError

logger = logging.getLogger(__name__)
READ_ONLY = "rk_test_readonly"
EXPIRED = "_expired"
_SHOWN_END = 4


def read_key(authorization: str) -> str:
    """The key in this header. Raises ApiError 401 for none, a wrong, expired or live one, 403 for a publishable."""
    key = _given(authorization)
    if not key:
        raise ApiError(
            "You did not provide an API key. You need to provide your API key in the Authorization header, using "
            "Bearer auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY'). See "
            "https://stripe.com/docs/api#authentication for details, or we can help at https://support.stripe.com/.",
            status=401,
        )
    if key.startswith(("sk_live_", "rk_live_")):
        logger.critical("A LIVE Stripe key was sent to the sandbox. It was refused; check who uses it.")
        raise ApiError("A live key was sent to the sandbox: refused.", status=401)
    if key.startswith("pk_"):
        raise ApiError(
            "This API call cannot be made with a publishable API key. Please use a secret API key. You can find a "
            "list of your API keys at https://dashboard.stripe.com/account/apikeys.",
            status=403,
            code="secret_key_required",
        )
    if not key.startswith(("sk_test_", "rk_test_")):
        raise ApiError(f"Invalid API Key provided: {masked(key)}", status=401)
    if key.endswith(EXPIRED):
        raise ApiError(f"Expired API Key provided: {masked(key)}", status=401, code="api_key_expired")
    return key


def _given(authorization: str) -> str:
    scheme, _, rest = authorization.partition(" ")
    key = rest.strip()
    if scheme.lower() == "basic":
        try:
            key = base64.b64decode(key).decode().partition(":")[0]
        except (binascii.Error, UnicodeDecodeError):
            key = ""
    return key


def masked(key: str) -> str:
    """The key as errors name it: its prefix, stars, and its last four characters where it is long enough."""
    prefix = key[: key.index("_test_") + len("_test_")] if "_test_" in key[:8] else key[:_SHOWN_END]
    hidden = len(key) - len(prefix) - _SHOWN_END
    return f"{prefix}{'*' * hidden}{key[-_SHOWN_END:]}" if hidden >= _SHOWN_END else f"{prefix}****"


def check_permission(key: str, *, account_id: str, is_write: bool) -> None:
    """Raises ApiError 403 for a write with a key that may only read."""
    if is_write and key.startswith(READ_ONLY):
        raise ApiError(
            f"The provided key '{masked(key)}' does not have the required permissions for this endpoint on account "
            f"'{account_id}'. Having more permissions would allow this request to continue.",
            status=403,
        )


def check_account(key: str, *, wanted: str, account_id: str) -> None:
    """Raises ApiError 403 for any account but the key's own: Connect is not there."""
    if wanted != account_id:
        raise no_access(wanted, key=key)


def no_access(account_id: str, *, key: str) -> ApiError:
    """What Stripe says of an account that is not connected to the key's own."""
    return ApiError(
        f"The provided key '{masked(key)}' does not have access to account '{account_id}' (or that account does not "
        "exist). Application access may have been revoked.",
        status=403,
        code="account_invalid",
    )
