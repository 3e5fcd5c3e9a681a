"""Staff let a trial last longer or end it now: of both kinds, once, within the limits, and only while it runs."""

from datetime import timedelta
from uuid import uuid4

import pytest

from billing.errors import (
    CancellationPending,
    InvalidInput,
    NotOnTrial,
    PreviewStale,
)
from billing.gateway.client import client
from billing.models import AuditEntry, Notice, TrialChange
from billing.selectors.access import access_for
from billing.services.trial_reminders import remind_of_trials
from billing.terms import AccessReason
from tests.billing.shop import Shop
from tests.billing.trials import end, extend, money_of, on_local_trial, on_trial

pytestmark = pytest.mark.django_db(transaction=True)
DAY = timedelta(days=1)


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
