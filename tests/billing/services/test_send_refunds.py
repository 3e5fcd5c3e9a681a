"""An approved refund reaches Stripe once, with its credit note, whatever is repeated, lost or late in between."""

from datetime import timedelta
from uuid import uuid4

import pytest

from billing import clock
from billing.gateway.client import client
from billing.models import CancelRequest, CreditNote, Notice, RefundRequest, StaffTask
from billing.services.cancel_now import resume_cancellations_now
from billing.services.cancellation import resume_cancellations
from tests.billing.refunding import (
    ask,
    at_stripe,
    faults_of,
    fiona,
    notes_of,
    paid,
    see,
    sweep,
    sweep_later,
    taxed_invoice,
)
from tests.billing.shop import Shop

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_part_goes_back_with_a_credit_note_that_links_it_and_a_mail(shop: Shop) -> None:
    charge = paid(shop)
    request = ask(shop, charge, 3000)

    sweep(shop)

    request.refresh_from_db()
    assert (request.state, request.is_unfinished) == ("succeeded", False)
    (refund,), (note,) = at_stripe(charge), notes_of(charge)
    assert (refund["amount"], refund["reason"]) == (3000, "requested_by_customer")
    assert refund["metadata"]["refund_request"] == str(request.uuid)
    assert (note["total"], note["reason"], note["refunds"][0]["refund"]) == (3000, "order_change", refund["id"])
    assert CreditNote.objects.get().stripe_credit_note_id == request.stripe_credit_note_id
    mail = Notice.objects.get(kind="refund_sent")
    assert "€30.00" in mail.content.subject
    assert "Visa 4242" in mail.content.text
    assert faults_of(charge) == []


def test_lines_go_back_with_their_tax_and_stand_on_the_note(shop: Shop) -> None:
    charge = taxed_invoice(shop)
    lines = client().v1.invoices.line_items.list(charge.stripe_invoice_id)["data"]
    storage = next(line for line in lines if line["amount"] == 2000)
    request = ask(shop, charge, None, basis="net", lines=[(storage["id"], 1000)])

    sweep(shop)

    request.refresh_from_db()
    assert (request.net_minor, request.tax_minor, request.amount_minor) == (1000, 190, 1190)
    (note,) = notes_of(charge)
    assert (note["total"], note["lines"]["data"][0]["invoice_line_item"]) == (1190, storage["id"])
    assert faults_of(charge) == []


@pytest.mark.parametrize(
    ("path", "fault"),
    [
        ("/v1/refunds", "timeout_after_commit"),
        ("/v1/refunds", "http_500_after_commit"),
        ("/v1/refunds", "connection_reset"),
        ("/v1/credit_notes", "timeout_after_commit"),
    ],
)
def test_what_stripes_silence_cut_in_two_is_finished_later(shop: Shop, path: str, fault: str) -> None:
    charge = paid(shop)
    ask(shop, charge, 3000)
    shop.sandbox.fault(fault, times=5, match={"method": "POST", "path": path})
    sweep(shop)
    assert RefundRequest.objects.get().is_unfinished
    shop.sandbox.ask("DELETE", "/_sandbox/faults")

    sweep_later(shop)

    assert RefundRequest.objects.get().state == "succeeded"
    assert len(at_stripe(charge)) == 1
    assert faults_of(charge) == []


@pytest.mark.parametrize(
    ("fault", "state", "refunds"), [("timeout_after_commit", "succeeded", 1), ("connection_reset", "failed", 0)]
)
def test_after_a_day_it_is_looked_up_and_never_sent_again(shop: Shop, fault: str, state: str, refunds: int) -> None:
    charge = paid(shop)
    ask(shop, charge, 3000)
    shop.sandbox.fault(fault, times=5, match={"method": "POST", "path": "/v1/refunds"})
    sweep(shop)
    shop.sandbox.ask("DELETE", "/_sandbox/faults")
    RefundRequest.objects.update(sent_at=clock.system_now() - timedelta(hours=24))

    sweep_later(shop)

    assert RefundRequest.objects.get().state == state
    assert len(at_stripe(charge)) == refunds
    assert StaffTask.objects.filter(kind="refund_failed").exists() == (state == "failed")


def test_what_stripe_refuses_is_said_in_words_and_moves_nothing(shop: Shop) -> None:
    charge = paid(shop)
    request = ask(shop, charge, 3000)
    client().v1.refunds.create(params={"charge": charge.stripe_charge_id})

    sweep(shop)

    request.refresh_from_db()
    assert (request.state, request.failure_reason) == ("failed", "charge_already_refunded")
    assert "has gone back already" in request.failure
    assert len(at_stripe(charge)) == 1


def test_a_refund_that_fails_later_is_reopened_and_no_mail_claims_it(shop: Shop) -> None:
    charge = paid(shop)
    request = ask(shop, charge, 3000)
    sweep(shop)
    request.refresh_from_db()
    shop.sandbox.ask(
        "POST", "/_sandbox/refunds/fail", {"refund": request.stripe_refund_id, "reason": "expired_or_canceled_card"}
    )

    see(shop, request)

    assert (request.state, request.failure_reason) == ("failed", "expired_or_canceled_card")
    assert "The customer has no money" in StaffTask.objects.get(kind="refund_failed").summary
    assert Notice.objects.get(kind="refund_sent").state == Notice.State.EXPIRED


@pytest.mark.parametrize(("access", "action"), [("now", "cancel_now"), ("period_end", "cancel")])
def test_a_plan_that_is_to_end_is_ended_by_the_sweep_of_cancellations(shop: Shop, access: str, action: str) -> None:
    charge = paid(shop)
    ask(shop, charge, 3000, access=access)

    sweep(shop)
    sweep_later(shop)

    wished = CancelRequest.objects.get()
    assert (wished.action, wished.state) == (action, "recorded")
    CancelRequest.objects.update(created_at=clock.system_now() - timedelta(minutes=2))
    resume_cancellations(clock.system_now())
    resume_cancellations_now(clock.system_now())
    subscription = shop.organization.subscriptions.get()
    assert (subscription.ended_at is not None, subscription.cancel_at is not None)[access != "now"]


def test_a_second_click_and_many_sweeps_send_it_once(shop: Shop) -> None:
    charge = paid(shop)
    key = uuid4()
    first, second = (ask(shop, charge, 3000, request_key=key) for _ in range(2))

    for _ in range(3):
        sweep_later(shop)

    assert first.pk == second.pk
    assert len(at_stripe(charge)) == len(notes_of(charge)) == 1


def test_what_is_pending_waits_and_then_tells_the_customer(shop: Shop) -> None:
    charge = paid(shop)
    shop.sandbox.ask("POST", "/_sandbox/settings", {"refunds": "pending:60:succeeded"})
    try:
        request = ask(shop, charge, 15000 - 2200, actor=fiona())
        sweep(shop)
    finally:
        shop.sandbox.ask("POST", "/_sandbox/settings", {"refunds": "instant"})
    request.refresh_from_db()
    assert (request.state, Notice.objects.filter(kind="refund_sent").count()) == ("pending", 0)
    shop.advance("PT2H")

    see(shop, request)

    assert (request.state, Notice.objects.filter(kind="refund_sent").count()) == ("succeeded", 1)
    assert faults_of(charge) == []
