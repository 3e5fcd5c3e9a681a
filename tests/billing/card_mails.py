"""Situations in which a card leads to a mail, from rows as a refresh leaves them."""

from datetime import timedelta

from accounts.models import Organization
from billing.models import Discount
from billing.services.card_reminders import remind_of_cards
from tests.billing.factories import NOW, CustomerFactory, PaymentMethodFactory, SubscriptionFactory


def charge_a_card_too_late(organization: Organization) -> None:
    card = PaymentMethodFactory(card_exp_month=11, card_exp_year=2026)
    customer = CustomerFactory(
        organization=organization, default_stripe_payment_method_id=card.stripe_payment_method_id
    )
    subscription = SubscriptionFactory(
        organization=organization,
        stripe_customer_id=customer.stripe_customer_id,
        current_period_end=NOW + timedelta(days=13),
    )
    Discount.objects.create(
        stripe_discount_id="di_1",
        organization=organization,
        livemode=False,
        stripe_customer_id=customer.stripe_customer_id,
        stripe_subscription_id=subscription.stripe_subscription_id,
        stripe_coupon_id="co_1",
        fetched_at=NOW,
    )
    remind_of_cards(NOW)


CARD_MAILS = [
    (
        "card_expiring",
        charge_a_card_too_late,
        ["On 4 Dec 2026 we charge €48.00, less your discount", "Visa 4242", "Nothing was charged so far"],
    ),
]
