"""Decides what the parameters of intents say about the payment method, its options and the payer's consent."""

from typing import Any

from stripe_sandbox.engine import bank_debits, local_methods, payment_methods
from stripe_sandbox.errors import ApiError, invalid_parameter, not_built
from stripe_sandbox.resources.updates import merge_metadata, refuse
from stripe_sandbox.store.unit import StripeObject, Unit, render

NOT_BUILT = (
    "allowed_payment_method_types",
    "amount_details",
    "amount_to_confirm",
    "application_fee_amount",
    "attach_to_self",
    "confirmation_token",
    "customer_account",
    "flow_directions",
    "hooks",
    "mandate",
    "on_behalf_of",
    "payment_details",
    "payment_method_configuration",
    "radar_options",
    "single_use",
    "transfer_data",
    "transfer_group",
)
CARD_OPTIONS = frozenset({"network", "request_three_d_secure"})


def check(params: dict[str, Any]) -> None:
    """Raises ApiError for what the sandbox does not act on."""
    refuse(params, *NOT_BUILT)
    if params.get("confirmation_method") == "manual":
        raise not_built("confirmation_method=manual")
    for key in (params.get("payment_method_options") or {}).get("card") or {}:
        if key not in CARD_OPTIONS:
            raise not_built(f"payment_method_options[card][{key}]")


def given_method(
    unit: Unit, params: dict[str, Any], *, customer: str | None, known: str | None = None
) -> StripeObject | None:
    """The method that is named, made from `payment_method_data`, or known already; None without one."""
    data = params.get("payment_method_data")
    name = params.get("payment_method")
    if data and name:
        raise ApiError("You may only specify one of these parameters: payment_method, payment_method_data.")
    if data:
        kind = data["type"]
        method = local_methods.create(unit, kind, data.get(kind), billing_details=data.get("billing_details"))
        method["metadata"] = merge_metadata({}, data.get("metadata") or {})
        if data.get("allow_redisplay"):
            method["allow_redisplay"] = data["allow_redisplay"]
        return payment_methods.resolve(unit, method["id"], param="payment_method_data[type]", status=400)
    if not (name or known):
        return None
    method = payment_methods.resolve(unit, name or known or "", status=400)
    if method["customer"] is not None and method["customer"] != customer:
        raise ApiError(
            "The provided PaymentMethod cannot be attached: it belongs to a Customer; pass that Customer too.",
            param="payment_method",
        )
    return method


def take_options(intent: StripeObject, params: dict[str, Any]) -> None:
    """Keep the options of each type of method; those of a card are added to the defaults."""
    for kind, given in (params.get("payment_method_options") or {}).items():
        present = intent["payment_method_options"].get(kind) or {}
        intent["payment_method_options"][kind] = {**present, **(given or {})}


def admit(intent: StripeObject, method: StripeObject) -> None:
    """Raises ApiError for a type or currency that the intent does not take; automatic ones take any type."""
    kind = method["type"]
    if kind not in intent["payment_method_types"]:
        if intent["automatic_payment_methods"] is None:
            types = ", ".join(intent["payment_method_types"])
            raise invalid_parameter(
                f"The PaymentMethod provided ({kind}) is not allowed for this intent. Please attach a PaymentMethod "
                f"of one of the following types: {types}. Alternatively update the allowed payment_method_types to "
                f'include "{kind}".',
                param="payment_method",
                code=f"{intent['object']}_invalid_parameter",
            )
        if intent["automatic_payment_methods"]["allow_redirects"] == "never" and kind in bank_debits.REDIRECTS:
            raise invalid_parameter(
                f"This intent takes no redirects (`allow_redirects` is `never`), which {kind} needs.",
                param="payment_method",
            )
        intent["payment_method_types"] = [*intent["payment_method_types"], kind]
    if intent["object"] == "payment_intent":
        bank_debits.check_currency(method, currency=intent["currency"])


def demand_return_url(intent: StripeObject, params: dict[str, Any]) -> None:
    """Raises ApiError, as Stripe does, for a confirmation that could redirect and says nowhere to come back to."""
    automatic = intent["automatic_payment_methods"]
    if automatic is None or automatic["allow_redirects"] == "never" or params.get("return_url"):
        return
    noun = "PaymentIntent" if intent["object"] == "payment_intent" else "SetupIntent"
    raise ApiError(
        f"This {noun} is configured to accept payment methods enabled in your Dashboard. Because some of these "
        "payment methods might redirect your customer off of your page, you must provide a `return_url`. If you "
        "don't want to accept redirect-based payment methods, set `automatic_payment_methods[enabled]` to `true` and "
        "`automatic_payment_methods[allow_redirects]` to `never` when creating Setup Intents and Payment Intents.",
        is_executed=True,
        # One that is made and confirmed in one call is not kept, so it is not shown either (assumed).
        extra={} if params.get("confirm") else {intent["object"]: render(intent)},
    )


def consent(unit: Unit, intent: StripeObject, method: StripeObject, params: dict[str, Any]) -> None:
    """Write down that the payer agreed to a debit. Raises ApiError where nobody did, or a redirect leads nowhere."""
    if method["type"] in bank_debits.REDIRECTS and not params.get("return_url"):
        raise invalid_parameter(
            f"A `return_url` must be specified because the method {method['type']} leads to another page.",
            param="return_url",
        )
    given = params.get("mandate_data")
    bank_debits.demand_consent(method, given)
    is_reused = intent["object"] == "setup_intent" or intent["setup_future_usage"] == "off_session"
    once = None if is_reused else (intent["amount"], intent["currency"])
    bank_debits.consent(unit, method, given=given, once=once)
