"""A renewal that fails takes access away step by step, and what is paid or forgiven gives it back at once."""

from datetime import timedelta

import pytest

from billing.models import DunningCase, Subscription
from billing.selectors.access import access_for
from billing.selectors.dunning import policy_of
from billing.services.forgive_case import forgive_case
from billing.terms import AccessReason
from tests.billing.pursuit import failed_renewal, new_card, pursue
from tests.billing.services.staff_wishes import wish
from tests.billing.shop import Shop

pytestmark = pytest.mark.django_db(transaction=True)
SECOND = timedelta(seconds=1)


def words_over_time(subscription: Subscription, case: DunningCase) -> list[str]:
    """Before, in, and after the read-only days of the case."""
    moments = (case.read_only_at - SECOND, case.read_only_at, case.access_closes_at)
    answers = (access_for(subscription.organization, moment) for moment in moments)
    words = {(False, True): "full", (True, True): "read-only", (False, False): "closed"}
    return [words[answer.is_read_only, answer.reason != AccessReason.FREE] for answer in answers]


def test_the_days_come_from_the_policy_of_the_case_and_not_from_the_grace(shop: Shop, settings) -> None:
    settings.GRACE_DAYS = 0

    subscription, case = failed_renewal(shop)

    plan = policy_of(case).access
    assert words_over_time(subscription, case) == ["full", "read-only", "closed"]
    assert case.read_only_at == case.opened_at + plan.read_only_after
    assert access_for(subscription.organization, shop.now).until == case.opened_at + plan.closed_after


def test_a_payment_opens_everything_before_the_subscription_says_so(shop: Shop) -> None:
    subscription, case = failed_renewal(shop)
    new_card(shop, subscription)
    pursue(shop)
    case.refresh_from_db()
    Subscription.objects.filter(pk=subscription.pk).update(status="past_due", past_due_at=case.opened_at)

    assert (case.state, words_over_time(subscription, case)) == ("recovered", ["full", "full", "full"])


def test_a_forgiven_invoice_opens_everything_though_stripe_calls_it_past_due(shop: Shop) -> None:
    subscription, case = failed_renewal(shop)

    forgive_case(case.pk, wish=wish(shop))

    shop.look_at(subscription)
    subscription.refresh_from_db()
    assert subscription.status == "past_due"
    assert words_over_time(subscription, case) == ["full", "full", "full"]
