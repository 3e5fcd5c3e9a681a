"""The Stripe account that our key opens."""

import stripe

from billing.gateway.client import call, client


def own_account() -> stripe.Account:
    """The account (`acct_…`) of the secret key. Raises StripeKeyRefused, StripeUnreachable; safe to repeat."""
    account: stripe.Account = call(client().v1.accounts.retrieve_current)
    return account


def version_of(answer: stripe.StripeObject) -> str:
    """The API version in which Stripe gave this answer; empty where it did not say."""
    headers = getattr(answer.last_response, "headers", None) or {}
    return str(headers.get("Stripe-Version") or "")
