"""Routes of Connect, as an account meets them that has not signed up for it; nothing is ever made here.

What an account that is not there gets (`/v1/accounts/{id}` and everything below) is decided in the wire.
"""

from typing import Any

from stripe_sandbox.errors import ApiError
from stripe_sandbox.store.unit import StripeObject, Unit
from stripe_sandbox.wire.routing import route


@route("POST", "/v1/accounts", schema="account_create")
def create_account(unit: Unit, params: dict[str, Any]) -> StripeObject:
    """No account makes others before it has signed up."""
    raise ApiError(
        "You can only create new accounts if you've signed up for Connect, which you can learn how to do at "
        "https://stripe.com/docs/connect."
    )


@route("POST", "/v1/transfers", schema="transfer_create")
def transfer(unit: Unit, params: dict[str, Any]) -> StripeObject:
    """There is no account to send money to."""
    name = params["destination"]
    raise ApiError(f"No such destination: '{name}'", code="resource_missing", param="destination")


def _refuse_account(unit: Unit, params: dict[str, Any]) -> StripeObject:
    # Assumed: the same refusal as for the account's own address; the key is not known here.
    name = params["account"]
    raise ApiError(
        f"The provided key does not have access to account '{name}' (or that account does not exist). Application "
        "access may have been revoked.",
        status=403,
        code="account_invalid",
    )


route("POST", "/v1/account_links", schema="account_link_create")(_refuse_account)
route("POST", "/v1/account_sessions", schema="account_session_create")(_refuse_account)
