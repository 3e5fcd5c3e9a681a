"""Decides which keys of a checkout session its parameters fill, and which parameters are refused.

What only changes how a page of Stripe's looks is kept and shown as given.
"""

from typing import Any

from stripe_sandbox.errors import invalid_parameter, missing_parameter, not_built
from stripe_sandbox.resources.updates import merge_metadata, refuse

NOT_BUILT = (
    "customer_account",
    "managed_payments",
    "name_collection",
    "optional_items",
    "payment_method_configuration",
    "payment_method_data",
    "shipping_options",
)
PLAIN = (
    "allow_promotion_codes",
    "billing_address_collection",
    "cancel_url",
    "client_reference_id",
    "customer",
    "customer_email",
    "integration_identifier",
    "locale",
    "origin_context",
    "payment_method_types",
    "permissions",
    "shipping_address_collection",
    "submit_type",
    "success_url",
    "wallet_options",
)
PRIVATE = ("customer_update", "payment_intent_data", "setup_intent_data", "subscription_data", "tax_id_collection")
INTENT_NOT_BUILT = ("application_fee_amount", "on_behalf_of", "transfer_data", "transfer_group")
OPTIONS = frozenset({"request_three_d_secure"})
MOST_FIELDS = 3
MOST_OPTIONS = 200


def read_values(params: dict[str, Any], mode: str) -> dict[str, Any]:
    """The session's plain keys; private ones (underscored) carry what completion needs."""
    refuse(params, *NOT_BUILT)
    refuse(params.get("payment_intent_data") or {}, *INTENT_NOT_BUILT)
    refuse(params.get("setup_intent_data") or {}, "on_behalf_of")
    values: dict[str, Any] = {key: params[key] for key in PLAIN if params.get(key) is not None}
    values.update({f"_{key}": params[key] for key in PRIVATE if params.get(key)})
    values["metadata"] = merge_metadata({}, params.get("metadata") or {})
    values |= _by_mode(params, mode)
    values |= _place(params)
    values |= _collected(params)
    values |= _words(params)
    recovery = (params.get("after_expiration") or {}).get("recovery")
    if recovery:
        values["after_expiration"] = {
            "recovery": {
                "allow_promotion_codes": bool(recovery.get("allow_promotion_codes")),
                "enabled": recovery["enabled"],
                "expires_at": None,
                "url": None,
            }
        }
    if params.get("saved_payment_method_options"):
        values["saved_payment_method_options"] = {
            "allow_redisplay_filters": ["always"],
            "payment_method_remove": "disabled",
            "payment_method_save": None,
            **params["saved_payment_method_options"],
        }
    if params.get("excluded_payment_method_types"):
        values["excluded_payment_method_types"] = params["excluded_payment_method_types"]
    if params.get("adaptive_pricing"):
        values["adaptive_pricing"] = {"enabled": bool(params["adaptive_pricing"].get("enabled"))}
    values |= _options(params.get("payment_method_options") or {})
    return values


def _options(given: dict[str, Any]) -> dict[str, Any]:
    if not given:
        return {}
    unknown = sorted(set(given.get("card") or {}) - OPTIONS)
    if unknown:
        raise not_built(f"payment_method_options[card][{unknown[0]}]")
    card = {"request_three_d_secure": "automatic", **(given.get("card") or {})}
    return {"payment_method_options": {**given, "card": card}}


def _by_mode(params: dict[str, Any], mode: str) -> dict[str, Any]:
    is_payment = mode == "payment"
    values: dict[str, Any] = {
        "payment_method_collection": params.get("payment_method_collection")
        or ("if_required" if is_payment else "always")
    }
    creation = params.get("invoice_creation") or {}
    if is_payment:
        values["invoice_creation"] = _invoice_creation(creation)
        wanted = "always" if creation.get("enabled") else params.get("customer_creation") or "if_required"
        values["customer_creation"] = None if params.get("customer") else wanted
    elif creation.get("enabled"):
        raise invalid_parameter("You can only enable invoice creation in `payment` mode.", param="invoice_creation")
    elif mode == "subscription" and not params.get("customer"):
        values["customer_creation"] = "always"
    return values


