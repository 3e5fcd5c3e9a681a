"""A trial without a card: one per person and organization, and no Stripe object behind it."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection

from billing.errors import AlreadySubscribed, TrialNotAvailable, UnknownPlan
from billing.gateway.client import client
from billing.models import LocalTrial, TrialRedemption
from billing.services.local_trial import start_local_trial
from tests.billing.shop import Shop
from tests.factories import MembershipFactory

pytestmark = pytest.mark.django_db(transaction=True)


def begin(shop: Shop, plan_code: str = "growth") -> LocalTrial:
    return start_local_trial(shop.organization, plan_code=plan_code, actor=shop.owner, now=shop.now)


def test_it_lasts_the_plan_s_days_and_stripe_knows_nothing_of_it(shop: Shop) -> None:
    trial = begin(shop)

    assert trial.ends_at - trial.started_at == timedelta(days=14)
    assert client().v1.customers.list()["data"] == []


def test_many_clicks_at_once_begin_one(shop: Shop) -> None:
    def click(_: int) -> int:
        try:
            return begin(shop).pk
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        begun = set(pool.map(click, range(8)))

    assert len(begun) == 1
    assert LocalTrial.objects.count() == TrialRedemption.objects.count() == 1


def test_the_same_mailbox_gets_no_second_one_in_another_organization(shop: Shop) -> None:
    begin(shop)
    other = MembershipFactory(user__email="ALICE+two@oakline.example")

    with pytest.raises(TrialNotAvailable):
        start_local_trial(other.organization, plan_code="growth", actor=other.user, now=shop.now)


def test_a_plan_without_trial_days_is_refused(shop: Shop) -> None:
    with pytest.raises(UnknownPlan):
        begin(shop, "scale")


def test_a_subscriber_gets_none(shop: Shop) -> None:
    shop.subscribe()

    with pytest.raises(AlreadySubscribed):
        begin(shop)


def test_who_left_the_checkout_may_still_try_without_a_card(shop: Shop) -> None:
    intent = shop.start(shop.growth)

    trial = begin(shop)

    assert trial.plan.code == "growth"
    assert intent.trial_days == 14
    client().v1.checkout.sessions.expire(intent.stripe_session_id)
    shop.start(shop.scale)
    assert TrialRedemption.objects.count() == 1  # The end of the checkout does not give the used trial back.
