"""Lists of kinds that the sandbox never makes: an account without such a product has none of its objects.

Who copies a whole account (dj-stripe's `djstripe_sync_models`) asks for all of them. Assumed: that Stripe answers
with an empty list and refuses none where the product is not switched on. Tax codes and country specs, of which Stripe
keeps catalogues, are missing here.
"""

from collections.abc import Callable
from typing import Any

from stripe_sandbox.store.unit import StripeObject, Unit
from stripe_sandbox.wire.routing import route

_SCHEMAS = {
    "application_fees": "application_fee_list",
    "country_specs": "country_spec_list",
    "entitlements/active_entitlements": "entitlements/active_entitlement_list",
    "entitlements/features": "entitlements/feature_list",
    "identity/verification_reports": "identity/verification_report_list",
    "identity/verification_sessions": "identity/verification_session_list",
    "issuing/authorizations": "issuing/authorization_list",
    "issuing/cardholders": "issuing/cardholder_list",
    "issuing/cards": "issuing/card_list",
    "issuing/disputes": "issuing/dispute_list",
    "issuing/transactions": "issuing/transaction_list",
    "payouts": "payout_list",
    "reviews": "review_list",
    "shipping_rates": "shipping_rate_list",
    "tax_codes": "tax_code_list",
    "transfers": "transfer_list",
}


def _empty(url: str) -> Callable[..., StripeObject]:
    def listed(_unit: Unit, _params: dict[str, Any]) -> StripeObject:
        return {"object": "list", "data": [], "has_more": False, "url": url}

    return listed


for _name, _schema in _SCHEMAS.items():
    # Stripe wants a customer for entitlements; dj-stripe lists them without one.
    route("GET", f"/v1/{_name}", schema=_schema, optional=("customer",))(_empty(f"/v1/{_name}"))


@route("GET", "/v2/core/accounts")
def accounts(unit: Unit, params: dict[str, Any]) -> StripeObject:
    """Accounts of the second API, in its own form of a list; no parameter could narrow or enlarge it."""
    return {"data": [], "next_page_url": None, "previous_page_url": None}