def _invoice_creation(given: dict[str, Any]) -> dict[str, Any]:
    data = given.get("invoice_data") or {}
    refuse(data, "account_tax_ids", "rendering_options")
    if (data.get("issuer") or {}).get("type") == "account":
        raise not_built("invoice_creation[invoice_data][issuer]")
    return {
        "enabled": bool(given.get("enabled")),
        "invoice_data": {
            "account_tax_ids": None,
            "custom_fields": data.get("custom_fields") or None,
            "description": data.get("description"),
            "footer": data.get("footer"),
            "issuer": {"type": "self"} if data.get("issuer") else None,
            "metadata": merge_metadata({}, data.get("metadata") or {}),
            "rendering_options": None,
        },
    }


def _place(params: dict[str, Any]) -> dict[str, Any]:
    """Where the page stands: at Stripe, or within a page of the shop, which gets a client secret for it."""
    mode = params.get("ui_mode") or "hosted_page"
    mode = {"hosted": "hosted_page", "embedded": "embedded_page", "custom": "elements"}.get(mode, mode)
    if mode == "hosted_page":
        if params.get("return_url") or params.get("redirect_on_completion"):
            raise invalid_parameter("`return_url` cannot be used with `ui_mode=hosted_page`.", param="return_url")
        return {"ui_mode": mode}
    if mode == "form":
        raise not_built("ui_mode=form")
    for key in ("success_url", "cancel_url"):
        if params.get(key):
            raise invalid_parameter(f"`{key}` cannot be used with `ui_mode={mode}`.", param=key)
    values: dict[str, Any] = {"ui_mode": mode, "return_url": params.get("return_url")}
    redirects = params.get("redirect_on_completion") or "always"
    if mode == "embedded_page":
        values["redirect_on_completion"] = redirects
    elif params.get("redirect_on_completion"):
        raise invalid_parameter(
            "`redirect_on_completion` can only be used with `ui_mode=embedded_page`.", param="redirect_on_completion"
        )
    if not values["return_url"] and redirects != "never":
        raise missing_parameter("return_url")
    return values


def _collected(params: dict[str, Any]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    if (params.get("automatic_tax") or {}).get("enabled"):
        values["automatic_tax"] = {
            "enabled": True,
            "liability": {"type": "self"},
            "provider": "stripe",
            "status": "requires_location_inputs",
        }
    if (params.get("phone_number_collection") or {}).get("enabled"):
        values["phone_number_collection"] = {"enabled": True}
    if params.get("tax_id_collection"):
        values["tax_id_collection"] = {
            "enabled": params["tax_id_collection"].get("enabled", False),
            "required": params["tax_id_collection"].get("required") or "never",
        }
    if params.get("consent_collection"):
        values["consent_collection"] = {
            "payment_method_reuse_agreement": None,
            "promotions": "none",
            "terms_of_service": "none",
            **params["consent_collection"],
        }
    if params.get("custom_fields"):
        values["custom_fields"] = [_field(each, index) for index, each in enumerate(params["custom_fields"])]
        if len(values["custom_fields"]) > MOST_FIELDS:
            raise invalid_parameter(
                f"Array custom_fields exceeded maximum {MOST_FIELDS} allowed elements.", param="custom_fields"
            )
    return values


def _field(given: dict[str, Any], index: int) -> dict[str, Any]:
    kind = given["type"]
    path = f"custom_fields[{index}]"
    if not given["key"].isalnum():
        raise invalid_parameter("The key of a custom field must be alphanumeric.", param=f"{path}[key]")
    own = dict(given.get(kind) or {})
    if kind == "dropdown":
        if not 0 < len(own.get("options") or []) <= MOST_OPTIONS:
            raise missing_parameter(f"{path}[dropdown][options]")
        shown = {"default_value": own.get("default_value"), "options": own["options"], "value": None}
    else:
        shown = {key: own.get(key) for key in ("default_value", "maximum_length", "minimum_length")}
        shown["value"] = None
    field = {"key": given["key"], "label": given["label"], "optional": bool(given.get("optional")), "type": kind}
    return {**field, "dropdown": None, "numeric": None, "text": None, kind: shown}


def _words(params: dict[str, Any]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    if params.get("custom_text"):
        empty = dict.fromkeys(("after_submit", "shipping_address", "submit", "terms_of_service_acceptance"))
        values["custom_text"] = {**empty, **params["custom_text"]}
    if params.get("branding_settings"):
        values["_branding"] = params["branding_settings"]
    return values
