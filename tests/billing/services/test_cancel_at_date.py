"""Ending a plan on a day that was chosen: before or after the end of what is paid, moved, and taken back."""

from datetime import timedelta
from uuid import uuid4

import pytest

from billing import clock
from billing.errors import InvalidInput, NothingToCancel, PaymentDue, StripeUnreachable
from billing.gateway.client import client
from billing.models import CancelRequest, Subscription
from billing.selectors.access import access_for
from billing.services.cancellation import (
    cancel_at_date,
    cancel_at_period_end,
    resume_cancellations,
    undo_cancellation,
)
from tests.billing.shop import Shop

pytestmark = pytest.mark.django_db(transaction=True)
DAY = timedelta(days=1)
UPDATES = {"method": "POST", "path": "/v1/subscriptions*"}


def leave(shop: Shop, *, days: int, **changed) -> CancelRequest:
    values = {"reason": "", "comment": "", "request_key": uuid4(), "actor": shop.owner, "now": shop.now, **changed}
    return cancel_at_date(shop.organization, ends_on=(shop.now + days * DAY).date(), **values)


def at_stripe(subscription: Subscription):
    return client().v1.subscriptions.retrieve(subscription.stripe_subscription_id)


def invoices_of(subscription: Subscription):
    found = client().v1.invoices.list(params={"subscription": subscription.stripe_subscription_id})["data"]
    return sorted(found, key=lambda invoice: invoice["created"])


def test_access_lasts_until_the_day_and_nothing_is_given_back(shop: Shop) -> None:
    subscription = shop.subscribe()

    leave(shop, days=10)

    subscription.refresh_from_db()
    ends_at = subscription.cancel_at
    assert ends_at is not None
    assert ends_at.date() == (shop.now + 10 * DAY).date()
    assert access_for(shop.organization, ends_at - DAY).plan_code == "scale"
    assert access_for(shop.organization, ends_at).plan_code == "free"
    shop.advance("P12D")
    assert shop.look_at(subscription).status == "canceled"
    assert [invoice["total"] for invoice in invoices_of(subscription)] == [12800]
    assert not client().v1.invoice_items.list(params={"customer": subscription.stripe_customer_id})["data"]


def test_the_day_of_the_renewal_is_the_end_of_what_was_paid(shop: Shop) -> None:
    subscription = shop.subscribe()
    assert subscription.current_period_end is not None

    leave(shop, days=(subscription.current_period_end.date() - shop.now.date()).days)

    subscription.refresh_from_db()
    assert subscription.cancel_at == subscription.current_period_end
    shop.advance("P40D")
    assert len(invoices_of(subscription)) == 1


def test_a_later_day_is_charged_up_to_it_and_no_further(shop: Shop) -> None:
    subscription = shop.subscribe()

    leave(shop, days=45)
    shop.advance("P60D")

    assert shop.look_at(subscription).status == "canceled"
    first, last = invoices_of(subscription)
    assert first["total"] == 12800
    assert 5000 < last["total"] < 7500
    assert not client().v1.invoice_items.list(params={"customer": subscription.stripe_customer_id})["data"]


def test_an_end_that_was_set_moves_and_can_be_taken_back(shop: Shop) -> None:
    subscription = shop.subscribe()
    cancel_at_period_end(
        shop.organization, reason="", comment="", request_key=uuid4(), actor=shop.owner, now=shop.now
    )

    leave(shop, days=10)
    subscription.refresh_from_db()
    assert subscription.cancel_at is not None
    assert subscription.cancel_at.date() == (shop.now + 10 * DAY).date()

    undo_cancellation(shop.organization, request_key=uuid4(), actor=shop.owner, now=shop.now)
    subscription.refresh_from_db()
    assert subscription.cancel_at is None
    assert at_stripe(subscription)["cancel_at"] is None


@pytest.mark.parametrize("days", [0, -3, 400])
def test_a_day_out_of_the_range_is_refused(shop: Shop, days: int) -> None:
    shop.subscribe()

    with pytest.raises(InvalidInput):
        leave(shop, days=days)

    assert not CancelRequest.objects.exists()


def test_without_a_plan_or_with_an_open_invoice_it_is_refused(shop: Shop) -> None:
    with pytest.raises(NothingToCancel):
        leave(shop, days=5)
    subscription = shop.subscribe()
    Subscription.objects.filter(pk=subscription.pk).update(status="past_due")

    with pytest.raises(PaymentDue):
        leave(shop, days=5)


def test_the_same_form_sent_twice_is_one_wish(shop: Shop) -> None:
    shop.subscribe()
    key = uuid4()

    first, again = leave(shop, days=5, request_key=key), leave(shop, days=5, request_key=key)

    assert first.pk == again.pk


@pytest.mark.parametrize("fault", ["http_500_before", "http_500_after_commit", "timeout_after_commit"])
def test_stripes_silence_and_a_lost_answer_are_mended_by_the_sweep(shop: Shop, fault: str) -> None:
    subscription = shop.subscribe()
    shop.sandbox.fault(fault, times=2, match=UPDATES)
    with pytest.raises(StripeUnreachable):
        leave(shop, days=5)

    resume_cancellations(clock.system_now() + timedelta(minutes=2))

    subscription.refresh_from_db()
    assert subscription.cancel_at is not None
    assert CancelRequest.objects.get().state == "succeeded"


def test_when_its_key_is_too_old_stripe_says_whether_it_was_done(shop: Shop) -> None:
    shop.subscribe()
    shop.sandbox.fault("http_500_after_commit", times=2, match=UPDATES)
    with pytest.raises(StripeUnreachable):
        leave(shop, days=5)
    CancelRequest.objects.update(created_at=clock.system_now() - timedelta(hours=24))

    resume_cancellations(clock.system_now())

    assert CancelRequest.objects.get().state == "succeeded"
