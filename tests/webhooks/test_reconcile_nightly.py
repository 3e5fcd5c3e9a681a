"""The nightly comparison begins once a night, goes on in short pieces, and tells a person what was wrong."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from billing.clock import system_now
from billing.models import Drift, Notice, Reconciliation, StaffTask, Subscription
from tests.billing.shop import Shop
from webhooks.reconciliation import reconcile
from webhooks.tasks import reconcile_nightly

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def shop(sandbox, transactional_db) -> Iterator[Shop]:
    sandbox.ask("POST", "/_sandbox/webhooks/pause")
    shop = Shop.open(sandbox)
    shop.subscribe()
    # What has happened so far came by webhook, hours ago.
    reconcile(does_repair=True, asked_by="test")
    shop.advance("PT3H")
    Drift.objects.all().delete()
    Reconciliation.objects.all().delete()
    StaffTask.objects.all().delete()
    yield shop
    sandbox.ask("POST", "/_sandbox/reset")
    sandbox.ask("POST", "/_sandbox/webhooks/resume")


def last_night() -> None:
    Reconciliation.objects.create(
        livemode=False,
        state="finished",
        does_repair=True,
        asked_by="schedule",
        started_at=system_now() - timedelta(days=1, hours=1),
    )


def test_after_a_night_without_one_it_compares_and_repairs(shop: Shop) -> None:
    last_night()
    Subscription.objects.update(quantity=9)
    mails = Notice.objects.count()

    reconcile_nightly()

    run = Reconciliation.objects.order_by("-pk")[0]
    assert (run.state, run.asked_by, run.drifts_repaired) == ("finished", "schedule", 1)
    assert Subscription.objects.get().quantity == 1
    assert [task.kind for task in StaffTask.objects.all()] == ["drift"]
    assert "1 quantity" in StaffTask.objects.get().summary
    assert Notice.objects.count() == mails


def test_it_runs_once_a_night(shop: Shop) -> None:
    last_night()

    reconcile_nightly()
    reconcile_nightly()

    assert Reconciliation.objects.count() == 2


def test_agreement_is_no_task_for_anybody(shop: Shop) -> None:
    last_night()

    reconcile_nightly()

    assert Reconciliation.objects.order_by("-pk")[0].drifts_found == 0
    assert not StaffTask.objects.exists()


def test_what_was_put_aside_goes_on_with_the_next_minute(shop: Shop) -> None:
    reconcile(does_repair=True, asked_by="schedule", seconds=0)

    reconcile_nightly()

    assert [run.state for run in Reconciliation.objects.all()] == ["finished"]


def test_what_a_person_interrupted_is_left_to_the_person(shop: Shop) -> None:
    last_night()
    reconcile_nightly()
    reconcile(does_repair=True, asked_by="command", seconds=0)

    reconcile_nightly()

    assert Reconciliation.objects.get(asked_by="command").state == "paused"


def test_a_silent_stripe_ends_no_worker_and_it_goes_on_later(shop: Shop) -> None:
    last_night()
    shop.sandbox.fault("http_500_before", times=0, match={"path": "/v1/invoices"})
    reconcile_nightly()
    broken = Reconciliation.objects.order_by("-pk")[0].state
    shop.sandbox.ask("DELETE", "/_sandbox/faults")

    reconcile_nightly()

    assert broken == "failed"
    assert Reconciliation.objects.order_by("-pk")[0].state == "finished"
    assert Reconciliation.objects.count() == 2
