"""Going on after a pause, by itself or on our page: one period is charged, as it was shown, and no other."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import uuid4

import pytest

from billing import clock
from billing.errors import (
    BillingError,
    CardDeclined,
    StripeUnreachable,
)
from billing.gateway.client import client
from billing.models import PauseRequest, Subscription, Transition
from billing.services.begin_period import begin_periods, look_for_ended_pauses
from billing.services.cancellation import cancel_at_period_end
from billing.services.resume import finish_resumptions, resume_offer
from tests.billing.services.pausing import (
    DAY,
    FAULTS,
    UPDATES,
    charged,
    go_on,
    in_thread,
    pass_time,
    plan_now,
    take_a_break,
    yearly,
)
from tests.billing.shop import Shop

pytestmark = pytest.mark.django_db(transaction=True)


def test_it_goes_on_by_itself_with_one_charge_and_access(shop: Shop) -> None:
    subscription = shop.subscribe()
    take_a_break(shop, months=1)

    pass_time(shop, subscription, "P62D")
    pass_time(shop, subscription, "P4D")

    assert subscription.is_collection_paused is False
    assert plan_now(shop) == "scale"
    assert charged(subscription) == [12800, 12800]
    states = Transition.objects.filter(aspect="collection").order_by("pk").values_list("to_state", flat=True)
    assert list(states) == ["paused", "collecting"]


def test_a_yearly_plan_does_not_go_on_for_free_until_its_next_renewal(shop: Shop) -> None:
    subscription = shop.subscribe(price=yearly(shop))
    take_a_break(shop, months=2)

    pass_time(shop, subscription, "P365D")
    pass_time(shop, subscription, "P62D")

    assert charged(subscription) == [120000, 120000]
    assert subscription.current_period_end - shop.now > 360 * DAY
    assert begin_periods(shop.now) == 0


def test_a_period_that_was_to_begin_is_charged_once_though_the_answer_was_lost(shop: Shop) -> None:
    subscription = shop.subscribe(price=yearly(shop))
    take_a_break(shop, months=2)
    pass_time(shop, subscription, "P365D")
    shop.advance("P62D")
    shop.look_at(subscription)
    shop.sandbox.fault("http_500_after_commit", times=2, match=UPDATES)

    assert begin_periods(shop.now) == 0
    assert begin_periods(shop.now) == 1

    assert charged(subscription) == [120000, 120000]


def test_a_pause_whose_end_no_event_told_is_found(shop: Shop) -> None:
    subscription = shop.subscribe(price=yearly(shop))
    take_a_break(shop, months=2)
    pass_time(shop, subscription, "P365D")
    shop.advance("P62D")

    assert look_for_ended_pauses(shop.now) == 0  # It was looked at within the hour.
    Subscription.objects.update(fetched_at=clock.system_now() - timedelta(hours=2))
    assert look_for_ended_pauses(shop.now) == 1
    shop.work_off()
    begin_periods(shop.now)

    assert charged(subscription) == [120000, 120000]
    assert look_for_ended_pauses(shop.now) == 0


def test_a_pause_that_was_ended_in_the_dashboard_charges_nothing_by_itself(shop: Shop) -> None:
    subscription = shop.subscribe(price=yearly(shop))
    take_a_break(shop, months=2)
    pass_time(shop, subscription, "P370D")
    client().v1.subscriptions.update(subscription.stripe_subscription_id, params={"pause_collection": ""})

    pass_time(shop, subscription, "P1D")

    assert charged(subscription) == [120000]
    assert plan_now(shop) == "scale"


def test_a_plan_that_was_cancelled_during_its_pause_is_not_charged(shop: Shop) -> None:
    subscription = shop.subscribe(price=yearly(shop))
    take_a_break(shop, months=2)
    pass_time(shop, subscription, "P370D")
    cancel_at_period_end(
        shop.organization, reason="", comment="", request_key=uuid4(), actor=shop.owner, now=shop.now
    )

    pass_time(shop, subscription, "P70D")

    assert charged(subscription) == [120000]


def test_going_on_while_it_is_still_paid_charges_nothing(shop: Shop) -> None:
    subscription = shop.subscribe()
    take_a_break(shop)

    offer = resume_offer(shop.organization, shop.now)
    go_on(shop)

    subscription.refresh_from_db()
    assert (offer.due_now, offer.next_at) == (None, subscription.current_period_end)
    assert subscription.is_collection_paused is False
    assert charged(subscription) == [12800]


def test_going_on_later_charges_a_whole_period_as_it_was_shown(shop: Shop) -> None:
    subscription = shop.subscribe()
    take_a_break(shop, months=3)
    pass_time(shop, subscription, "P40D")

    offer = resume_offer(shop.organization, shop.now)
    request = go_on(shop)
    shop.work_off()

    subscription.refresh_from_db()
    assert offer.due_now is not None
    assert request.is_charged
    assert charged(subscription) == [12800, offer.due_now.amount_minor]
    assert plan_now(shop) == "scale"
    assert subscription.current_period_end - shop.now > 27 * DAY
    assert begin_periods(shop.now) == 0


def test_a_card_that_is_declined_leaves_it_paused_and_charges_nothing(shop: Shop) -> None:
    subscription = shop.subscribe()
    take_a_break(shop, months=3)
    pass_time(shop, subscription, "P40D")
    stripe = client().v1
    card = stripe.payment_methods.attach(
        "pm_card_chargeCustomerFail", params={"customer": subscription.stripe_customer_id}
    )
    stripe.subscriptions.update(subscription.stripe_subscription_id, params={"default_payment_method": card["id"]})
    shop.look_at(subscription)
    key = uuid4()

    for _ in range(2):
        with pytest.raises(BillingError) as refused:
            go_on(shop, request_key=key)
    shop.look_at(subscription)

    assert refused.value.code == "stripe_refused"
    assert (subscription.status, subscription.is_collection_paused) == ("active", True)
    assert plan_now(shop) == "free"
    assert charged(subscription) == [12800]
    with pytest.raises(CardDeclined):
        go_on(shop)


@pytest.mark.parametrize("fault", FAULTS)
def test_a_resumption_whose_answer_was_lost_is_charged_once(shop: Shop, fault: str) -> None:
    subscription = shop.subscribe()
    take_a_break(shop, months=3)
    pass_time(shop, subscription, "P40D")
    shop.sandbox.fault(fault, times=2, match=UPDATES)
    with pytest.raises(StripeUnreachable):
        go_on(shop)

    finish_resumptions(clock.system_now() + timedelta(minutes=2))

    subscription.refresh_from_db()
    assert subscription.is_collection_paused is False
    assert charged(subscription) == [12800, 12800]
    assert PauseRequest.objects.get(action="resume").state == "succeeded"


def test_two_people_who_resume_at_once_are_charged_once(shop: Shop) -> None:
    subscription = shop.subscribe()
    take_a_break(shop, months=3)
    pass_time(shop, subscription, "P40D")

    with ThreadPoolExecutor(2) as pool:
        outcomes = [answer.result() for answer in [pool.submit(in_thread, go_on, shop) for _ in range(2)]]
    finish_resumptions(clock.system_now() + timedelta(minutes=2))

    assert "succeeded" in outcomes
    assert charged(subscription) == [12800, 12800]
