"""Ending a plan at once: what was owed is given up, a refund is only wished for, and nothing is done twice."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection

from billing import clock
from billing.errors import BillingError, InvalidInput, NothingToCancel, StripeUnreachable
from billing.gateway.client import client
from billing.mirror.refresh import refresh
from billing.mirror.refs import ObjectRef
from billing.models import AuditEntry, CancelRequest, ChargeAttempt, Invoice, StaffTask, Subscription
from billing.selectors.access import access_for
from billing.services.cancel_now import Leaving, cancel_now, resume_cancellations_now, unused_part
from billing.terms import ObjectKind
from tests.billing.shop import Shop

pytestmark = pytest.mark.django_db(transaction=True)
SUBSCRIPTIONS = {"method": "DELETE", "path": "/v1/subscriptions*"}
VOIDS = {"method": "POST", "path": "/v1/invoices/*"}


def leave(shop: Shop, *, request_key=None, **wish) -> CancelRequest:
    values = {"reason": "unused", **wish}
    return cancel_now(
        shop.organization, Leaving(**values), request_key=request_key or uuid4(), actor=shop.owner, now=shop.now
    )


def go_past_due(shop: Shop) -> Subscription:
    """A renewal that the card could not pay."""
    subscription = shop.subscribe()
    customer_id = subscription.stripe_customer_id
    stripe = client().v1
    card = stripe.payment_methods.attach("pm_card_chargeCustomerFail", params={"customer": customer_id})
    stripe.subscriptions.update(subscription.stripe_subscription_id, params={"default_payment_method": card["id"]})
    shop.advance("P35D")
    shop.look_at(subscription)
    refresh(ObjectRef(ObjectKind.INVOICE, subscription.stripe_latest_invoice_id))
    shop.work_off()
    assert subscription.status == "past_due"
    return subscription


def resume(shop: Shop) -> int:
    return resume_cancellations_now(clock.system_now() + timedelta(minutes=2))


def test_access_and_charges_end_at_once(shop: Shop) -> None:
    subscription = shop.subscribe()

    request = leave(shop, comment="Until spring")

    subscription.refresh_from_db()
    assert request.state == "succeeded"
    assert (subscription.status, subscription.cancel_at) == ("canceled", None)
    assert access_for(shop.organization, shop.now).plan_code == "free"
    details = client().v1.subscriptions.retrieve(subscription.stripe_subscription_id)["cancellation_details"]
    assert (details["feedback"], details["comment"]) == ("unused", "Until spring")
    assert AuditEntry.objects.filter(action="subscription_cancel_now", actor=shop.owner).count() == 1


def test_what_was_paid_stays_paid_and_no_last_invoice_comes(shop: Shop) -> None:
    subscription = shop.subscribe()

    leave(shop)
    shop.advance("P40D")

    invoices = client().v1.invoices.list(params={"subscription": subscription.stripe_subscription_id})["data"]
    assert [invoice["status"] for invoice in invoices] == ["paid"]


def test_a_wish_for_a_refund_is_a_task_with_stripes_sum_and_moves_no_money(shop: Shop) -> None:
    shop.subscribe()
    shop.advance("P10D")

    unused = unused_part(shop.organization, shop.now)
    request = leave(shop, wants_refund=True)

    assert unused is not None
    assert 7000 < unused.amount_minor < 12800
    assert (request.unused_minor, request.unused_currency) == (unused.amount_minor, "eur")
    task = StaffTask.objects.get(kind="refund_wished")
    assert task.organization == shop.organization
    assert str(unused.to_major()) in task.summary
    assert not client().v1.refunds.list()["data"]


def test_without_the_wish_nobody_is_told(shop: Shop) -> None:
    shop.subscribe()

    leave(shop)

    assert not StaffTask.objects.exists()


def test_of_a_trial_nothing_is_left_over(shop: Shop) -> None:
    shop.subscribe(price=shop.growth)

    request = leave(shop, wants_refund=True)

    assert request.wants_refund is False
    assert not StaffTask.objects.exists()


def test_past_due_it_gives_up_the_open_invoice_and_no_try_follows(shop: Shop) -> None:
    subscription = go_past_due(shop)
    tries = ChargeAttempt.objects.count()

    request = leave(shop)
    shop.advance("P30D")

    assert request.voids_open_invoices
    invoice = client().v1.invoices.retrieve(subscription.stripe_latest_invoice_id)
    assert invoice["status"] == "void"
    assert Invoice.objects.get(stripe_invoice_id=invoice["id"]).status == "void"
    assert ChargeAttempt.objects.count() == tries
    charges = client().v1.charges.list(params={"customer": subscription.stripe_customer_id})["data"]
    assert len([charge for charge in charges if charge["status"] == "failed"]) == 1


def test_a_crash_between_the_end_and_the_void_is_finished_by_the_sweep(shop: Shop) -> None:
    subscription = go_past_due(shop)
    shop.sandbox.fault("http_500_before", times=2, match=VOIDS)

    with pytest.raises(StripeUnreachable):
        leave(shop)
    assert client().v1.invoices.retrieve(subscription.stripe_latest_invoice_id)["status"] == "open"
    resumed = resume(shop)

    assert resumed == 1
    assert client().v1.invoices.retrieve(subscription.stripe_latest_invoice_id)["status"] == "void"
    assert CancelRequest.objects.get().state == "succeeded"
    assert resume(shop) == 0


@pytest.mark.parametrize("fault", ["http_500_before", "http_500_after_commit", "timeout_after_commit"])
def test_stripes_silence_and_a_lost_answer_are_mended_by_the_sweep(shop: Shop, fault: str) -> None:
    subscription = shop.subscribe()
    shop.sandbox.fault(fault, times=2, match=SUBSCRIPTIONS)

    with pytest.raises(StripeUnreachable):
        leave(shop)
    resume(shop)

    subscription.refresh_from_db()
    assert subscription.status == "canceled"
    assert CancelRequest.objects.get().state == "succeeded"


def test_one_that_is_a_day_old_is_still_finished(shop: Shop) -> None:
    subscription = go_past_due(shop)
    shop.sandbox.fault("http_500_before", times=2, match=VOIDS)
    with pytest.raises(StripeUnreachable):
        leave(shop)
    CancelRequest.objects.update(created_at=clock.system_now() - timedelta(hours=25), uuid=uuid4())

    resume(shop)

    assert CancelRequest.objects.get().state == "succeeded"
    assert client().v1.invoices.retrieve(subscription.stripe_latest_invoice_id)["status"] == "void"


def test_the_same_form_sent_twice_is_one_wish(shop: Shop) -> None:
    shop.subscribe()
    key = uuid4()

    first, again = leave(shop, request_key=key), leave(shop, request_key=key)

    assert first.pk == again.pk
    assert CancelRequest.objects.count() == 1
    calls = shop.sandbox.requests()["data"]
    assert len([call for call in calls if call["method"] == "DELETE"]) == 1


def test_two_people_at_once_end_it_once(shop: Shop) -> None:
    subscription = shop.subscribe()

    with ThreadPoolExecutor(2) as pool:
        answers = [pool.submit(leave_in_thread, shop) for _ in range(2)]
        outcomes = [answer.result() for answer in answers]

    assert "succeeded" in outcomes
    assert client().v1.subscriptions.retrieve(subscription.stripe_subscription_id)["status"] == "canceled"
    assert not CancelRequest.objects.filter(state="recorded").exists()


def leave_in_thread(shop: Shop) -> str:
    try:
        return leave(shop).state
    except BillingError as error:
        return error.code
    finally:
        connection.close()


def test_in_the_hour_before_a_renewal_is_charged_it_prevents_the_charge(shop: Shop) -> None:
    subscription = shop.subscribe()
    ends_at = subscription.current_period_end
    assert ends_at is not None
    shop.advance(f"PT{int((ends_at - shop.now).total_seconds()) + 600}S")

    leave(shop)
    shop.advance("P5D")

    charges = client().v1.charges.list(params={"customer": subscription.stripe_customer_id})["data"]
    assert len(charges) == 1


def test_an_older_wish_that_never_reached_stripe_is_replaced(shop: Shop) -> None:
    subscription = shop.subscribe()
    CancelRequest.objects.create(
        organization=shop.organization,
        request_key=uuid4(),
        action=CancelRequest.Action.CANCEL,
        stripe_subscription_id=subscription.stripe_subscription_id,
    )

    leave(shop)

    assert CancelRequest.objects.get(action="cancel").failure == "superseded"


def test_what_cannot_be_done_says_so_and_changes_nothing(shop: Shop) -> None:
    with pytest.raises(NothingToCancel):
        leave(shop)
    shop.subscribe()
    with pytest.raises(InvalidInput):
        leave(shop, reason="because")
    assert CancelRequest.objects.count() == 0

    leave(shop)
    with pytest.raises(NothingToCancel):
        leave(shop)


def test_one_that_stripe_does_not_know_any_more_is_over(shop: Shop) -> None:
    subscription = shop.subscribe()
    Subscription.objects.filter(pk=subscription.pk).update(stripe_subscription_id="sub_elsewhere")

    request = leave(shop)

    subscription.refresh_from_db()
    assert (request.state, subscription.status) == ("succeeded", "canceled")
