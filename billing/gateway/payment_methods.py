"""Payment methods at Stripe."""

import stripe

from billing.gateway.client import call, client


def detach(stripe_payment_method_id: str, *, key: str) -> stripe.PaymentMethod:
    """Take a method (`pm_…`) from its customer for good: it can never be charged or attached again.

    Raises StripeRefused for one that is attached to nobody. https://docs.stripe.com/api/payment_methods/detach
    (read 2026-11-30).
    """
    return call(client().v1.payment_methods.detach, stripe_payment_method_id, key=key)
