"""Opening a checkout: one customer, one open session, no second subscription, one trial a person."""

from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest
from django.db import connection

from billing.errors import AlreadySubscribed, CheckoutEnded, CurrencyLocked, StripeUnreachable, UnknownPlan
from billing.gateway.client import client
from billing.mirror import work
from billing.mirror.customers import ensure_customer
from billing.mirror.refs import ObjectRef
from billing.models import CheckoutIntent, Customer, TrialRedemption
from billing.services.local_trial import start_local_trial
from billing.terms import ObjectKind
from tests.billing.shop import Shop
from tests.factories import MembershipFactory

pytestmark = pytest.mark.django_db(transaction=True)


def sessions() -> list:
    return client().v1.checkout.sessions.list(params={"limit": 100})["data"]


def test_fifty_parallel_first_clicks_make_one_customer(shop: Shop) -> None:
    def click(_: int) -> str:
        try:
            return str(ensure_customer(shop.organization).stripe_customer_id)
        finally:
            connection.close()

    with ThreadPoolExecutor(50) as pool:
        ids = set(pool.map(click, range(50)))

    assert len(ids) == 1
    assert Customer.objects.count() == 1
    assert [found["id"] for found in client().v1.customers.list()["data"]] == list(ids)


def test_second_click_reaches_the_same_session(shop: Shop) -> None:
    key = uuid4()

    first = shop.start(request_key=key)
    again = shop.start(request_key=key)
    other_tab = shop.start()

    assert first.url == again.url == other_tab.url
    assert len(sessions()) == 1


def test_parallel_clicks_open_one_session(shop: Shop) -> None:
    def click(_: int) -> str:
        try:
            return shop.start().url
        finally:
            connection.close()

    with ThreadPoolExecutor(5) as pool:
        urls = set(pool.map(click, range(5)))

    assert len(urls) == 1
    assert len(sessions()) == 1


def test_a_click_goes_on_while_another_holds_the_customer(shop: Shop) -> None:
    ref = ObjectRef(ObjectKind.CUSTOMER, str(ensure_customer(shop.organization).stripe_customer_id))
    work.want([ref])
    work.claim(ref)

    intent = shop.start()

    assert intent.state == "open"


def test_another_plan_closes_the_first_session_before_a_second_opens(shop: Shop) -> None:
    first = shop.start(shop.growth)

    second = shop.start(shop.scale)

    first.refresh_from_db()
    assert first.state == "expired"
    assert second.state == "open"
    assert sorted(found["status"] for found in sessions()) == ["expired", "open"]


def test_a_form_of_an_ended_checkout_opens_nothing(shop: Shop) -> None:
    key = uuid4()
    shop.start(shop.growth, request_key=key)
    last = shop.start(shop.scale)
    client().v1.checkout.sessions.expire(last.stripe_session_id)

    with pytest.raises(CheckoutEnded):
        shop.start(shop.growth, request_key=key)

    assert not [found for found in sessions() if found["status"] == "open"]


def test_a_live_subscription_at_stripe_is_never_joined_by_a_second(shop: Shop) -> None:
    shop.pay(shop.start(shop.scale))

    with pytest.raises(AlreadySubscribed):
        shop.start(shop.growth)

    assert shop.organization.subscriptions.count() == 0  # Our rows did not know yet: Stripe was asked.


def test_an_unknown_price_is_refused(shop: Shop) -> None:
    shop.growth.lookup_key = "growth_month_xyz"

    with pytest.raises(UnknownPlan):
        shop.start(shop.growth)

    assert CheckoutIntent.objects.count() == 0


def test_another_currency_than_the_invoices_is_refused_in_words(shop: Shop) -> None:
    subscription = shop.subscribe()
    client().v1.subscriptions.cancel(subscription.stripe_subscription_id)
    shop.look_at(subscription)
    dollars = shop.publish(shop.scale.plan, amount_minor=13900, currency="usd")

    with pytest.raises(CurrencyLocked, match="EUR"):
        shop.start(dollars)


def test_an_answer_that_was_lost_leads_to_the_same_session(shop: Shop) -> None:
    ensure_customer(shop.organization)
    shop.sandbox.fault("timeout_after_commit", times=2, match={"method": "POST", "path": "/v1/checkout/sessions"})
    with pytest.raises(StripeUnreachable):
        shop.start()

    intent = shop.start()

    assert intent.state == "open"
    assert len(sessions()) == 1
    assert CheckoutIntent.objects.count() == 1


def test_the_trial_is_given_once_per_mailbox(shop: Shop) -> None:
    first = shop.start(shop.growth)
    other = MembershipFactory(user__email="Alice+second@oakline.example")

    second = shop.start(shop.growth, organization=other.organization, actor=other.user)

    assert first.trial_days == 14
    assert second.trial_days == 0


def test_an_expired_checkout_gives_the_trial_back(shop: Shop) -> None:
    intent = shop.start(shop.growth)
    shop.advance("P2D")

    again = shop.start(shop.growth)

    assert again.pk != intent.pk
    assert again.trial_days == 14
    assert TrialRedemption.objects.count() == 1


def test_a_running_trial_without_card_keeps_its_end(shop: Shop) -> None:
    trial = start_local_trial(shop.organization, plan_code="growth", actor=shop.owner, now=shop.now)

    intent = shop.start(shop.growth)

    assert intent.trial_end == trial.ends_at
    assert intent.trial_days == 0


def test_a_session_that_stripe_knows_no_longer_stands_in_nobodys_way(shop: Shop) -> None:
    shop.start()
    CheckoutIntent.objects.update(stripe_session_id="cs_test_of_another_account")

    intent = shop.start()

    assert intent.state == "open"
    assert intent.trial_days == 14


def test_a_setting_that_changed_between_two_tries_stands_in_nobodys_way(shop: Shop, settings) -> None:
    ensure_customer(shop.organization)
    shop.sandbox.fault("timeout_after_commit", times=2, match={"method": "POST", "path": "/v1/checkout/sessions"})
    with pytest.raises(StripeUnreachable):
        shop.start()
    settings.CHECKOUT_COLLECT_ADDRESS = True

    intent = shop.start()

    assert intent.state == "open"
    assert intent.trial_days == 14


def test_a_completed_checkout_that_nobody_told_us_of_allows_another_once_its_subscription_has_ended(
    shop: Shop,
) -> None:
    first = shop.start(shop.growth)
    shop.pay(first)
    client().v1.subscriptions.cancel(client().v1.subscriptions.list()["data"][0]["id"])

    second = shop.start(shop.growth)

    first.refresh_from_db()
    assert (first.state, second.state) == ("complete", "open")
    assert (first.trial_days, second.trial_days) == (14, 0)


def test_a_live_subscription_that_nobody_told_us_of_is_fetched(shop: Shop) -> None:
    shop.pay(shop.start(shop.scale))
    with pytest.raises(AlreadySubscribed):
        shop.start(shop.growth)

    shop.work_off()

    assert shop.organization.subscriptions.get().status == "active"
