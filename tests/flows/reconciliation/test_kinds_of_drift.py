"""Every kind of drift among many subscriptions is found, nothing else is, and the repair causes nothing."""

import os
from datetime import timedelta

import pytest

from billing import reactions
from billing.models import (
    Discount,
    Invoice,
    Notice,
    Reconciliation,
    StaffTask,
    Subscription,
    Transition,
)
from tests.billing.shop import Shop
from tests.flows.reconciliation.calls import Calls
from tests.flows.reconciliation.crowd import Crowd
from webhooks.models import InboxEvent
from webhooks.reconciliation import reconcile

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow, pytest.mark.timeout(480)]

# `make test-full` sets 2,000.
COUNT = int(os.environ.get("RECONCILED_SUBSCRIPTIONS", "200"))


@pytest.fixture
def crowd(shop: Shop) -> Crowd:
    return Crowd.gather(shop, count=COUNT)


def plant(crowd: Crowd) -> dict[str, str]:
    """One drift of each kind, each in a row of its own: the object's id, and the kind."""
    unpaid = crowd.subscriptions[-1]
    ids = iter(crowd.subscriptions[7 :: len(crowd.subscriptions) // 20])
    planted = {}

    def change(kind: str, **values: object) -> Subscription:
        stripe_id = unpaid if kind == "unpaid_but_open" else next(ids)
        Subscription.objects.filter(stripe_subscription_id=stripe_id).update(**values)
        planted[stripe_id] = kind
        return Subscription.objects.get(stripe_subscription_id=stripe_id)

    later = crowd.shop.now + timedelta(days=90)
    change("unpaid_but_open", status="active")
    change("status", status="past_due")
    change("plan", stripe_price_id=crowd.shop.scale.stripe_price_id)
    change("quantity", quantity=5)
    change("period", current_period_end=later)
    change("trial", trial_end=later)
    change("cancellation", cancel_at=later, cancel_at_period_end=True)
    change("collection", is_collection_paused=True)
    change("payer", organization=crowd.shop.organization)
    change("payment_method", stripe_payment_method_id="pm_of_yesterday")
    change("schedule", stripe_schedule_id="sub_sched_of_yesterday")
    discounted = change("discount")
    Discount.objects.create(
        stripe_discount_id="di_of_yesterday",
        livemode=False,
        stripe_customer_id=discounted.stripe_customer_id,
        stripe_subscription_id=discounted.stripe_subscription_id,
        fetched_at=discounted.fetched_at,
    )
    change("missing").delete()
    ghost = Subscription.objects.get(stripe_subscription_id=next(ids))
    ghost.pk, ghost.stripe_subscription_id = None, "sub_that_never_was"
    ghost.save()
    planted[ghost.stripe_subscription_id] = "gone"
    of_invoices = [("amount", {"total_minor": 100}), ("number", {"number": "LOST-1"})]
    for stripe_id, (kind, values) in zip(crowd.refreshed, of_invoices, strict=False):
        invoice = Invoice.objects.get(stripe_subscription_id=stripe_id)
        Invoice.objects.filter(pk=invoice.pk).update(**values)
        planted[invoice.stripe_invoice_id] = kind
    return planted


def found(run: Reconciliation) -> dict[str, str]:
    return dict(run.drifts.values_list("stripe_id", "kind"))


def test_all_are_found_none_is_invented_and_the_repair_causes_nothing(crowd: Crowd) -> None:
    planted = plant(crowd)
    transitions, events = Transition.objects.count(), InboxEvent.objects.count()
    calls = Calls(crowd.shop.sandbox)

    run = reconcile(does_repair=True, asked_by="test")
    made = calls.made()
    crowd.shop.work_off()
    reactions.run_due(crowd.shop.now)

    assert len(set(planted.values())) == 16
    assert found(run) == planted
    assert set(run.drifts.values_list("outcome", flat=True)) == {"repaired"}
    assert run.drifts.count() == run.drifts_repaired == len(planted)
    pages_of_events = [path for _, path in made if path.startswith("/v1/events")]
    assert len(made) <= run.pages + len(pages_of_events) + len(planted), made
    assert {method for method, _ in made} == {"GET"}
    assert not Transition.objects.filter(is_baseline=False).exists()
    assert Transition.objects.count() > transitions
    assert (Notice.objects.count(), InboxEvent.objects.count()) == (0, events)
    assert [task.kind for task in StaffTask.objects.all()] == ["drift"]

    second = reconcile(does_repair=True, asked_by="test")
    assert (second.drifts_found, second.refreshes, second.objects_compared) == (0, 0, run.objects_compared)
