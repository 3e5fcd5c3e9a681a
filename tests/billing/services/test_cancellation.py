"""Cancelling at the period's end and taking it back."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection

from billing import clock
from billing.errors import InvalidInput, NothingToCancel, NothingToUndo, StripeRefused, StripeUnreachable
from billing.gateway.client import client
from billing.models import CancelRequest, Notice, StaffTask, Subscription
from billing.selectors.access import access_for
from billing.services.cancellation import cancel_at_period_end, resume_cancellations, undo_cancellation
from billing.terms import AccessReason
from tests.billing.shop import Shop

pytestmark = pytest.mark.django_db(transaction=True)


def cancel(shop: Shop, **changed) -> CancelRequest:
    values = {"reason": "unused", "comment": "", "request_key": uuid4(), "actor": shop.owner, "now": shop.now}
    return cancel_at_period_end(shop.organization, **{**values, **changed})


def undo(shop: Shop) -> CancelRequest:
    return undo_cancellation(shop.organization, request_key=uuid4(), actor=shop.owner, now=shop.now)


def test_access_lasts_until_the_paid_period_ends(shop: Shop) -> None:
    subscription = shop.subscribe()

    request = cancel(shop)

    subscription.refresh_from_db()
    assert request.state == "succeeded"
    assert subscription.cancel_at == subscription.current_period_end
    access = access_for(shop.organization, shop.now)
    assert (access.plan_code, access.reason, access.until) == (
        "scale",
        AccessReason.CANCELLING,
        subscription.cancel_at,
    )
    assert access_for(shop.organization, subscription.cancel_at).plan_code == "free"


def test_undo_lets_it_go_on(shop: Shop) -> None:
    subscription = shop.subscribe()
    cancel(shop)

    undo(shop)

    subscription.refresh_from_db()
    assert subscription.cancel_at is None
    assert access_for(shop.organization, shop.now).reason == AccessReason.SUBSCRIPTION


def test_the_same_form_sent_twice_is_one_wish(shop: Shop) -> None:
    shop.subscribe()
    key = uuid4()

    first = cancel(shop, request_key=key)
    again = cancel(shop, request_key=key)

    assert first.pk == again.pk
    assert CancelRequest.objects.count() == 1


def test_what_cannot_be_done_says_so_and_changes_nothing(shop: Shop) -> None:
    with pytest.raises(NothingToCancel):
        cancel(shop)
    shop.subscribe()
    with pytest.raises(NothingToUndo):
        undo(shop)
    with pytest.raises(InvalidInput):
        cancel(shop, reason="because")
    with pytest.raises(InvalidInput):
        cancel(shop, comment="x" * 501)

    assert CancelRequest.objects.count() == 0


def test_a_wish_that_stripe_did_not_hear_is_carried_out_later(shop: Shop) -> None:
    subscription = shop.subscribe()
    shop.sandbox.fault("http_500_before", times=2, match={"method": "POST", "path": "/v1/subscriptions*"})
    with pytest.raises(StripeUnreachable):
        cancel(shop)

    resumed = resume_cancellations(clock.system_now() + timedelta(minutes=2))

    subscription.refresh_from_db()
    assert resumed == 1
    assert subscription.cancel_at is not None
    assert CancelRequest.objects.get().state == "succeeded"


def test_the_period_end_ends_it_with_one_mail(shop: Shop) -> None:
    subscription = shop.subscribe()
    cancel(shop)
    shop.advance("P32D")

    shop.look_at(subscription)
    shop.look_at(subscription)

    assert Subscription.objects.get().status == "canceled"
    assert Notice.objects.filter(kind="subscription_ended").count() == 1


def test_a_form_whose_wish_was_refused_does_not_say_done_when_it_is_sent_again(shop: Shop) -> None:
    subscription = shop.subscribe()
    client().v1.subscriptions.cancel(subscription.stripe_subscription_id)  # Our rows do not know yet.
    key = uuid4()

    for _ in range(2):
        with pytest.raises(StripeRefused):
            cancel(shop, request_key=key)

    assert CancelRequest.objects.get().state == "failed"
    assert StaffTask.objects.get().kind == "cancellation_failed"


def test_a_wish_that_never_reached_stripe_is_brought_to_the_staff(shop: Shop) -> None:
    shop.subscribe()
    shop.sandbox.fault("http_500_before", times=2, match={"method": "POST", "path": "/v1/subscriptions*"})
    with pytest.raises(StripeUnreachable):
        cancel(shop)
    CancelRequest.objects.update(created_at=clock.system_now() - timedelta(hours=24))

    resume_cancellations(clock.system_now())

    assert CancelRequest.objects.get().state == "failed"
    assert StaffTask.objects.get().organization == shop.organization


def test_a_wish_that_was_taken_back_while_others_were_carried_out_stays_undone(shop: Shop) -> None:
    subscription = shop.subscribe()
    an_hour_ago = clock.system_now() - timedelta(hours=1)
    for minute, stripe_id in enumerate(("sub_gone", subscription.stripe_subscription_id)):
        CancelRequest.objects.create(
            organization=shop.organization,
            request_key=uuid4(),
            action=CancelRequest.Action.CANCEL,
            stripe_subscription_id=stripe_id,
            created_at=an_hour_ago + timedelta(minutes=minute),
        )
    shop.sandbox.fault("latency", seconds=2, match={"method": "GET", "path": "/v1/subscriptions/sub_gone"})

    with ThreadPoolExecutor(1) as pool:
        resumed = pool.submit(resume_in_thread)
        time.sleep(0.7)  # It has read both and waits for Stripe's answer about the first.
        CancelRequest.objects.filter(stripe_subscription_id=subscription.stripe_subscription_id).update(
            state="failed", failure="superseded"
        )
        resumed.result()

    assert client().v1.subscriptions.retrieve(subscription.stripe_subscription_id)["cancel_at"] is None


def resume_in_thread() -> None:
    try:
        resume_cancellations(clock.system_now())
    finally:
        connection.close()
