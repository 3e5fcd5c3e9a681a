"""What staff wanted of a trial while Stripe was silent, or at the moment of somebody else: done once, or told."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection

from billing import clock
from billing.errors import BillingError, StripeUnreachable
from billing.gateway.client import client
from billing.models import Notice, StaffTask, TrialChange
from billing.services.change_trial import resume_trial_changes
from tests.billing.shop import Shop
from tests.billing.trials import end, extend, money_of, on_trial, stop_answering

pytestmark = pytest.mark.django_db(transaction=True)
DAY = timedelta(days=1)


def test_what_stripe_did_not_hear_is_done_by_the_sweep(shop: Shop) -> None:
    subscription = on_trial(shop)
    new_end = subscription.trial_end + 30 * DAY
    stop_answering(shop)
    with pytest.raises(StripeUnreachable):
        extend(shop, new_end)
    TrialChange.objects.update(created_at=clock.system_now() - timedelta(minutes=2))

    assert resume_trial_changes(shop.now) == 1

    subscription.refresh_from_db()
    assert (subscription.trial_end, TrialChange.objects.get().state) == (new_end, "succeeded")


def test_a_crash_after_the_charge_charges_no_second_time(shop: Shop) -> None:
    subscription = on_trial(shop)
    stop_answering(shop, "http_500_after_commit")
    with pytest.raises(StripeUnreachable):
        end(shop)
    TrialChange.objects.update(created_at=clock.system_now() - timedelta(days=2))

    assert resume_trial_changes(shop.now) == 1

    subscription.refresh_from_db()
    assert (subscription.status, money_of(shop)) == ("active", [4800])
    assert TrialChange.objects.get().state == "succeeded"


def test_a_wish_that_waited_until_the_trial_was_over_goes_to_the_staff(shop: Shop) -> None:
    on_trial(shop)
    stop_answering(shop)
    with pytest.raises(StripeUnreachable):
        extend(shop, shop.now + 60 * DAY)
    TrialChange.objects.update(created_at=clock.system_now() - timedelta(minutes=2))
    shop.advance("P15D")

    resume_trial_changes(shop.now)

    assert TrialChange.objects.get().state == "failed"
    assert StaffTask.objects.get().kind == "trial_change_failed"
    assert not Notice.objects.filter(kind="trial_extended").exists()


def test_a_wish_that_waited_charges_nobody_who_cancelled_meanwhile(shop: Shop) -> None:
    subscription = on_trial(shop)
    stop_answering(shop)
    with pytest.raises(StripeUnreachable):
        end(shop)
    TrialChange.objects.update(created_at=clock.system_now() - timedelta(minutes=2))
    client().v1.subscriptions.update(subscription.stripe_subscription_id, params={"cancel_at_period_end": True})

    resume_trial_changes(shop.now)

    assert money_of(shop) == []
    assert TrialChange.objects.get().state == "failed"


def test_a_later_wish_takes_the_place_of_one_that_stripe_did_not_hear(shop: Shop) -> None:
    subscription = on_trial(shop)
    stop_answering(shop)
    with pytest.raises(StripeUnreachable):
        end(shop)

    extend(shop, subscription.trial_end + 30 * DAY)
    TrialChange.objects.update(created_at=clock.system_now() - timedelta(minutes=2))
    resume_trial_changes(shop.now)

    assert (shop.look_at(subscription).status, money_of(shop)) == ("trialing", [])
    assert sorted(TrialChange.objects.values_list("state", flat=True)) == ["failed", "succeeded"]


def test_two_people_who_end_it_at_the_same_moment_charge_once(shop: Shop) -> None:
    subscription = on_trial(shop)

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(end_in_thread, [shop, shop]))

    assert (shop.look_at(subscription).status, money_of(shop)) == ("active", [4800])


def end_in_thread(shop: Shop) -> None:
    try:
        end(shop)
    except BillingError:
        pass  # The other one was first.
    finally:
        connection.close()
