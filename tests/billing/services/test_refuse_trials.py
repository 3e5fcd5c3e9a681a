"""One trial for each card: the second is cancelled unbilled, and what was paid for is never touched."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection, transaction

from accounts.models import Membership
from billing import clock, reactions
from billing.gateway.client import client
from billing.mirror.refresh import refresh
from billing.mirror.refs import ObjectRef
from billing.models import (
    LocalTrial,
    Notice,
    Subscription,
    TrialCard,
    TrialRefusal,
)
from billing.selectors.access import access_for
from billing.selectors.banner import BannerKind
from billing.selectors.overview import billing_overview
from billing.services.check_trial_card import check_trial_card
from billing.services.refuse_trials import refuse_trials
from billing.terms import ObjectKind
from tests.billing.shop import Shop
from tests.billing.trials import begin_trial, sweep
from tests.factories import MembershipFactory

pytestmark = pytest.mark.django_db(transaction=True)
OTHER_CARD = "5555 5555 5555 4444"


@pytest.fixture
def bob(shop: Shop) -> Membership:
    """Another person with another organization, who will pay with the card of the shop's owner."""
    return MembershipFactory(user__email="bob@elsewhere.example", organization__name="Elsewhere")


def test_the_second_trial_of_a_card_is_cancelled_unbilled(shop: Shop, bob: Membership) -> None:
    first = begin_trial(shop)

    second = begin_trial(shop, bob)
    assert TrialRefusal.objects.get().state == "recorded"
    assert sweep(shop) == 1

    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.status, second.status) == ("trialing", "canceled")
    assert TrialRefusal.objects.get().state == "succeeded"
    assert access_for(bob.organization, shop.now).plan_code == "free"
    invoices = client().v1.invoices.list(params={"customer": second.stripe_customer_id})["data"]
    assert [invoice["total"] for invoice in invoices] == [0]
    shop.advance("P40D")
    assert not client().v1.charges.list(params={"customer": second.stripe_customer_id})["data"]


def test_who_is_refused_gets_one_mail_and_is_offered_to_pay(shop: Shop, bob: Membership) -> None:
    begin_trial(shop)
    begin_trial(shop, bob)
    sweep(shop)

    kinds = list(Notice.objects.filter(organization=bob.organization).values_list("kind", flat=True))
    banner = billing_overview(bob.organization, shop.now).banner
    intent = shop.start(shop.growth, organization=bob.organization, actor=bob.user)

    assert kinds == ["subscription_started", "trial_refused"]
    assert banner is not None
    assert (banner.kind, banner.lookup_key) == (BannerKind.TRIAL_REFUSED, shop.growth.lookup_key)
    assert (intent.trial_days, intent.trial_end) == (0, None)


def test_the_offered_checkout_is_paid_and_kept(shop: Shop, bob: Membership) -> None:
    begin_trial(shop)
    begin_trial(shop, bob)
    sweep(shop)

    intent = shop.start(shop.growth, organization=bob.organization, actor=bob.user)
    shop.pay(intent)
    refresh(ObjectRef(ObjectKind.CHECKOUT_SESSION, str(intent.stripe_session_id)))
    shop.work_off()
    sweep(shop)

    assert access_for(bob.organization, shop.now).plan_code == "growth"
    assert TrialRefusal.objects.count() == 1


def test_the_same_news_again_refuses_nobody(shop: Shop) -> None:
    subscription = begin_trial(shop)

    for _ in range(3):
        shop.look_at(subscription)
    for news in subscription.organization.transitions.filter(kind="subscription", to_state="trialing"):
        with transaction.atomic():  # As the worker does, with the handled mark.
            check_trial_card(news, now=shop.now)
    sweep(shop)

    subscription.refresh_from_db()
    assert subscription.status == "trialing"
    assert TrialCard.objects.count() == 1
    assert not TrialRefusal.objects.exists()


def test_another_card_is_no_hit(shop: Shop, bob: Membership) -> None:
    begin_trial(shop)

    second = begin_trial(shop, bob, number=OTHER_CARD)

    assert sweep(shop) == 0
    assert second.status == "trialing"
    assert TrialCard.objects.count() == 2


def test_the_rest_of_a_local_trial_counts_as_well(shop: Shop, bob: Membership) -> None:
    begin_trial(shop)
    LocalTrial.objects.create(
        organization=bob.organization,
        plan=shop.growth.plan,
        started_at=shop.now,
        ends_at=shop.now + timedelta(days=14),
    )

    begin_trial(shop, bob)
    sweep(shop)

    assert access_for(bob.organization, shop.now).plan_code == "free"


def test_the_fingerprint_itself_stands_in_no_row_of_trials(shop: Shop) -> None:
    subscription = begin_trial(shop)

    method = client().v1.payment_methods.retrieve(subscription.stripe_payment_method_id)
    card = TrialCard.objects.get()

    assert method["card"]["fingerprint"] not in (card.card_digest, str(card.__dict__))
    assert len(card.card_digest) == 64


