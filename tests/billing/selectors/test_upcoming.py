"""What comes next: each kind of happening, while it is still to come."""

from datetime import UTC, datetime, timedelta

import pytest

from billing.models import Discount, PaymentMethod, Subscription, SubscriptionSchedule
from billing.selectors.overview import billing_overview
from billing.selectors.timeline import Entry, Happening
from tests.billing import situations
from tests.billing.admin import mirrored_rows
from tests.billing.factories import NOW
from tests.billing.situations import DAY, give_invoice, price_of
from tests.factories import OrganizationFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def organization():
    situations.put_catalogue_on_sale()
    return OrganizationFactory()


@pytest.fixture
def subscription(organization) -> Subscription:
    return situations.go_active(organization)


def coming(organization, happening: Happening) -> list[Entry]:
    return [entry for entry in billing_overview(organization, NOW).coming if entry.happening == happening]


def test_a_change_at_the_periods_end_names_plan_and_price(organization, subscription) -> None:
    starter = price_of("starter")
    schedule = mirrored_rows.subscription_schedule(1)
    SubscriptionSchedule.objects.update(
        next_stripe_price_id=starter.stripe_price_id, next_quantity=1, current_phase_end=NOW + 23 * DAY
    )
    Subscription.objects.update(stripe_schedule_id=schedule.stripe_schedule_id)

    (entry,) = coming(organization, Happening.WILL_CHANGE)

    assert (entry.plan_name, entry.at) == ("Starter", NOW + 23 * DAY)
    assert entry.amount.amount_minor == starter.amount_minor


@pytest.mark.parametrize("changed", [{"status": "released"}, {"next_stripe_price_id": ""}])
def test_no_change_that_is_over_or_goes_nowhere(organization, subscription, changed) -> None:
    schedule = mirrored_rows.subscription_schedule(1)
    SubscriptionSchedule.objects.update(
        **{"next_stripe_price_id": price_of("starter").stripe_price_id, "next_quantity": 1, **changed}
    )
    Subscription.objects.update(stripe_schedule_id=schedule.stripe_schedule_id)

    assert coming(organization, Happening.WILL_CHANGE) == []


def test_a_discount_names_its_end(organization, subscription) -> None:
    mirrored_rows.discount(2)
    owned = Discount.objects.filter(stripe_coupon_id="AUTUMN2")
    owned.update(stripe_subscription_id=subscription.stripe_subscription_id, ends_at=NOW + 40 * DAY)

    assert [entry.at for entry in coming(organization, Happening.DISCOUNT_WILL_END)] == [NOW + 40 * DAY]
    owned.update(is_removed=True)
    assert coming(organization, Happening.DISCOUNT_WILL_END) == []


def test_a_card_is_good_until_its_month_is_over(organization, subscription) -> None:
    PaymentMethod.objects.update(card_exp_month=12, card_exp_year=2026)

    (entry,) = coming(organization, Happening.CARD_WILL_EXPIRE)

    assert entry.at == datetime(2027, 1, 1, tzinfo=UTC)
    PaymentMethod.objects.update(card_exp_month=10, card_exp_year=2026)
    assert coming(organization, Happening.CARD_WILL_EXPIRE) == []


def test_a_card_that_is_good_for_long_is_no_news_unless_a_charge_comes_later(organization, subscription) -> None:
    PaymentMethod.objects.update(card_exp_month=3, card_exp_year=2027)

    assert coming(organization, Happening.CARD_WILL_EXPIRE) == []
    Subscription.objects.update(current_period_end=NOW + 300 * DAY)
    assert len(coming(organization, Happening.CARD_WILL_EXPIRE)) == 1


def test_a_sent_invoice_names_its_due_day(organization, subscription) -> None:
    give_invoice(subscription, status="open", number="OAK-0042", due_at=NOW + 30 * DAY, amount_remaining_minor=4800)
    give_invoice(subscription, status="paid", due_at=NOW + 30 * DAY)
    give_invoice(subscription, status="open", due_at=NOW - timedelta(days=1))

    (entry,) = coming(organization, Happening.INVOICE_WILL_BE_DUE)

    assert (entry.invoice_number, entry.amount.amount_minor, entry.at) == ("OAK-0042", 4800, NOW + 30 * DAY)
