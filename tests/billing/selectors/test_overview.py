"""What the billing page is told of an organization: the facts, the gravest banner, what comes and what happened."""

from datetime import timedelta

import pytest

from billing.models import LocalTrial, Subscription, Transition
from billing.selectors.banner import BannerKind
from billing.selectors.contract import Situation
from billing.selectors.overview import billing_overview, who_may_act
from billing.selectors.timeline import Happening
from tests.billing import situations
from tests.billing.factories import NOW, PaymentMethodFactory
from tests.billing.situations import DAY, buy, give_invoice, price_of, tell
from tests.factories import MembershipFactory, OrganizationFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def organization():
    situations.put_catalogue_on_sale()
    return OrganizationFactory()


def test_an_active_plan_names_price_day_and_card(organization) -> None:
    situations.go_active(organization)

    page = billing_overview(organization, NOW)

    assert page.standing.situation == Situation.ACTIVE
    assert (page.standing.price.amount_minor, page.standing.next_charge_at) == (4800, NOW + 23 * DAY)
    assert (page.card.last4, page.card.exp_year) == ("4242", 2028)
    assert page.banner is None
    assert [entry.happening for entry in page.coming] == [Happening.WILL_CHARGE]


def test_several_of_a_price_are_one_figure(organization) -> None:
    buy(organization, quantity=3)

    assert billing_overview(organization, NOW).standing.price.amount_minor == 14400


def test_the_subscriptions_own_card_comes_before_the_customers(organization) -> None:
    own = PaymentMethodFactory(card_last4="1881")
    buy(organization, stripe_payment_method_id=own.stripe_payment_method_id)

    assert billing_overview(organization, NOW).card.last4 == "1881"


def test_a_failed_payment_is_graver_than_a_cancellation(organization) -> None:
    situations.go_past_due(organization, cancel_at=NOW + 5 * DAY)

    page = billing_overview(organization, NOW)

    assert page.banner.kind == BannerKind.PAYMENT_FAILED
    assert page.failure.amount.amount_minor == 4800


def test_grace_ends_as_access_ends(organization) -> None:
    situations.go_past_due(organization, since_days=6)

    page = billing_overview(organization, NOW)

    assert page.access_until == page.banner.at == page.ruler.ends_at == NOW + 15 * DAY
    assert [entry.happening for entry in page.coming] == [Happening.ACCESS_WILL_END, Happening.WILL_RETRY]


def test_a_cancelled_plan_past_its_end_is_over_before_stripe_says_so(organization) -> None:
    buy(organization, cancel_at=NOW - timedelta(minutes=1))

    page = billing_overview(organization, NOW)

    assert page.standing.situation == Situation.FREE
    assert page.banner.kind == BannerKind.ENDED


def test_an_end_for_want_of_payment_says_so(organization) -> None:
    give_invoice(situations.go_ended(organization), status="uncollectible", has_been_attempted=True)

    assert billing_overview(organization, NOW).banner.kind == BannerKind.ENDED_UNPAID


def test_an_old_end_is_no_news(organization) -> None:
    situations.go_ended(organization)

    page = billing_overview(organization, NOW + 40 * DAY)

    assert page.banner is None
    assert page.standing.situation == Situation.FREE


def test_an_attempt_that_expired_leaves_no_trace(organization) -> None:
    buy(organization, status="incomplete_expired")

    assert billing_overview(organization, NOW).standing.situation == Situation.FREE


def test_a_new_plan_hides_the_old_end(organization) -> None:
    old = situations.go_ended(organization)
    Subscription.objects.create(
        stripe_subscription_id="sub_new",
        organization=organization,
        livemode=False,
        stripe_customer_id=old.stripe_customer_id,
        stripe_price_id=price_of("scale").stripe_price_id,
        status="active",
        created_at=NOW,
        fetched_at=NOW,
    )

    page = billing_overview(organization, NOW)

    assert (page.standing.plan_name, page.banner) == ("Scale", None)


@pytest.mark.parametrize(
    ("days_left", "kind"),
    [
        (10, None),
        (7, BannerKind.LOCAL_TRIAL_ENDS),
        (-1, BannerKind.LOCAL_TRIAL_ENDED),
        (-31, None),
    ],
)
def test_a_trial_without_a_card_speaks_up_near_its_end(organization, days_left, kind) -> None:
    situations.try_locally(organization, days_left=days_left)

    banner = billing_overview(organization, NOW).banner

    assert (banner.kind if banner else None) == kind


def test_a_trial_that_a_plan_replaced_is_not_mourned(organization) -> None:
    situations.try_locally(organization, days_left=2)
    LocalTrial.objects.update(ended_at=NOW)
    situations.go_active(organization)

    page = billing_overview(organization, NOW)

    assert page.banner is None
    assert Happening.LOCAL_TRIAL_WILL_END not in [entry.happening for entry in page.coming]


def test_a_running_trial_goes_on_in_the_customers_currency(organization) -> None:
    situations.try_locally(organization)
    buy(organization, currency="usd", status="incomplete_expired")

    assert billing_overview(organization, NOW).continue_lookup_key == "growth_month_usd"


def test_the_end_of_a_cancelled_plan_is_not_told_as_taken_back(organization) -> None:
    subscription = situations.go_ended(organization)
    tell(
        organization,
        "subscription",
        subscription.stripe_subscription_id,
        aspect="cancellation",
        from_state="scheduled",
        to="none",
        at=Transition.objects.get().business_at,
    )

    told = [entry.happening for entry in billing_overview(organization, NOW).past]

    assert told == [Happening.PLAN_ENDED]


def test_a_first_sight_and_an_invoice_of_nothing_are_no_news(organization) -> None:
    subscription = buy(organization)
    tell(organization, "subscription", subscription.stripe_subscription_id, to="active", at=NOW, is_baseline=True)
    nothing = give_invoice(subscription, total_minor=0)
    tell(organization, "invoice", nothing.stripe_invoice_id, to="paid", at=NOW)

    assert billing_overview(organization, NOW).past == ()


def test_a_late_payment_does_not_begin_the_plan_again(organization) -> None:
    subscription = buy(organization)
    tell(
        organization,
        "subscription",
        subscription.stripe_subscription_id,
        from_state="past_due",
        to="active",
        at=NOW,
    )

    assert billing_overview(organization, NOW).past == ()


def test_a_price_that_we_do_not_know_is_still_a_page(organization) -> None:
    subscription = buy(organization)
    Subscription.objects.filter(pk=subscription.pk).update(stripe_price_id="price_made_by_hand")

    page = billing_overview(organization, NOW)

    assert (page.standing.plan_name, page.standing.price) == ("Your plan", None)


def test_those_who_may_act_are_named_owners_first(organization) -> None:
    for role, name in (("billing", "Bea"), ("member", "Bob"), ("owner", "Alice")):
        MembershipFactory(organization=organization, role=role, user=UserFactory(full_name=name))

    assert who_may_act(organization) == ("Alice", "Bea")
