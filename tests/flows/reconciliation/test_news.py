"""A repair swallows no news: what Stripe changes meanwhile, or what was late, is told as if nothing had been."""

from datetime import timedelta

import pytest
from django.db.models import F

from billing import clock
from billing.gateway.client import client
from billing.models import Drift, Notice, Reconciliation, StaffTask, Subscription, Transition
from billing.selectors.access import access_for
from billing_project.schedule import beat_schedule
from tests.billing.shop import Shop
from tests.flows.reconciliation.crowd import Crowd
from webhooks import backfill
from webhooks.models import InboxEvent
from webhooks.reconciliation import reconcile
from webhooks.tasks import backfill_events, process_inbox

pytestmark = pytest.mark.django_db(transaction=True)
LONGEST_WRONG_ACCESS = timedelta(minutes=15)


@pytest.fixture
def crowd(shop: Shop) -> Crowd:
    return Crowd.gather(shop, count=8)


def cancel_at_period_end(stripe_id: str) -> None:
    client().v1.subscriptions.update(stripe_id, params={"cancel_at_period_end": True})


def let_events_come(shop: Shop) -> None:
    """What the webhooks would have brought by now."""
    now = clock.business_now()
    backfill.backfill(since=now - timedelta(hours=1), until=now + timedelta(minutes=1), asked_by="test")
    while InboxEvent.objects.filter(state__in=["new", "dispatched"]).exists():
        process_inbox()
        shop.work_off()


def told_of_cancellations() -> int:
    return Notice.objects.filter(kind="cancellation_scheduled").count()


def test_what_only_was_late_is_told_of_and_repairs_nothing(crowd: Crowd) -> None:
    cancel_at_period_end(crowd.subscriptions[0])

    run = reconcile(does_repair=True, asked_by="test")
    crowd.shop.work_off()

    assert set(run.drifts.filter(object_kind="subscription").values_list("kind", "outcome")) == {
        ("cancellation", "by_event")
    }
    assert not Transition.objects.get(aspect="cancellation").is_baseline
    assert told_of_cancellations() == 1
    assert not StaffTask.objects.exists()


def test_what_changes_between_the_look_and_the_repair_is_left_to_its_event(crowd: Crowd) -> None:
    Subscription.objects.update(quantity=F("quantity") + 4)
    late = crowd.subscriptions[5]

    def change(run: Reconciliation) -> None:
        if run.refreshes == 1:
            cancel_at_period_end(late)

    run = reconcile(does_repair=True, asked_by="test", tell=change)
    crowd.shop.work_off()
    told_by_the_repair = told_of_cancellations()
    let_events_come(crowd.shop)

    assert told_by_the_repair == 0
    assert Drift.objects.get(stripe_id=late).outcome == "on_its_way"
    assert run.drifts_repaired == run.drifts_found - 1
    assert told_of_cancellations() == 1
    assert Subscription.objects.get(stripe_subscription_id=late).quantity == 1


def test_changes_at_every_moment_of_a_repair_are_all_told_of_once(crowd: Crowd) -> None:
    Subscription.objects.update(quantity=F("quantity") + 4)
    running = crowd.subscriptions[:-1]
    to_cancel = iter(running)

    def change(_: Reconciliation) -> None:
        if stripe_id := next(to_cancel, None):
            cancel_at_period_end(stripe_id)

    reconcile(does_repair=True, asked_by="test", tell=change)
    for stripe_id in to_cancel:
        cancel_at_period_end(stripe_id)
    let_events_come(crowd.shop)
    second = reconcile(does_repair=True, asked_by="test")

    assert told_of_cancellations() == len(running)
    assert Subscription.objects.filter(cancel_at_period_end=True).count() == len(running)
    assert second.drifts_found == 0


def test_wrong_access_after_a_lost_event_ends_within_fifteen_minutes(shop: Shop) -> None:
    """The worst moment: the look that comes first takes the event for one that is still on its way."""
    subscription = shop.subscribe()
    backfill_events()
    every = timedelta(seconds=beat_schedule(start_token="")["webhooks.backfill_events"]["schedule"])
    client().v1.subscriptions.cancel(subscription.stripe_subscription_id)
    lost_at = shop.now

    shop.advance("PT55S")
    backfill_events()
    shop.work_off()
    access_meanwhile = access_for(shop.organization, shop.now).plan_code
    shop.advance(f"PT{int(every.total_seconds())}S")
    backfill_events()
    process_inbox()
    waits = sum(
        beat_schedule(start_token="")[name]["schedule"] for name in ("webhooks.process_inbox", "billing.sweep")
    )

    assert access_meanwhile == "scale"
    assert access_for(shop.organization, shop.now).plan_code == "free"
    assert shop.now - lost_at + timedelta(seconds=waits) <= LONGEST_WRONG_ACCESS
