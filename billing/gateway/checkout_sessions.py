"""Checkout sessions at Stripe (https://docs.stripe.com/api/checkout/sessions/create, read 2026-07)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import stripe

from billing.gateway.client import call, client


@dataclass(frozen=True, slots=True)
class SubscriptionCheckout:
    """Every input of the call, so that a repeat sends the same. `trial_end` is UTC and wins over `trial_days`.

    `missing_card_policy` says what Stripe does when the trial ends without a card: `cancel`, `pause`,
    `create_invoice`; a checkout without a trial does not send it.
    A promotion code (`promo_…`) that was typed on our page wins over `takes_codes`, a field for one on Stripe's.
    """

    reference: str
    stripe_customer_id: str
    stripe_price_id: str
    success_url: str
    cancel_url: str
    quantity: int = 1
    trial_days: int = 0
    trial_end: datetime | None = None
    missing_card_policy: str = ""
    automatic_tax: bool = False
    collect_tax_id: bool = False
    collect_address: bool = False
    stripe_promotion_code_id: str = ""
    takes_codes: bool = False


def create(checkout: SubscriptionCheckout, *, key: str) -> stripe.checkout.Session:
    """Open a hosted page (`cs_…`) that makes one subscription. Safe to repeat with the same key and values."""
    return call(client().v1.checkout.sessions.create, key=key, **_params(checkout))


def _params(checkout: SubscriptionCheckout) -> dict[str, Any]:
    subscription: dict[str, Any] = {"metadata": {"checkout_intent": checkout.reference}}
    if checkout.trial_end:
        subscription["trial_end"] = int(checkout.trial_end.timestamp())
    elif checkout.trial_days:
        subscription["trial_period_days"] = checkout.trial_days
    if checkout.missing_card_policy and (checkout.trial_end or checkout.trial_days):
        subscription["trial_settings"] = {"end_behavior": {"missing_payment_method": checkout.missing_card_policy}}
    params: dict[str, Any] = {
        "mode": "subscription",
        "customer": checkout.stripe_customer_id,
        "client_reference_id": checkout.reference,
        "metadata": {"checkout_intent": checkout.reference},
        "line_items": [{"price": checkout.stripe_price_id, "quantity": checkout.quantity}],
        "payment_method_collection": "always",
        "subscription_data": subscription,
        "success_url": checkout.success_url,
        "cancel_url": checkout.cancel_url,
    }
    # Stripe refuses both together.
    if checkout.stripe_promotion_code_id:
        params["discounts"] = [{"promotion_code": checkout.stripe_promotion_code_id}]
    elif checkout.takes_codes:
        params["allow_promotion_codes"] = True
    kept: dict[str, str] = {}
    if checkout.automatic_tax:
        params["automatic_tax"] = {"enabled": True}
        kept["address"] = "auto"
    if checkout.collect_tax_id:
        params["tax_id_collection"] = {"enabled": True}
        kept["name"] = "auto"
    if checkout.collect_address:
        params["billing_address_collection"] = "required"
        kept["address"] = "auto"
    if kept:
        params["customer_update"] = kept
    return params


def create_setup(
    *, reference: str, stripe_customer_id: str, success_url: str, cancel_url: str, key: str
) -> stripe.checkout.Session:
    """Open a hosted page (`cs_…`) on which a customer adds a card; nothing is charged there.

    Safe to repeat with the same key and values. https://docs.stripe.com/payments/save-and-reuse (read 2026-11-30).
    """
    return call(
        client().v1.checkout.sessions.create,
        key=key,
        mode="setup",
        customer=stripe_customer_id,
        client_reference_id=reference,
        metadata={"card_setup": reference},
        payment_method_types=["card"],
        success_url=success_url,
        cancel_url=cancel_url,
    )


def expire(stripe_session_id: str, *, key: str) -> stripe.checkout.Session:
    """Close an open session for good. Raises StripeRefused when it is not open any more."""
    return call(client().v1.checkout.sessions.expire, stripe_session_id, key=key)
