"""While Stripe collects we record, write and follow, and send nothing, whatever becomes of the invoice."""

from collections.abc import Iterator
from typing import Any

import pytest

from billing.gateway.client import client
from billing.models import (
    CaseEvent,
    DunningAttempt,
    DunningCase,
    Invoice,
    StaffTask,
    Subscription,
)
from tests.billing.pursuit import advance_to, charges_of, failed_renewal, look, new_card, pursue
from tests.billing.shop import Shop

pytestmark = pytest.mark.django_db(transaction=True)
FAILING = "pm_card_chargeCustomerFail"
FUNDS_LATER = "pm_card_sandbox_sequence_insufficient_funds,ok"


@pytest.fixture
def shop(sandbox: Any) -> Iterator[Shop]:
    # Whether some other test's server answers must not decide when a draft becomes final.
    sandbox.ask("POST", "/_sandbox/webhooks/pause")
    yield Shop.open(sandbox)
    sandbox.ask("POST", "/_sandbox/settings", {"retries": "off", "after_retries": "leave"})
    sandbox.ask("POST", "/_sandbox/reset")
    sandbox.ask("POST", "/_sandbox/webhooks/resume")


@pytest.fixture
def stripe_collects(shop: Shop, settings: Any) -> Shop:
    settings.DUNNING_COLLECTOR = "observe"
    shop.sandbox.ask("POST", "/_sandbox/settings", {"retries": "fixed:3,5,7", "after_retries": "leave"})
    return shop


def just_failed(shop: Shop, token: str = FAILING) -> tuple[Subscription, DunningCase]:
    """As `failed_renewal`, some hours after the failure: Stripe has not retried yet."""
    subscription = shop.subscribe()
    shop.charge_only(subscription, token)
    shop.look_at(subscription)
    advance_to(shop, subscription.current_period_end)
    shop.advance("P3DT2H")  # As nobody answers its webhook, the draft becomes final after three days.
    look(shop, subscription)
    return subscription, DunningCase.objects.get(stripe_subscription_id=subscription.stripe_subscription_id)


def calls_to_pay(shop: Shop) -> list[Any]:
    found = shop.sandbox.requests(limit=500)["data"]
    return [call for call in found if call["path"].endswith("/pay") or call["method"] == "DELETE"]


def declines_in(case: DunningCase) -> int:
    return CaseEvent.objects.filter(case=case, kind="declined").count()


def tell(case: DunningCase) -> None:
    """The last notice was made in time."""
    DunningCase.objects.filter(pk=case.pk).update(last_notice_at=case.opened_at)


def live_through(shop: Shop, subscription: Any, *, days: int) -> None:
    """A day after the other, with what webhooks and the worker do on each."""
    for _ in range(days):
        shop.advance("P1D")
        look(shop, subscription)
        pursue(shop)


def test_each_try_of_stripes_is_recorded_and_none_is_ours(stripe_collects: Shop) -> None:
    subscription, case = just_failed(stripe_collects, FAILING)

    live_through(stripe_collects, subscription, days=16)

    case.refresh_from_db()
    assert (case.collector, case.state, case.waits_for) == ("observe", "awaiting_customer", "observed")
    assert len(charges_of(case)) == declines_in(case) == 4
    assert not DunningAttempt.objects.exists()
    assert calls_to_pay(stripe_collects) == []


def test_a_retry_of_stripes_that_succeeds_ends_the_case(stripe_collects: Shop) -> None:
    subscription, case = just_failed(stripe_collects, FUNDS_LATER)

    live_through(stripe_collects, subscription, days=4)

    case.refresh_from_db()
    assert (case.state, case.end_reason) == ("recovered", "paid")
    assert calls_to_pay(stripe_collects) == []


def test_a_new_card_is_left_to_stripe(stripe_collects: Shop) -> None:
    subscription, case = just_failed(stripe_collects, FAILING)

    new_card(stripe_collects, subscription)
    pursue(stripe_collects)

    assert not DunningAttempt.objects.exists()
    assert calls_to_pay(stripe_collects) == []


