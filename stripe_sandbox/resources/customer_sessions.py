"""Routes of customer sessions: the client secret by which a page's components may act for a customer."""

from typing import Any

from stripe_sandbox import ids
from stripe_sandbox.errors import invalid_parameter, missing_parameter
from stripe_sandbox.resources.updates import refuse
from stripe_sandbox.store.unit import StripeObject, Unit
from stripe_sandbox.wire.routing import route

# Documented: the secret is good for half an hour.
KEPT_SECONDS = 30 * 60
SECRET_LENGTH = 50
# Each component with its features as they are when it is enabled without naming them; None: it has no features.
COMPONENTS: dict[str, dict[str, Any] | None] = {
    "buy_button": None,
    "customer_sheet": {
        "payment_method_allow_redisplay_filters": ["always"],
        "payment_method_remove": None,
    },
    "mobile_payment_element": {
        "payment_method_allow_redisplay_filters": ["always"],
        "payment_method_redisplay": None,
        "payment_method_remove": None,
        "payment_method_save": None,
        "payment_method_save_allow_redisplay_override": None,
    },
    "payment_element": {
        "payment_method_allow_redisplay_filters": ["always"],
        "payment_method_redisplay": "disabled",
        "payment_method_redisplay_limit": 3,
        "payment_method_remove": "disabled",
        "payment_method_save": "disabled",
        "payment_method_save_usage": None,
    },
    "pricing_table": None,
}
NOT_BUILT = ("active_entitlements", "customer_portal")


@route("POST", "/v1/customer_sessions", schema="customer_session_create")
def create(unit: Unit, params: dict[str, Any]) -> StripeObject:
    """A session; it has no id and cannot be read again."""
    refuse(params, "customer_account")
    refuse(params["components"], *NOT_BUILT)
    if not params.get("customer"):
        raise missing_parameter("customer")
    customer = unit.get("customer", params["customer"], param="customer", status=400)
    components = {name: _component(name, params["components"].get(name)) for name in COMPONENTS}
    if not any(each["enabled"] for each in components.values()):
        raise invalid_parameter("At least one component must be enabled.", param="components")
    return {
        "object": "customer_session",
        "client_secret": f"cuss_secret_{ids.random_text(SECRET_LENGTH)}",
        "components": components,
        "created": unit.now,
        "customer": customer["id"],
        "customer_account": None,
        "expires_at": unit.now + KEPT_SECONDS,
        "livemode": False,
    }


def _component(name: str, given: dict[str, Any] | None) -> dict[str, Any]:
    is_enabled = bool(given and given["enabled"])
    defaults = COMPONENTS[name]
    if defaults is None:
        return {"enabled": is_enabled}
    features = {**defaults, **((given or {}).get("features") or {})} if is_enabled else None
    return {"enabled": is_enabled, "features": features}
