"""Pausing a plan: access lasts as long as is paid, nothing is charged meanwhile, and nothing is done twice."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import uuid4

import pytest

from billing import clock
from billing.errors import (
    CancellationPending,
    InvalidInput,
    NotPaused,
    OnTrial,
    StripeUnreachable,
    SubscriptionPaused,
)
from billing.gateway.client import client
from billing.mirror.refresh import refresh
from billing.mirror.refs import ObjectRef
from billing.models import AuditEntry, PauseRequest, StaffTask, Subscription
from billing.services.cancellation import cancel_at_period_end
from billing.services.pause import finish_pauses
from billing.terms import ObjectKind
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
)
from tests.billing.shop import Shop

pytestmark = pytest.mark.django_db(transaction=True)


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
