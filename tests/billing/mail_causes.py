"""What situations that lead to a mail share: a subscription that a card pays, and a state that moved."""

from datetime import timedelta

from accounts.models import Organization
from billing.models import Transition
from billing.terms import ObjectKind
from tests.billing.factories import NOW, CustomerFactory, PaymentMethodFactory, PriceFactory, SubscriptionFactory

DAY = timedelta(days=1)


def subscribe(organization: Organization, **changed):
    card = PaymentMethodFactory()
    customer = CustomerFactory(
        organization=organization, default_stripe_payment_method_id=card.stripe_payment_method_id
    )
    price = PriceFactory(interval=changed.pop("interval", "month"))
    return SubscriptionFactory(
        organization=organization, stripe_customer_id=customer.stripe_customer_id, price=price, **changed
    )


def moved(kind: ObjectKind, stripe_id: str, to_state: str) -> Transition:
    return Transition.objects.create(
        kind=kind, stripe_id=stripe_id, livemode=False, from_state="", to_state=to_state, business_at=NOW
    )
