"""What a trial's end leads to: paid and on, or not paid and off at once or after a grace, as the company chose."""

import pytest

from billing.gateway.client import client
from billing.models import DunningCase, LocalTrial, Notice, Subscription
from billing.selectors.access import access_for
from billing.services.trial_reminders import remind_of_trials
from billing.terms import AccessReason
from tests.billing.shop import Shop

pytestmark = pytest.mark.django_db(transaction=True)
GOOD_CARD, NO_MONEY_LATER = "4242 4242 4242 4242", "4000 0000 0000 0341"
# Without an answer to `invoice.created` Stripe waits 72 hours before it collects.
PAST_THE_TRIAL = "P17DT2H"


def convert(shop: Shop, *, number: str) -> Subscription:
    subscription = shop.subscribe(price=shop.growth, number=number)
    if number == NO_MONEY_LATER:
        shop.charge_only(subscription, "pm_card_sandbox_insufficient_funds")
    shop.advance(PAST_THE_TRIAL)
    return shop.look_at(subscription)


def failure_mail(shop: Shop) -> str:
    return Notice.objects.select_related("content").get(kind="payment_failed_funds").content.text


def test_a_good_card_makes_the_trial_a_paid_plan(shop: Shop) -> None:
    subscription = convert(shop, number=GOOD_CARD)

    assert (subscription.status, subscription.is_past_due_since_trial) == ("active", False)
    assert access_for(shop.organization, shop.now).reason == AccessReason.SUBSCRIPTION
    assert [charge["amount"] for charge in client().v1.charges.list()["data"]] == [4800]
    assert not Notice.objects.filter(kind__startswith="payment_").exists()


def test_a_failing_first_payment_has_the_grace_of_any_other(shop: Shop) -> None:
    subscription = convert(shop, number=NO_MONEY_LATER)

    access = access_for(shop.organization, shop.now)

    assert (subscription.status, subscription.is_past_due_since_trial) == ("past_due", True)
    assert (access.reason, access.until) == (AccessReason.GRACE, DunningCase.objects.get().access_closes_at)
    assert "You keep access until" in failure_mail(shop)


def test_by_the_other_policy_who_never_paid_has_no_access(shop: Shop, settings) -> None:
    settings.TRIAL_FIRST_PAYMENT_POLICY = "no_access"

    subscription = convert(shop, number=NO_MONEY_LATER)

    assert subscription.status == "past_due"
    assert access_for(shop.organization, shop.now).plan_code == "free"
    assert "Your plan stays off until it is paid" in failure_mail(shop)


def test_no_access_holds_through_the_next_period_and_ends_with_the_payment(shop: Shop, settings) -> None:
    settings.TRIAL_FIRST_PAYMENT_POLICY = "no_access"
    subscription = convert(shop, number=NO_MONEY_LATER)
    shop.advance("P35D")
    shop.look_at(subscription)
    assert subscription.current_period_start > subscription.trial_end
    assert access_for(shop.organization, shop.now).plan_code == "free"

    card = client().v1.payment_methods.attach("pm_card_visa", params={"customer": subscription.stripe_customer_id})
    for invoice in client().v1.invoices.list(params={"status": "open"})["data"]:
        client().v1.invoices.pay(invoice["id"], params={"payment_method": card["id"]})

    subscription = shop.look_at(subscription)
    assert (subscription.status, subscription.is_past_due_since_trial) == ("active", False)
    assert access_for(shop.organization, shop.now).plan_code == "growth"


def test_a_later_payment_that_fails_has_its_grace_under_either_policy(shop: Shop, settings) -> None:
    settings.TRIAL_FIRST_PAYMENT_POLICY = "no_access"
    subscription = convert(shop, number=GOOD_CARD)
    bad = client().v1.payment_methods.attach(
        "pm_card_sandbox_insufficient_funds", params={"customer": subscription.stripe_customer_id}
    )
    client().v1.subscriptions.update(
        subscription.stripe_subscription_id, params={"default_payment_method": bad["id"]}
    )

    shop.advance("P35D")
    subscription = shop.look_at(subscription)

    assert (subscription.status, subscription.is_past_due_since_trial) == ("past_due", False)
    assert access_for(shop.organization, shop.now).reason == AccessReason.GRACE
    assert "You keep access until" in failure_mail(shop)


def test_a_trial_that_is_cancelled_now_is_over_for_pages_mails_and_access(shop: Shop) -> None:
    subscription = shop.subscribe(price=shop.growth)
    shop.advance("P12D")
    client().v1.subscriptions.cancel(subscription.stripe_subscription_id)

    subscription = shop.look_at(subscription)

    assert subscription.trial_end > shop.now
    assert access_for(shop.organization, shop.now).reason == AccessReason.FREE
    assert remind_of_trials(shop.now) == 0
    assert not LocalTrial.objects.exists()


def test_trial_will_end_of_a_trial_that_was_ended_at_once_reminds_of_nothing(shop: Shop) -> None:
    """Stripe sends `trial_will_end` as well when a trial is ended; what was fetched says what it is."""
    subscription = shop.subscribe(price=shop.growth)
    shop.advance("P12D")
    client().v1.subscriptions.update(subscription.stripe_subscription_id, params={"trial_end": "now"})

    shop.look_at(subscription)
    remind_of_trials(shop.now)

    assert not Notice.objects.filter(kind="trial_ending").exists()


def test_a_trial_that_nears_its_end_is_reminded_of_once(shop: Shop) -> None:
    subscription = shop.subscribe(price=shop.growth)
    shop.advance("P11DT1H")

    for _ in range(2):
        shop.look_at(subscription)
        remind_of_trials(shop.now)

    mail = Notice.objects.select_related("content").get(kind="trial_ending").content.text
    assert "€48.00" in mail
    assert "Visa 4242" in mail