def test_two_trials_of_one_card_at_the_same_moment_leave_one(shop: Shop, bob: Membership) -> None:
    for member in (None, bob):
        who = {"organization": member.organization, "actor": member.user} if member else {}
        shop.pay(shop.start(shop.growth, **who))
    for subscription in client().v1.subscriptions.list()["data"]:
        refresh(ObjectRef(ObjectKind.SUBSCRIPTION, subscription["id"]))
        refresh(ObjectRef(ObjectKind.PAYMENT_METHOD, subscription["default_payment_method"]))

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(run_reactions, [shop.now] * 2))
    shop.work_off()
    sweep(shop)

    assert sorted(Subscription.objects.values_list("status", flat=True)) == ["canceled", "trialing"]
    assert TrialCard.objects.count() == TrialRefusal.objects.count() == 1


def test_who_began_first_keeps_the_card_though_we_hear_of_it_last(shop: Shop, bob: Membership) -> None:
    for member in (None, bob):
        who = {"organization": member.organization, "actor": member.user} if member else {}
        shop.pay(shop.start(shop.growth, **who))
        shop.advance("PT1M")
    for subscription in client().v1.subscriptions.list()["data"]:  # The newest first.
        refresh(ObjectRef(ObjectKind.SUBSCRIPTION, subscription["id"]))
        refresh(ObjectRef(ObjectKind.PAYMENT_METHOD, subscription["default_payment_method"]))
        reactions.run_due(shop.now)
    sweep(shop)
    shop.work_off()

    by_organization = dict(Subscription.objects.values_list("organization", "status"))
    assert by_organization == {shop.organization.pk: "trialing", bob.organization.pk: "canceled"}
    assert TrialCard.objects.get().organization == shop.organization


def run_reactions(now) -> None:
    try:
        reactions.run_due(now)
    finally:
        connection.close()


def test_a_sweep_at_the_same_moment_in_two_workers_cancels_once(shop: Shop, bob: Membership) -> None:
    begin_trial(shop)
    begin_trial(shop, bob)

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(run_sweep, [shop.now] * 2))
    sweep(shop)

    assert TrialRefusal.objects.get().state == "succeeded"
    assert Notice.objects.filter(kind="trial_refused").count() == 1


def run_sweep(now) -> None:
    try:
        refuse_trials(now)
    finally:
        connection.close()


def test_a_crash_between_the_call_and_its_record_is_found_at_stripe(shop: Shop, bob: Membership) -> None:
    begin_trial(shop)
    second = begin_trial(shop, bob)
    shop.sandbox.fault("http_500_after_commit", times=2, match={"method": "DELETE", "path": "/v1/subscriptions/*"})
    assert sweep(shop) == 0
    TrialRefusal.objects.update(created_at=clock.system_now() - timedelta(days=3))

    assert sweep(shop) == 1

    second.refresh_from_db()
    assert second.status == "canceled"
    assert TrialRefusal.objects.get().state == "succeeded"
    assert Notice.objects.filter(kind="trial_refused").count() == 1


def test_a_trial_that_was_converted_before_we_came_is_kept(shop: Shop, bob: Membership) -> None:
    begin_trial(shop)
    second = begin_trial(shop, bob)
    client().v1.subscriptions.update(second.stripe_subscription_id, params={"trial_end": "now"})

    sweep(shop)

    second.refresh_from_db()
    refusal = TrialRefusal.objects.get()
    assert second.status == "active"
    assert (refusal.state, refusal.failure) == ("failed", "it is no trial any more")


def test_a_trial_that_is_about_to_be_billed_is_kept(shop: Shop, bob: Membership) -> None:
    begin_trial(shop)
    second = begin_trial(shop, bob)
    shop.advance("P13DT23H30M")

    sweep(shop)

    second.refresh_from_db()
    assert second.status == "trialing"
    assert TrialRefusal.objects.get().failure == "it is about to be paid for"


def test_a_trial_that_staff_gave_a_paying_customer_is_never_refused(shop: Shop, bob: Membership) -> None:
    begin_trial(shop)
    intent = shop.start(shop.scale, organization=bob.organization, actor=bob.user)
    shop.pay(intent)
    refresh(ObjectRef(ObjectKind.CHECKOUT_SESSION, str(intent.stripe_session_id)))
    shop.work_off()
    paying = Subscription.objects.get(organization=bob.organization)
    client().v1.subscriptions.update(
        paying.stripe_subscription_id,
        params={"trial_end": int(shop.now.timestamp()) + 5 * 86400, "proration_behavior": "none"},
    )

    shop.look_at(paying)
    sweep(shop)

    paying.refresh_from_db()
    assert paying.status == "trialing"
    assert not TrialRefusal.objects.exists()
