"""Refunds that were made at Stripe become rows of ours, and ours are never adopted as somebody else's."""

from uuid import uuid4

import pytest

from billing import reactions
from billing.gateway.client import client
from billing.mirror.refresh import refresh
from billing.mirror.refs import ObjectRef
from billing.models import ChargeAttempt, Notice, RefundRequest, Transition
from billing.services.sync import refresh_due
from billing.terms import ObjectKind
from tests.billing.refunding import ask, at_stripe, faults_of, paid, sweep, sweep_later
from tests.billing.shop import Shop

pytestmark = pytest.mark.django_db(transaction=True)


def hear_of(shop: Shop, charge: ChargeAttempt) -> None:
    for refund in at_stripe(charge):
        refresh(ObjectRef(ObjectKind.REFUND, refund["id"]))
    while refresh_due():
        pass
    reactions.run_due(shop.now)


def test_a_refund_of_the_dashboard_is_adopted_once_and_told_to_the_customer(shop: Shop) -> None:
    charge = paid(shop)
    shop.sandbox.ask("POST", "/_sandbox/refunds", {"charge": charge.stripe_charge_id, "amount": 2000})

    for _ in range(2):
        hear_of(shop, charge)

    row = RefundRequest.objects.get()
    assert (row.origin, row.state, row.amount_minor, row.requested_by) == ("stripe", "succeeded", 2000, None)
    assert Notice.objects.filter(kind="refund_sent").count() == 1


def test_news_of_ours_before_our_own_answer_settle_the_row_and_make_no_second(shop: Shop) -> None:
    charge = paid(shop)
    request = ask(shop, charge, 3000)
    shop.sandbox.fault("timeout_after_commit", times=5, match={"method": "POST", "path": "/v1/refunds"})
    sweep(shop)
    shop.sandbox.ask("DELETE", "/_sandbox/faults")

    hear_of(shop, charge)

    request.refresh_from_db()
    assert (request.state, RefundRequest.objects.count()) == ("succeeded", 1)
    sweep_later(shop)
    assert faults_of(charge) == []


def test_one_that_names_a_row_which_is_not_there_waits(shop: Shop) -> None:
    charge = paid(shop)
    client().v1.refunds.create(
        params={"charge": charge.stripe_charge_id, "amount": 500, "metadata": {"refund_request": str(uuid4())}}
    )

    hear_of(shop, charge)

    assert not RefundRequest.objects.exists()
    assert Transition.objects.filter(kind="refund", is_settled=False).count() == 1