def test_at_our_deadline_nothing_acts_while_stripe_goes_on(stripe_collects: Shop) -> None:
    stripe_collects.sandbox.ask("POST", "/_sandbox/settings", {"retries": "fixed:20,20"})
    subscription, case = just_failed(stripe_collects, FAILING)
    tell(case)
    advance_to(stripe_collects, case.deadline_at)
    look(stripe_collects, subscription)

    pursue(stripe_collects)

    case.refresh_from_db()
    assert case.state == "awaiting_customer"
    assert stripe_collects.look_at(subscription).status == "past_due"


def test_a_retry_that_our_copy_missed_is_seen_before_a_case_is_given_up(stripe_collects: Shop) -> None:
    stripe_collects.sandbox.ask("POST", "/_sandbox/settings", {"retries": "fixed:20,20"})
    _, case = just_failed(stripe_collects, FAILING)
    tell(case)
    Invoice.objects.update(next_payment_attempt_at=None)
    advance_to(stripe_collects, case.deadline_at)

    pursue(stripe_collects)

    case.refresh_from_db()
    assert (case.state, case.waits_for) == ("awaiting_customer", "observed")


def test_where_stripe_has_ended_its_tries_the_case_is_lost_and_the_plan_left(stripe_collects: Shop) -> None:
    subscription, case = just_failed(stripe_collects, FAILING)
    live_through(stripe_collects, subscription, days=16)
    tell(case)
    advance_to(stripe_collects, case.deadline_at)

    pursue(stripe_collects)

    case.refresh_from_db()
    assert (case.state, case.end_reason) == ("lost", "deadline")
    assert stripe_collects.look_at(subscription).status == "past_due"
    assert calls_to_pay(stripe_collects) == []


@pytest.mark.parametrize(("final_action", "reason"), [("cancel", "ended_by_stripe"), ("unpaid", "unpaid_at_stripe")])
def test_what_stripe_does_at_the_end_ends_the_case(stripe_collects: Shop, final_action: str, reason: str) -> None:
    switches = {"retries": "fixed:3", "after_retries": final_action}
    stripe_collects.sandbox.ask("POST", "/_sandbox/settings", switches)
    subscription, case = just_failed(stripe_collects, FAILING)

    live_through(stripe_collects, subscription, days=4)

    case.refresh_from_db()
    assert (case.state, case.end_reason) == ("lost", reason)
    assert not StaffTask.objects.filter(kind="dunning_conflict").exists()


def test_a_plan_that_stripe_gave_up_before_we_looked_is_lost_at_once(stripe_collects: Shop) -> None:
    stripe_collects.sandbox.ask("POST", "/_sandbox/settings", {"retries": "fixed:1", "after_retries": "unpaid"})

    _, case = failed_renewal(stripe_collects, FAILING)

    assert (case.state, case.end_reason) == ("lost", "unpaid_at_stripe")


@pytest.mark.parametrize(("final_action", "tasks"), [("cancel", 1), ("unpaid", 0)])
def test_late_money_needs_a_person_only_if_the_plan_is_over(
    stripe_collects: Shop, final_action: str, tasks: int
) -> None:
    switches = {"retries": "fixed:3", "after_retries": final_action}
    stripe_collects.sandbox.ask("POST", "/_sandbox/settings", switches)
    subscription, case = just_failed(stripe_collects, FAILING)
    live_through(stripe_collects, subscription, days=4)
    stripe = client().v1
    card = stripe.payment_methods.attach("pm_card_visa", params={"customer": subscription.stripe_customer_id})

    stripe.invoices.pay(case.stripe_invoice_id, params={"payment_method": card["id"]})
    look(stripe_collects, subscription)

    case.refresh_from_db()
    assert case.state == "recovered_late"
    assert StaffTask.objects.filter(kind="late_payment").count() == tasks
