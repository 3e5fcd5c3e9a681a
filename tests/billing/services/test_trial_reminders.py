"""Reminders before and after a trial: written once, each without regard to what goes wrong with another."""

from datetime import timedelta

import pytest

from billing.models import Notice
from billing.services.trial_reminders import remind_of_trials
from tests.billing.factories import NOW, LocalTrialFactory, PriceFactory, SubscriptionFactory

pytestmark = pytest.mark.django_db

ENDING = {"status": "trialing", "trial_start": NOW - timedelta(days=12), "trial_end": NOW + timedelta(days=2)}


def test_a_reminder_that_cannot_be_written_holds_up_no_other() -> None:
    unknown_to_our_table = PriceFactory(currency="xxx")
    SubscriptionFactory(stripe_subscription_id="sub_a", price=unknown_to_our_table, **ENDING)
    SubscriptionFactory(stripe_subscription_id="sub_b", **ENDING)

    assert remind_of_trials(NOW) == 1

    assert Notice.objects.get().key.startswith("trial_ending:sub_b:")


def test_looking_again_asks_nothing_for_what_was_written(django_assert_max_num_queries) -> None:
    price = PriceFactory()
    for _ in range(5):
        SubscriptionFactory(price=price, **ENDING)
        LocalTrialFactory(plan=price.plan, started_at=NOW - timedelta(days=12), ends_at=NOW + timedelta(days=2))
    assert remind_of_trials(NOW) == 10

    with django_assert_max_num_queries(4):
        assert remind_of_trials(NOW) == 0
