"""A change that waits for its payment: paid later, confirmed, given up, expired, overtaken; crashes at every step."""

from datetime import timedelta
from uuid import uuid4

import pytest

from billing import clock
from billing.errors import NoChangePending, StripeUnreachable
from billing.gateway.client import client
from billing.mirror.refresh import refresh
from billing.mirror.refs import ObjectRef
from billing.models import ChargeAttempt, Notice, PlanChange, Subscription
from billing.selectors.access import access_for
from billing.selectors.change_outcome import is_change_invoice
from billing.selectors.lifecycle import lifecycle_of
from billing.services.change_plan import resume_plan_changes
from billing.services.give_up_change import give_up_change, resume_given_up_changes
from billing.services.look_at_change import look_at_change
from billing.services.settle_plan_change import settle_overdue_changes
from billing.terms import ObjectKind
from tests.billing.services.changing import (
    change,
    give_coupon,
    latest_invoice,
    make_unpaid,
    preview,
    subscribe_paid,
    upgrade,
    use_card,
)
from tests.billing.shop import Shop
from tests.stripe_sandbox_pages.visitor import Visitor

pytestmark = pytest.mark.django_db(transaction=True)
UPDATES = {"method": "POST", "path": "/v1/subscriptions/*"}
REFUSING, ASKING = "pm_card_chargeCustomerFail", "pm_card_authenticationRequired"


def pay(shop: Shop, waiting: PlanChange, *, number: str = "4242 4242 4242 4242") -> str:
    """Pay the change's invoice on its hosted page; where the bank asks, the address of its page."""
    address = client().v1.invoices.retrieve(waiting.stripe_invoice_id)["hosted_invoice_url"]
    return Visitor(shop.sandbox.url).pay(address, number=number).location


def give_up(shop: Shop, waiting: PlanChange, **changed) -> PlanChange:
    values = {"change_uuid": waiting.uuid, "request_key": uuid4(), "actor": shop.owner, "now": shop.now, **changed}
    return give_up_change(shop.organization, **values)


def at_stripe(subscription: Subscription) -> str:
    found = client().v1.subscriptions.retrieve(subscription.stripe_subscription_id)
    return str(found["items"]["data"][0]["price"]["id"])


def later(shop: Shop) -> None:
    """The sweep comes by after the row has rested."""
    PlanChange.objects.update(created_at=clock.system_now() - timedelta(minutes=2))
    resume_plan_changes(shop.now)


def test_it_changes_when_it_is_paid_later(shop: Shop) -> None:
    subscription, waiting = make_unpaid(shop)
    pay(shop, waiting)

    shop.look_at(subscription)

    waiting.refresh_from_db()
    assert (waiting.state, at_stripe(subscription)) == ("succeeded", shop.scale.stripe_price_id)
    assert access_for(shop.organization, shop.now).plan_code == "scale"


def test_the_bank_is_asked_and_the_plan_changes_when_it_has_agreed(shop: Shop) -> None:
    subscription, waiting = make_unpaid(shop, card=ASKING)
    assert not ChargeAttempt.objects.filter(stripe_invoice_id=waiting.stripe_invoice_id).exists()
    bank = pay(shop, waiting, number="4000 0027 6000 3184")

    assert look_at_change(shop.organization, change_uuid=waiting.uuid, now=shop.now).state == "awaiting_payment"
    Visitor(shop.sandbox.url).submit(bank, outcome="complete")

    assert look_at_change(shop.organization, change_uuid=waiting.uuid, now=shop.now).state == "succeeded"
    assert at_stripe(subscription) == shop.scale.stripe_price_id


@pytest.mark.parametrize("card", [REFUSING, ASKING])
def test_unpaid_for_a_day_it_is_over_and_nothing_has_changed(shop: Shop, card: str) -> None:
    subscription, waiting = make_unpaid(shop, card=card)
    shop.advance("PT23H1M")

    shop.look_at(subscription)

    waiting.refresh_from_db()
    assert (waiting.state, at_stripe(subscription)) == ("expired", shop.growth.stripe_price_id)
    assert latest_invoice(subscription)["status"] == "void"
    assert lifecycle_of(shop.organization, shop.now).state == "active"


