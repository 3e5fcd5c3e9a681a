"""Reads which card the next invoice is charged to."""

from billing.models import Customer, PaymentMethod, Subscription


def charged_payment_method(subscription: Subscription) -> PaymentMethod | None:
    """The subscription's own card, else the customer's default: the order in which Stripe collects."""
    stripe_id = subscription.stripe_payment_method_id or (
        Customer.objects.filter(stripe_customer_id=subscription.stripe_customer_id)
        .values_list("default_stripe_payment_method_id", flat=True)
        .first()
    )
    return PaymentMethod.objects.filter(stripe_payment_method_id=stripe_id).first() if stripe_id else None
