"""A trial that ended without a card is `paused` at Stripe: it goes on when there is a card and a period is paid."""

from datetime import timedelta
from uuid import uuid4

import pytest

from billing import clock
from billing.errors import CardDeclined, PaymentMethodMissing, PreviewStale, StripeUnreachable, SubscriptionPaused
from billing.gateway.client import client
from billing.mirror.customers import ensure_customer
from billing.mirror.refresh import refresh
from billing.mirror.refs import ObjectRef
from billing.models import Notice, PauseRequest, Subscription
from billing.selectors.access import access_for
from billing.services.cancellation import cancel_at_period_end
from billing.services.resume import finish_resumptions, resume, resume_offer
from billing.terms import ObjectKind
from tests.billing.shop import Shop

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def paused(shop: Shop) -> Subscription:
    customer_id = str(ensure_customer(shop.organization).stripe_customer_id)
    begun = client().v1.subscriptions.create(
        params={
            "customer": customer_id,
            "items": [{"price": shop.scale.stripe_price_id}],
            "trial_period_days": 7,
            "trial_settings": {"end_behavior": {"missing_payment_method": "pause"}},
        }
    )
    shop.advance("P8D")
    refresh(ObjectRef(ObjectKind.SUBSCRIPTION, begun["id"]))
    shop.work_off()
    row = Subscription.objects.get()
    assert row.status == "paused"
    return row


def give_card(shop: Shop, customer_id: str, card: str = "pm_card_visa") -> None:
    stripe = client().v1
    method = stripe.payment_methods.attach(card, params={"customer": customer_id})
    settings = {"default_payment_method": method["id"]}
    stripe.customers.update(customer_id, params={"invoice_settings": settings})
    refresh(ObjectRef(ObjectKind.PAYMENT_METHOD, method["id"]))
    refresh(ObjectRef(ObjectKind.CUSTOMER, customer_id))
    shop.work_off()


def go_on(shop: Shop, *, shown_minor: int = 12800) -> PauseRequest:
    return resume(shop.organization, shown_minor=shown_minor, request_key=uuid4(), actor=shop.owner, now=shop.now)


def succeeded(subscription: Subscription) -> list[int]:
    charges = client().v1.charges.list(params={"customer": subscription.stripe_customer_id})["data"]
    return [charge["amount"] for charge in charges if charge["status"] == "succeeded"]


def test_it_gives_nothing_and_needs_a_card_first(shop: Shop, paused: Subscription) -> None:
    with pytest.raises(PaymentMethodMissing):
        go_on(shop)

    assert access_for(shop.organization, shop.now).plan_code == "free"
    assert resume_offer(shop.organization, shop.now).has_payment_method is False
    assert not PauseRequest.objects.exists()


def test_with_a_card_a_whole_period_is_charged_as_it_was_shown(shop: Shop, paused: Subscription) -> None:
    give_card(shop, paused.stripe_customer_id)

    offer = resume_offer(shop.organization, shop.now)
    request = go_on(shop)
    shop.work_off()

    paused.refresh_from_db()
    assert offer.due_now is not None
    assert (request.state, paused.status) == ("succeeded", "active")
    assert succeeded(paused) == [offer.due_now.amount_minor] == [12800]
    assert access_for(shop.organization, shop.now).plan_code == "scale"
    assert Notice.objects.filter(kind="subscription_resumed").count() == 1


def test_another_sum_than_the_one_that_was_seen_charges_nothing(shop: Shop, paused: Subscription) -> None:
    give_card(shop, paused.stripe_customer_id)

    with pytest.raises(PreviewStale):
        go_on(shop, shown_minor=0)

    assert succeeded(paused) == []


def test_a_card_that_is_declined_leaves_it_paused(shop: Shop, paused: Subscription) -> None:
    give_card(shop, paused.stripe_customer_id, "pm_card_chargeCustomerFail")

    with pytest.raises(CardDeclined):
        go_on(shop)
    shop.look_at(paused)

    assert paused.status == "paused"
    assert access_for(shop.organization, shop.now).plan_code == "free"
    assert PauseRequest.objects.get().state == "failed"


@pytest.mark.parametrize("fault", ["http_500_before", "http_500_after_commit", "timeout_after_commit"])
def test_stripes_silence_and_a_lost_answer_charge_once(shop: Shop, paused: Subscription, fault: str) -> None:
    give_card(shop, paused.stripe_customer_id)
    shop.sandbox.fault(fault, times=2, match={"method": "POST", "path": "/v1/subscriptions*"})
    with pytest.raises(StripeUnreachable):
        go_on(shop)

    finish_resumptions(clock.system_now() + timedelta(minutes=2))

    paused.refresh_from_db()
    assert (paused.status, succeeded(paused)) == ("active", [12800])


def test_it_has_no_period_with_which_it_could_end(shop: Shop, paused: Subscription) -> None:
    with pytest.raises(SubscriptionPaused):
        cancel_at_period_end(
            shop.organization, reason="", comment="", request_key=uuid4(), actor=shop.owner, now=shop.now
        )