def test_its_end_is_found_if_no_event_tells_it(shop: Shop) -> None:
    _, waiting = make_unpaid(shop)
    shop.advance("PT23H1M")

    assert settle_overdue_changes(shop.now) == 1
    shop.work_off()

    waiting.refresh_from_db()
    assert waiting.state == "expired"


def test_nobody_is_reminded_of_an_invoice_that_is_not_owed(shop: Shop) -> None:
    subscription, waiting = make_unpaid(shop)

    shop.look_at(subscription)
    refresh(ObjectRef(ObjectKind.INVOICE, waiting.stripe_invoice_id))
    shop.work_off()

    assert ChargeAttempt.objects.filter(stripe_invoice_id=waiting.stripe_invoice_id, status="failed").exists()
    assert is_change_invoice(waiting.stripe_invoice_id)
    assert not Notice.objects.filter(kind__startswith="payment_").exists()


def test_giving_it_up_voids_the_invoice_and_frees_the_way(shop: Shop) -> None:
    subscription, waiting = make_unpaid(shop)
    key = uuid4()

    ended = [give_up(shop, waiting, request_key=key).state for _ in range(2)]

    assert ended == ["canceled", "canceled"]
    assert client().v1.invoices.retrieve(waiting.stripe_invoice_id)["status"] == "void"
    assert at_stripe(subscription) == shop.growth.stripe_price_id
    use_card(subscription, "pm_card_visa")
    assert upgrade(shop).state == "succeeded"


def test_giving_up_what_was_paid_meanwhile_says_so(shop: Shop) -> None:
    subscription, waiting = make_unpaid(shop)
    pay(shop, waiting)

    assert give_up(shop, waiting).state == "succeeded"
    assert at_stripe(subscription) == shop.scale.stripe_price_id
    with pytest.raises(NoChangePending):
        give_up(shop, waiting)


def test_giving_up_is_carried_out_later_if_stripe_is_silent(shop: Shop) -> None:
    _, waiting = make_unpaid(shop)
    shop.sandbox.fault("http_500_before", times=2, match={"method": "POST", "path": "/v1/invoices/*"})
    with pytest.raises(StripeUnreachable):
        give_up(shop, waiting)

    assert resume_given_up_changes(shop.now) == 1

    waiting.refresh_from_db()
    assert waiting.state == "canceled"


def test_a_change_in_the_dashboard_overtakes_it(shop: Shop) -> None:
    subscription, waiting = make_unpaid(shop)
    item = client().v1.subscriptions.retrieve(subscription.stripe_subscription_id)["items"]["data"][0]["id"]
    client().v1.subscriptions.update(
        subscription.stripe_subscription_id,
        params={"items": [{"id": item, "quantity": 3}], "proration_behavior": "none"},
    )

    shop.look_at(subscription)

    waiting.refresh_from_db()
    assert waiting.state == "superseded"


def test_the_end_of_the_plan_ends_it_too(shop: Shop) -> None:
    subscription, waiting = make_unpaid(shop)
    client().v1.subscriptions.cancel(subscription.stripe_subscription_id)

    shop.look_at(subscription)

    waiting.refresh_from_db()
    assert waiting.state == "superseded"


def test_staff_who_void_the_invoice_end_it(shop: Shop) -> None:
    subscription, waiting = make_unpaid(shop)
    client().v1.invoices.void_invoice(waiting.stripe_invoice_id)

    refresh(ObjectRef(ObjectKind.INVOICE, waiting.stripe_invoice_id))
    shop.work_off()

    waiting.refresh_from_db()
    assert (waiting.state, at_stripe(subscription)) == ("canceled", shop.growth.stripe_price_id)


