"""The notice that a card expires before it is charged: once for each card and charge, only for the charged one."""

from datetime import UTC, datetime, timedelta

import pytest

from accounts.models import Organization
from billing.models import Notice, PaymentMethod, Subscription
from billing.services.card_reminders import remind_of_cards
from tests.billing.factories import CustomerFactory, PaymentMethodFactory, PriceFactory, SubscriptionFactory
from tests.factories import OrganizationFactory

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
RENEWAL = datetime(2026, 12, 5, 12, tzinfo=UTC)


@pytest.fixture
def organization() -> Organization:
    return OrganizationFactory(email="books@oakline.example")


def subscribe(organization: Organization, **changed) -> Subscription:
    """A plan that renews on 5 December, and a card that ends with November."""
    values = {"card_exp_month": 11, "card_exp_year": 2026}
    card = PaymentMethodFactory(**{name: changed.pop(name, value) for name, value in values.items()})
    customer = CustomerFactory(
        organization=organization, default_stripe_payment_method_id=card.stripe_payment_method_id
    )
    return SubscriptionFactory(
        **{
            "organization": organization,
            "stripe_customer_id": customer.stripe_customer_id,
            "price": PriceFactory(),
            "current_period_end": RENEWAL,
            **changed,
        }
    )


def test_it_is_told_once_for_each_card_and_charge(organization: Organization) -> None:
    subscription = subscribe(organization)

    made = [remind_of_cards(NOW), remind_of_cards(NOW + DAY)]
    subscription.current_period_end = RENEWAL + 31 * DAY
    subscription.save()
    made.append(remind_of_cards(NOW + 31 * DAY))

    assert made == [1, 0, 1]
    notice = Notice.objects.select_related("content").first()
    assert notice.content.recipient == "books@oakline.example"
    assert "/billing/payment-methods/" in notice.content.text


def test_a_new_card_that_ends_too_early_is_told_of_as_well(organization: Organization) -> None:
    subscription = subscribe(organization)
    remind_of_cards(NOW)
    other = PaymentMethodFactory(card_exp_month=11, card_exp_year=2026)
    subscription.stripe_payment_method_id = other.stripe_payment_method_id
    subscription.save()

    assert remind_of_cards(NOW) == 1


@pytest.mark.parametrize(
    "changed",
    [
        {"card_exp_month": 12},
        {"card_exp_year": 2027},
        {"card_exp_year": None, "card_exp_month": None},
        {"cancel_at": RENEWAL},
        {"is_collection_paused": True},
        {"collection_method": "send_invoice"},
        {"status": "past_due"},
        {"status": "canceled"},
        {"current_period_end": NOW + 15 * DAY},
        {"current_period_end": NOW - DAY},
        {"livemode": True},
    ],
)
def test_where_nothing_is_charged_too_late_nothing_is_said(organization: Organization, changed: dict) -> None:
    subscribe(organization, **changed)

    assert remind_of_cards(NOW) == 0


def test_a_card_that_is_not_charged_may_expire(organization: Organization) -> None:
    subscription = subscribe(organization)
    good = PaymentMethodFactory(card_exp_month=5, card_exp_year=2029)
    subscription.stripe_payment_method_id = good.stripe_payment_method_id
    subscription.save()

    assert remind_of_cards(NOW) == 0


def test_the_subscriptions_own_card_counts_before_the_customers(organization: Organization) -> None:
    subscription = subscribe(organization, card_exp_year=2029)
    own = PaymentMethodFactory(card_exp_month=11, card_exp_year=2026, card_last4="1111")
    subscription.stripe_payment_method_id = own.stripe_payment_method_id
    subscription.save()

    assert remind_of_cards(NOW) == 1
    assert "1111" in Notice.objects.get().content.subject


def test_the_end_of_a_trial_is_a_charge(organization: Organization) -> None:
    subscribe(organization, status="trialing", trial_end=RENEWAL, current_period_end=RENEWAL)

    assert remind_of_cards(NOW) == 1


def test_a_card_that_ended_in_an_earlier_year_has_expired(organization: Organization) -> None:
    subscribe(organization, card_exp_month=12, card_exp_year=2025)

    remind_of_cards(NOW)

    assert "has expired" in Notice.objects.get().content.text
    assert PaymentMethod.objects.count() == 1
