"""Pausing and going on: access lasts as long as is paid, nothing is charged meanwhile, and one period follows."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection

from billing import clock
from billing.errors import (
    BillingError,
    CancellationPending,
    CardDeclined,
    InvalidInput,
    NotPaused,
    OnTrial,
    StripeUnreachable,
    SubscriptionPaused,
)
from billing.gateway.client import client
from billing.mirror.refresh import refresh
from billing.mirror.refs import ObjectRef
from billing.models import AuditEntry, PauseRequest, Price, StaffTask, Subscription, Transition
from billing.money import Money
from billing.selectors.access import access_for
from billing.services.begin_period import begin_periods, look_for_ended_pauses
from billing.services.cancellation import cancel_at_period_end
from billing.services.pause import PauseLength, finish_pauses, pause
from billing.services.resume import finish_resumptions, resume, resume_offer
from billing.terms import ObjectKind
from tests.billing.factories import PriceFactory
from tests.billing.shop import Shop

pytestmark = pytest.mark.django_db(transaction=True)
DAY = timedelta(days=1)
UPDATES = {"method": "POST", "path": "/v1/subscriptions*"}
FAULTS = ["http_500_before", "http_500_after_commit", "timeout_after_commit"]


def take_a_break(shop: Shop, *, months: int = 1, request_key=None, **length) -> PauseRequest:
    return pause(
        shop.organization,
        PauseLength(months=months, **length),
        request_key=request_key or uuid4(),
        actor=shop.owner,
        now=shop.now,
    )


def go_on(shop: Shop, *, request_key=None) -> PauseRequest:
    due_now = None if PauseRequest.objects.filter(request_key=request_key or uuid4()).exists() else seen(shop)
    return resume(
        shop.organization,
        shown_minor=due_now.amount_minor if due_now else 0,
        request_key=request_key or uuid4(),
        actor=shop.owner,
        now=shop.now,
    )


def seen(shop: Shop) -> Money | None:
    return resume_offer(shop.organization, shop.now).due_now


def yearly(shop: Shop) -> Price:
    stripe = client().v1
    product = stripe.products.create(params={"name": "Scale"})
    price = stripe.prices.create(
        params={"product": product["id"], "currency": "eur", "unit_amount": 120000, "recurring": {"interval": "year"}}
    )
    return PriceFactory(
        plan=shop.scale.plan, stripe_price_id=price["id"], amount_minor=120000, currency="eur", interval="year"
    )


def pass_time(shop: Shop, subscription: Subscription, duration: str) -> Subscription:
    """Billing time goes on, and the worker does what it finds afterwards."""
    shop.advance(duration)
    shop.look_at(subscription)
    begin_periods(shop.now)
    shop.work_off()
    return shop.look_at(subscription)


def charged(subscription: Subscription) -> list[int]:
    charges = client().v1.charges.list(params={"customer": subscription.stripe_customer_id})["data"]
    return [charge["amount"] for charge in reversed(charges) if charge["status"] == "succeeded"]


def plan_now(shop: Shop) -> str:
    return access_for(shop.organization, shop.now).plan_code


def test_access_lasts_as_long_as_is_paid_and_nothing_is_charged_meanwhile(shop: Shop) -> None:
    subscription = shop.subscribe()
    paid_until = subscription.current_period_end

    request = take_a_break(shop, months=2)

    subscription.refresh_from_db()
    assert request.state == "succeeded"
    assert (subscription.status, subscription.is_collection_paused) == ("active", True)
    assert (subscription.paused_paid_until, subscription.resumes_at) == (paid_until, request.resumes_at)
    assert plan_now(shop) == "scale"
    pass_time(shop, subscription, "P40D")
    assert plan_now(shop) == "free"
    assert charged(subscription) == [12800]
    assert AuditEntry.objects.filter(action="subscription_pause", actor=shop.owner).count() == 1


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
def test_stripes_silence_and_a_lost_answer_are_mended_by_the_sweep(shop: Shop, fault: str) -> None:
    subscription = shop.subscribe()
    shop.sandbox.fault(fault, times=2, match=UPDATES)
    with pytest.raises(StripeUnreachable):
        take_a_break(shop)

    finish_pauses(clock.system_now() + timedelta(minutes=2))

    subscription.refresh_from_db()
    assert subscription.is_collection_paused
    assert PauseRequest.objects.get().state == "succeeded"


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


def test_a_pause_that_never_reached_stripe_is_brought_to_the_staff(shop: Shop) -> None:
    shop.subscribe()
    shop.sandbox.fault("http_500_before", times=2, match=UPDATES)
    with pytest.raises(StripeUnreachable):
        take_a_break(shop)
    PauseRequest.objects.update(created_at=clock.system_now() - timedelta(hours=24))

    finish_pauses(clock.system_now())

    assert PauseRequest.objects.get().state == "failed"
    assert StaffTask.objects.get().kind == "pause_failed"


def test_the_same_form_sent_twice_is_one_wish(shop: Shop) -> None:
    subscription = shop.subscribe()
    paused, resumed = uuid4(), uuid4()

    first, again = take_a_break(shop, request_key=paused), take_a_break(shop, request_key=paused)
    pass_time(shop, subscription, "P40D")
    shown, repeated = go_on(shop, request_key=resumed), go_on(shop, request_key=resumed)

    assert (first.pk, shown.pk) == (again.pk, repeated.pk)
    assert charged(subscription) == [12800, 12800]


def test_two_people_who_resume_at_once_are_charged_once(shop: Shop) -> None:
    subscription = shop.subscribe()
    take_a_break(shop, months=3)
    pass_time(shop, subscription, "P40D")

    with ThreadPoolExecutor(2) as pool:
        outcomes = [answer.result() for answer in [pool.submit(in_thread, go_on, shop) for _ in range(2)]]
    finish_resumptions(clock.system_now() + timedelta(minutes=2))

    assert "succeeded" in outcomes
    assert charged(subscription) == [12800, 12800]


def test_a_cancellation_at_the_same_moment_wins_over_a_pause(shop: Shop) -> None:
    subscription = shop.subscribe()

    with ThreadPoolExecutor(2) as pool:
        answers = [pool.submit(in_thread, take_a_break, shop), pool.submit(in_thread, leave, shop)]
        [answer.result() for answer in answers]
    shop.look_at(subscription)
    pass_time(shop, subscription, "P35D")

    assert subscription.status == "canceled"
    assert charged(subscription) == [12800]
    assert plan_now(shop) == "free"


def leave(shop: Shop):
    return cancel_at_period_end(
        shop.organization, reason="", comment="", request_key=uuid4(), actor=shop.owner, now=shop.now
    )


def in_thread(act, shop: Shop) -> str:
    try:
        return act(shop).state
    except BillingError as error:
        return error.code
    finally:
        connection.close()


def test_a_first_look_long_after_the_pause_began_gives_no_day_too_many(shop: Shop) -> None:
    subscription = shop.subscribe()
    paid_until = subscription.current_period_end
    client().v1.subscriptions.update(
        subscription.stripe_subscription_id, params={"pause_collection": {"behavior": "void"}}
    )
    shop.advance("P70D")
    Subscription.objects.all().delete()

    refresh(ObjectRef(ObjectKind.SUBSCRIPTION, subscription.stripe_subscription_id))

    row = Subscription.objects.get()
    assert row.paused_paid_until == paid_until
    assert plan_now(shop) == "free"


@pytest.mark.parametrize("months", [0, 4, -1])
def test_another_length_is_refused(shop: Shop, months: int) -> None:
    shop.subscribe()

    with pytest.raises(InvalidInput):
        take_a_break(shop, months=months)

    assert not PauseRequest.objects.exists()


def test_a_day_may_be_chosen_within_the_range(shop: Shop) -> None:
    subscription = shop.subscribe()
    day = (subscription.current_period_end + 10 * DAY).date()

    request = take_a_break(shop, resumes_on=day)

    assert request.resumes_at.date() == day
    with pytest.raises(InvalidInput):
        take_a_break_again(shop, (subscription.current_period_end - DAY).date())


def take_a_break_again(shop: Shop, day) -> PauseRequest:
    go_on(shop)
    return take_a_break(shop, resumes_on=day)


def test_what_the_state_forbids_says_so(shop: Shop) -> None:
    subscription = shop.subscribe(price=shop.growth)
    with pytest.raises(OnTrial):
        take_a_break(shop)
    with pytest.raises(NotPaused):
        go_on(shop)
    Subscription.objects.filter(pk=subscription.pk).update(status="active", cancel_at=shop.now + DAY)
    with pytest.raises(CancellationPending):
        take_a_break(shop)
    Subscription.objects.filter(pk=subscription.pk).update(cancel_at=None, is_collection_paused=True)
    with pytest.raises(SubscriptionPaused):
        take_a_break(shop)

    assert not PauseRequest.objects.exists()