def test_a_crash_before_the_call_is_made_good_with_one_charge(shop: Shop) -> None:
    subscription = subscribe_paid(shop)
    shown = preview(shop, shop.scale)
    shop.sandbox.fault("http_500_before", times=2, match=UPDATES)
    with pytest.raises(StripeUnreachable):
        change(shop, shown)

    later(shop)

    assert PlanChange.objects.get().state == "succeeded"
    assert latest_invoice(subscription)["amount_paid"] == shown.due_now_minor


@pytest.mark.parametrize("card", ["pm_card_visa", REFUSING])
def test_an_answer_that_was_lost_after_the_effect_is_found(shop: Shop, card: str) -> None:
    subscription = subscribe_paid(shop)
    use_card(subscription, card)
    shop.look_at(subscription)
    shown = preview(shop, shop.scale)
    shop.sandbox.fault("timeout_after_commit", times=2, match=UPDATES)
    with pytest.raises(StripeUnreachable):
        change(shop, shown)
    invoice_id = latest_invoice(subscription)["id"]

    later(shop)

    found = PlanChange.objects.get()
    assert found.state == ("succeeded" if card == "pm_card_visa" else "awaiting_payment")
    assert found.stripe_invoice_id == invoice_id == latest_invoice(subscription)["id"]


@pytest.mark.parametrize("card", ["pm_card_visa", REFUSING])
def test_a_webhook_may_come_before_our_own_answer(shop: Shop, card: str) -> None:
    subscription = subscribe_paid(shop)
    use_card(subscription, card)
    shop.look_at(subscription)
    shown, key = preview(shop, shop.scale), uuid4()
    shop.sandbox.fault("timeout_after_commit", times=2, match=UPDATES)
    with pytest.raises(StripeUnreachable):
        change(shop, shown, request_key=key)

    shop.look_at(subscription)
    refresh(ObjectRef(ObjectKind.INVOICE, latest_invoice(subscription)["id"]))
    shop.work_off()
    again = change(shop, shown, request_key=key)

    assert again.state == ("succeeded" if card == "pm_card_visa" else "awaiting_payment")
    assert not Notice.objects.filter(kind__startswith="payment_").exists()


def test_a_change_that_was_not_made_in_time_is_not_made_for_another_sum(shop: Shop) -> None:
    subscription = subscribe_paid(shop)
    shown = preview(shop, shop.scale)
    shop.sandbox.fault("http_500_before", times=2, match=UPDATES)
    with pytest.raises(StripeUnreachable):
        change(shop, shown)
    give_coupon(subscription)

    later(shop)

    assert (PlanChange.objects.get().state, PlanChange.objects.get().failure) == ("failed", "preview_stale")
    assert at_stripe(subscription) == shop.growth.stripe_price_id


def test_a_key_that_stripe_may_have_forgotten_is_not_used_again(shop: Shop) -> None:
    subscription = subscribe_paid(shop)
    shown = preview(shop, shop.scale)
    shop.sandbox.fault("http_500_before", times=2, match=UPDATES)
    with pytest.raises(StripeUnreachable):
        change(shop, shown)
    PlanChange.objects.update(created_at=clock.system_now() - timedelta(hours=24))

    resume_plan_changes(shop.now)

    assert PlanChange.objects.get().state == "failed"
    assert at_stripe(subscription) == shop.growth.stripe_price_id


def test_a_change_that_landed_before_the_key_was_forgotten_is_found(shop: Shop) -> None:
    subscribe_paid(shop)
    shown = preview(shop, shop.scale)
    shop.sandbox.fault("timeout_after_commit", times=2, match=UPDATES)
    with pytest.raises(StripeUnreachable):
        change(shop, shown)
    PlanChange.objects.update(created_at=clock.system_now() - timedelta(hours=24))

    resume_plan_changes(shop.now)

    assert PlanChange.objects.get().state == "succeeded"
