"""A trial that loses its card ends as the company chose: the plan ends, is paused, or asks for its first invoice."""

from urllib.parse import urlsplit
from uuid import uuid4

import pytest

from billing.gateway.client import client
from billing.models import Notice, Subscription
from billing.selectors.access import access_for
from billing.selectors.banner import BannerKind
from billing.selectors.overview import billing_overview
from billing.services.add_card import add_card
from billing.services.settle_card import settle_card
from billing.services.trial_reminders import remind_of_trials
from billing.terms import AccessReason
from tests.billing.shop import Shop
from tests.stripe_sandbox_pages.visitor import Visitor

pytestmark = pytest.mark.django_db(transaction=True)
PAST_THE_TRIAL = "P17DT2H"


def lose_card(shop: Shop) -> Subscription:
    """A trial through the checkout whose card the customer then takes away."""
    subscription = shop.subscribe(price=shop.growth)
    client().v1.payment_methods.detach(subscription.stripe_payment_method_id)
    return shop.look_at(subscription)


def end_of_trial(shop: Shop, subscription: Subscription) -> Subscription:
    shop.advance(PAST_THE_TRIAL)
    return shop.look_at(subscription)


def kinds_of_mail() -> set[str]:
    return set(Notice.objects.values_list("kind", flat=True)) - {"subscription_started", "trial_ending"}


def paid_charges() -> list[int]:
    return [charge["amount"] for charge in client().v1.charges.list()["data"] if charge["paid"]]


@pytest.mark.parametrize("policy", ["cancel", "pause", "create_invoice"])
def test_the_checkout_tells_stripe_the_policy(shop: Shop, settings, policy: str) -> None:
    settings.TRIAL_MISSING_CARD_POLICY = policy

    subscription = shop.subscribe(price=shop.growth)

    theirs = client().v1.subscriptions.retrieve(subscription.stripe_subscription_id)
    assert theirs["trial_settings"]["end_behavior"]["missing_payment_method"] == policy
    assert subscription.missing_card_policy == policy


def test_a_checkout_without_a_trial_says_nothing_of_it(shop: Shop, settings) -> None:
    settings.TRIAL_MISSING_CARD_POLICY = "pause"

    assert shop.subscribe(price=shop.scale).missing_card_policy == "create_invoice"


def test_by_default_the_plan_ends_and_can_be_bought_again(shop: Shop) -> None:
    subscription = end_of_trial(shop, lose_card(shop))

    banner = billing_overview(shop.organization, shop.now).banner
    assert subscription.status == "canceled"
    assert access_for(shop.organization, shop.now).reason == AccessReason.FREE
    assert banner is not None
    assert (banner.kind, banner.lookup_key) == (BannerKind.TRIAL_ENDED_WITHOUT_CARD, shop.growth.lookup_key)
    assert kinds_of_mail() == {"trial_ended_without_card"}
    assert paid_charges() == []


def test_a_pause_gives_no_access_and_costs_nothing(shop: Shop, settings) -> None:
    settings.TRIAL_MISSING_CARD_POLICY = "pause"

    subscription = end_of_trial(shop, lose_card(shop))
    shop.advance("P40D")
    shop.look_at(subscription)

    banner = billing_overview(shop.organization, shop.now).banner
    assert subscription.status == "paused"
    assert access_for(shop.organization, shop.now).plan_code == "free"
    assert banner is not None
    assert banner.kind == BannerKind.TRIAL_PAUSED
    assert kinds_of_mail() == {"trial_paused"}
    assert Notice.objects.filter(kind="trial_paused").count() == 1
    assert paid_charges() == []


@pytest.mark.parametrize(
    ("first_payment", "reason"), [("grace", AccessReason.GRACE), ("no_access", AccessReason.FREE)]
)
def test_an_invoice_is_owed_like_any_that_was_not_paid(
    shop: Shop, settings, first_payment: str, reason: AccessReason
) -> None:
    settings.TRIAL_MISSING_CARD_POLICY = "create_invoice"
    settings.TRIAL_FIRST_PAYMENT_POLICY = first_payment

    subscription = end_of_trial(shop, lose_card(shop))

    assert (subscription.status, subscription.is_past_due_since_trial) == ("past_due", True)
    assert access_for(shop.organization, shop.now).reason == reason
    assert kinds_of_mail() == set()
    shop.advance("PT20M")
    shop.work_off()
    assert kinds_of_mail() == {"payment_failed_no_card"}
    assert "There is no card on file" in Notice.objects.get(kind="payment_failed_no_card").content.text
    assert paid_charges() == []


def test_the_reminder_names_what_comes_without_a_card(shop: Shop) -> None:
    lose_card(shop)
    shop.advance("P12D")

    remind_of_trials(shop.now)

    assert "Without one Growth ends on that day" in Notice.objects.get(kind="trial_ending").content.text


def test_a_card_that_is_added_in_time_saves_the_plan(shop: Shop) -> None:
    subscription = lose_card(shop)
    setup = add_card(shop.organization, becomes_default=True, request_key=uuid4(), actor=shop.owner)
    assert Visitor(shop.sandbox.url).pay(urlsplit(setup.url).path, number="5555 5555 5555 4444").status == 303
    settle_card(shop.organization, stripe_session_id=str(setup.stripe_session_id))
    shop.work_off()

    subscription = end_of_trial(shop, subscription)

    assert subscription.status == "active"
    assert paid_charges() == [4800]
    assert not kinds_of_mail() & {"trial_ended_without_card", "payment_failed_no_card"}


def test_a_trial_that_the_customer_cancelled_ends_with_the_ordinary_words(shop: Shop) -> None:
    subscription = shop.subscribe(price=shop.growth)
    client().v1.subscriptions.update(subscription.stripe_subscription_id, params={"cancel_at_period_end": True})

    end_of_trial(shop, subscription)

    assert kinds_of_mail() == {"subscription_ended"}
