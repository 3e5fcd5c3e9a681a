"""Staff let a trial last longer or end it now: of both kinds, once, within the limits, and only while it runs."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from django.db import connection

from billing import clock
from billing.errors import (
    BillingError,
    CancellationPending,
    InvalidInput,
    NotOnTrial,
    PreviewStale,
    StripeUnreachable,
)
from billing.gateway.client import client
from billing.models import AuditEntry, LocalTrial, Notice, StaffTask, Subscription, TrialChange
from billing.selectors.access import access_for
from billing.services.change_trial import Wish, end_trial, extend_trial, resume_trial_changes
from billing.services.local_trial import start_local_trial
from billing.services.trial_reminders import remind_of_trials
from billing.terms import AccessReason
from tests.billing.shop import Shop

pytestmark = pytest.mark.django_db(transaction=True)
DAY = timedelta(days=1)


def wish(shop: Shop, **changed) -> Wish:
    values = {"reason": "They asked for it", "request_key": uuid4(), "actor": shop.owner, "now": shop.now}
    return Wish(**{**values, **changed})


def extend(shop: Shop, ends_at: datetime, **changed) -> TrialChange:
    return extend_trial(shop.organization, ends_at=ends_at, wish=wish(shop, **changed))


def end(shop: Shop, *, shown_minor: int = 4800, **changed) -> TrialChange:
    return end_trial(shop.organization, shown_minor=shown_minor, wish=wish(shop, **changed))


def on_trial(shop: Shop) -> Subscription:
    return shop.subscribe(price=shop.growth)


def on_local_trial(shop: Shop) -> LocalTrial:
    return start_local_trial(shop.organization, plan_code="growth", actor=shop.owner, now=shop.now)


def money_of(shop: Shop) -> list[int]:
    """What was charged at Stripe, in minor units."""
    return [charge["amount"] for charge in client().v1.charges.list()["data"] if charge["paid"]]


def stop_answering(shop: Shop, fault: str = "http_500_before") -> None:
    shop.sandbox.fault(fault, times=2, match={"method": "POST", "path": "/v1/subscriptions/*"})


def test_a_trial_at_stripe_lasts_until_the_new_end_and_is_charged_then(shop: Shop) -> None:
    subscription = on_trial(shop)
    new_end = subscription.trial_end + 30 * DAY

    change = extend(shop, new_end)

    subscription.refresh_from_db()
    assert (change.state, change.ended_before_at) == ("succeeded", new_end - 30 * DAY)
    assert (subscription.status, subscription.trial_end) == ("trialing", new_end)
    shop.advance("P43D")
    assert (shop.look_at(subscription).status, money_of(shop)) == ("trialing", [])
    shop.advance("P5D")
    assert (shop.look_at(subscription).status, money_of(shop)) == ("active", [4800])


def test_a_trial_of_ours_lasts_until_the_new_end(shop: Shop) -> None:
    trial = on_local_trial(shop)
    new_end = trial.ends_at + 7 * DAY

    change = extend(shop, new_end)

    assert (change.state, change.local_trial) == ("succeeded", trial)
    assert access_for(shop.organization, new_end - DAY).reason == AccessReason.LOCAL_TRIAL
    assert access_for(shop.organization, new_end).reason == AccessReason.FREE


def test_ending_a_trial_at_stripe_charges_the_first_period_once(shop: Shop) -> None:
    subscription = on_trial(shop)
    key = uuid4()

    first = end(shop, request_key=key)
    again = end(shop, request_key=key)

    subscription.refresh_from_db()
    assert first.pk == again.pk
    assert (subscription.status, money_of(shop)) == ("active", [4800])
    assert access_for(shop.organization, shop.now).reason == AccessReason.SUBSCRIPTION
    with pytest.raises(NotOnTrial):
        end(shop)


def test_ending_a_trial_of_ours_costs_nothing_and_is_told(shop: Shop) -> None:
    on_local_trial(shop)
    shop.advance("P1D")

    end(shop)

    assert access_for(shop.organization, shop.now).reason == AccessReason.FREE
    assert remind_of_trials(shop.now) == 1
    assert Notice.objects.get().kind == "local_trial_ended"
    with pytest.raises(NotOnTrial):
        end(shop)


def test_another_sum_than_the_shown_one_is_not_charged(shop: Shop) -> None:
    subscription = on_trial(shop)

    for shown_minor in (0, 4799):
        with pytest.raises(PreviewStale):
            end(shop, shown_minor=shown_minor)

    assert (shop.look_at(subscription).status, money_of(shop)) == ("trialing", [])
    assert not TrialChange.objects.exists()


def test_who_is_reminded_is_reminded_again_before_the_new_end(shop: Shop) -> None:
    trial = on_local_trial(shop)
    shop.advance("P12D")
    assert remind_of_trials(shop.now) == 1

    extend(shop, trial.ends_at + 30 * DAY)
    assert remind_of_trials(shop.now) == 0
    shop.advance("P30D")

    assert remind_of_trials(shop.now) == 1
    assert Notice.objects.filter(kind="local_trial_ending").count() == 2


@pytest.mark.parametrize("begin", [on_trial, on_local_trial])
def test_an_extension_is_one_mail_and_one_line_of_the_audit(shop: Shop, begin) -> None:
    trial = begin(shop)
    new_end = shop.now + 60 * DAY
    key = uuid4()

    for _ in range(2):
        extend(shop, new_end, request_key=key)

    assert Notice.objects.filter(kind="trial_extended").count() == 1
    entry = AuditEntry.objects.get(action="trial_extend")
    assert (entry.actor, entry.organization) == (shop.owner, shop.organization)
    assert TrialChange.objects.get().reason == "They asked for it"
    assert trial.organization == shop.organization


@pytest.mark.parametrize("begin", [on_trial, on_local_trial])
@pytest.mark.parametrize("days", [-1, 0, 13, 731])
def test_an_end_out_of_bounds_is_refused_and_changes_nothing(shop: Shop, begin, days: int) -> None:
    begin(shop)

    with pytest.raises(InvalidInput) as refused:
        extend(shop, shop.now + days * DAY)

    assert refused.value.details == {"field": "ends_at"}
    assert not TrialChange.objects.exists()


def test_without_a_reason_nothing_is_done(shop: Shop) -> None:
    on_local_trial(shop)

    with pytest.raises(InvalidInput):
        end(shop, reason="  ")

    assert access_for(shop.organization, shop.now).reason == AccessReason.LOCAL_TRIAL


def test_outside_a_trial_both_are_refused_with_their_code(shop: Shop) -> None:
    with pytest.raises(NotOnTrial):
        extend(shop, shop.now + 30 * DAY)
    shop.subscribe(price=shop.scale)
    with pytest.raises(NotOnTrial):
        end(shop)
    with pytest.raises(NotOnTrial):
        extend(shop, shop.now + 30 * DAY)

    assert not TrialChange.objects.exists()


def test_a_cancelled_trial_is_neither_extended_nor_charged(shop: Shop) -> None:
    subscription = on_trial(shop)
    client().v1.subscriptions.update(subscription.stripe_subscription_id, params={"cancel_at_period_end": True})

    with pytest.raises(CancellationPending):
        end(shop)
    with pytest.raises(CancellationPending):
        extend(shop, shop.now + 60 * DAY)

    assert money_of(shop) == []


def test_a_trial_that_ended_while_our_row_ran_is_not_begun_anew(shop: Shop) -> None:
    subscription = on_trial(shop)
    shop.advance("P14DT1M")

    with pytest.raises(NotOnTrial):
        extend(shop, shop.now + 60 * DAY)

    assert shop.look_at(subscription).status == "active"
    shop.advance("P4D")
    assert money_of(shop) == [4800]


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
