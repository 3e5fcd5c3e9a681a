"""A change of plan: the shown sum is the charged sum, a click is one change, and nothing changes unpaid."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection

from billing.errors import PreviewStale, UnderWay
from billing.gateway.client import client
from billing.gateway.previews import quote_of
from billing.models import AuditEntry, ChangePreview, PlanChange, Subscription
from billing.selectors.change_outcome import is_change_invoice
from billing.services.schedule_plan_change import schedule_plan_change
from billing.terms import ChangeBehaviour
from tests.billing.services import changing
from tests.billing.services.changing import (
    change,
    give_coupon,
    give_credit,
    latest_invoice,
    make_unpaid,
    preview,
    subscribe_paid,
    yearly,
)
from tests.billing.shop import Shop

pytestmark = pytest.mark.django_db(transaction=True)


def shown_sums(shown: ChangePreview) -> tuple[Any, ...]:
    return (
        shown.subtotal_minor,
        shown.total_minor,
        shown.due_now_minor,
        sorted((line["amount_minor"], line["starts_at"], line["ends_at"]) for line in shown.lines),
    )


def billed_sums(invoice: Any) -> tuple[Any, ...]:
    quote = quote_of(invoice)
    return (
        quote.subtotal_minor,
        quote.total_minor,
        quote.amount_due_minor,
        sorted((line.amount_minor, line.starts_at.isoformat(), line.ends_at.isoformat()) for line in quote.lines),
    )


DEALS = {
    "plain": lambda subscription: None,
    "coupon": give_coupon,
    "credit": lambda subscription: give_credit(subscription, amount_minor=1250),
    "more_credit_than_due": lambda subscription: give_credit(subscription, amount_minor=99_999),
    "tax": changing.tax,
    "inclusive_tax": lambda subscription: changing.tax(subscription, inclusive=True),
    "coupon_and_tax": lambda subscription: (give_coupon(subscription), changing.tax(subscription)),
}
WISHES = {
    "up": lambda shop: preview(shop, shop.scale),
    "year": lambda shop: preview(shop, yearly(shop, of=shop.growth, amount_minor=48000)),
    "seats": lambda shop: preview(shop, changing.team(shop), quantity=7),
    "down_now": lambda shop: preview(shop, changing.starter(shop), behaviour=ChangeBehaviour.NOW_INVOICE),
    "new_cycle": lambda shop: preview(shop, shop.scale, behaviour=ChangeBehaviour.RESET_CYCLE),
}


@pytest.mark.parametrize(
    ("wish", "deal"), [*((wish, "coupon_and_tax") for wish in WISHES), *(("up", deal) for deal in DEALS)]
)
def test_what_was_shown_is_billed_to_the_unit(shop: Shop, wish: str, deal: str) -> None:
    subscription = subscribe_paid(shop)
    DEALS[deal](subscription)
    shown = WISHES[wish](shop)

    done = change(shop, shown)

    invoice = latest_invoice(subscription)
    assert (done.state, done.stripe_invoice_id) == ("succeeded", invoice["id"])
    if wish == "new_cycle":  # Its period begins when the change is made.
        assert shown_sums(shown)[:3] == billed_sums(invoice)[:3]
    else:
        assert shown_sums(shown) == billed_sums(invoice)
    subscription.refresh_from_db()
    assert (subscription.stripe_price_id, subscription.quantity) == (shown.price.stripe_price_id, shown.quantity)


@pytest.mark.parametrize("deal", ["coupon_and_tax", "more_credit_than_due"])
def test_the_next_invoice_is_the_one_that_was_shown(shop: Shop, deal: str) -> None:
    subscription = subscribe_paid(shop)
    DEALS[deal](subscription)
    shown = preview(shop, shop.scale)

    change(shop, shown)
    shop.sandbox.advance("P32D")

    invoice = latest_invoice(subscription)
    assert invoice["billing_reason"] == "subscription_cycle"
    assert invoice["amount_due"] == shown.next_amount_minor


def test_what_is_paid_later_is_on_the_next_invoice_and_nothing_is_charged_now(shop: Shop) -> None:
    subscription = subscribe_paid(shop)
    before = latest_invoice(subscription)["id"]
    shown = preview(shop, shop.scale, behaviour=ChangeBehaviour.NOW_NEXT_INVOICE)

    done = change(shop, shown)

    assert (done.state, done.stripe_invoice_id, latest_invoice(subscription)["id"]) == ("succeeded", "", before)
    shop.sandbox.advance("P32D")
    assert latest_invoice(subscription)["amount_due"] == shown.next_amount_minor


def test_a_trial_keeps_its_end_and_is_billed_nothing(shop: Shop) -> None:
    subscription = shop.subscribe(price=shop.growth)
    trial_end = subscription.trial_end
    invoices = len(client().v1.invoices.list()["data"])

    done = changing.upgrade(shop)

    subscription.refresh_from_db()
    assert done.state == "succeeded"
    assert (subscription.status, subscription.trial_end) == ("trialing", trial_end)
    assert subscription.stripe_price_id == shop.scale.stripe_price_id
    assert len(client().v1.invoices.list()["data"]) == invoices


def test_a_second_click_is_the_same_change_and_one_charge(shop: Shop) -> None:
    subscription = subscribe_paid(shop)
    before = changes_by_one(subscription)
    shown, key = preview(shop, shop.scale), uuid4()

    first, again = (change(shop, shown, request_key=key) for _ in range(2))

    assert first.pk == again.pk
    assert AuditEntry.objects.filter(action="plan_change_started").count() == 1
    assert changes_by_one(subscription) == before + 1


def invoices_of(subscription: Subscription) -> list[Any]:
    found = client().v1.invoices.list(params={"subscription": subscription.stripe_subscription_id, "limit": 100})
    return list(found["data"])


def changes_by_one(subscription: Subscription) -> int:
    return sum(
        row["billing_reason"] == "subscription_update" and row["total"] > 0 for row in invoices_of(subscription)
    )


@pytest.mark.parametrize("is_same_click", [True, False])
def test_two_at_the_same_moment_are_one_change(shop: Shop, is_same_click: bool) -> None:
    subscription = subscribe_paid(shop)
    before = changes_by_one(subscription)
    shown = [preview(shop, shop.scale) for _ in range(2)]
    if is_same_click:
        shown[1] = shown[0]
    keys = [uuid4()] * 2 if is_same_click else [uuid4(), uuid4()]

    def click(number: int) -> str:
        try:
            return change(shop, shown[number], request_key=keys[number]).state
        except (UnderWay, PreviewStale) as error:
            return error.code
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(click, range(2)))

    assert "succeeded" in answers
    assert set(answers) <= {"succeeded", "recorded"} if is_same_click else set(answers) - {"succeeded"}
    assert PlanChange.objects.count() == 1
    assert changes_by_one(subscription) == before + 1


def test_a_declined_card_leaves_the_old_plan_and_nothing_is_owed(shop: Shop) -> None:
    subscription, waiting = make_unpaid(shop)

    subscription.refresh_from_db()
    assert waiting.state == "awaiting_payment"
    assert waiting.pays_until == subscription.pending_update_expires_at
    assert (subscription.status, subscription.stripe_price_id) == ("active", shop.growth.stripe_price_id)
    assert latest_invoice(subscription)["id"] == waiting.stripe_invoice_id
    assert latest_invoice(subscription)["amount_due"] == waiting.preview.due_now_minor


def test_a_change_now_takes_the_place_of_a_planned_one(shop: Shop) -> None:
    subscription = subscribe_paid(shop)
    low = preview(shop, changing.starter(shop))
    planned = schedule_plan_change(
        shop.organization, preview_uuid=low.uuid, request_key=uuid4(), actor=shop.owner, now=shop.now
    )
    shop.work_off()

    done = changing.upgrade(shop)

    planned.refresh_from_db()
    assert (done.state, planned.state) == ("succeeded", "superseded")
    assert client().v1.subscriptions.retrieve(subscription.stripe_subscription_id)["schedule"] is None
    shop.sandbox.advance("P40D")
    assert shop.look_at(subscription).stripe_price_id == shop.scale.stripe_price_id


def test_where_stripe_cannot_hold_it_back_the_plan_changes_and_its_invoice_is_owed(shop: Shop) -> None:
    subscription = subscribe_paid(shop)
    client().v1.subscriptions.update(
        subscription.stripe_subscription_id, params={"collection_method": "send_invoice", "days_until_due": 30}
    )
    shop.look_at(subscription)
    shown = preview(shop, shop.scale)

    done = change(shop, shown)

    invoice = latest_invoice(subscription)
    assert (shown.payment_behavior, done.state) == ("allow_incomplete", "succeeded")
    assert (invoice["id"], invoice["total"]) == (done.stripe_invoice_id, shown.total_minor)
    assert not is_change_invoice(invoice["id"])
    subscription.refresh_from_db()
    assert subscription.stripe_price_id == shop.scale.stripe_price_id
