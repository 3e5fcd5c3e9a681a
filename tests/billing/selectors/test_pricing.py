"""What the pricing page is told: the claim of free months, and what happens without prices."""

import pytest

from billing.errors import InvalidInput
from billing.models import Price
from billing.selectors.pricing import pricing_page
from tests.billing import situations
from tests.billing.factories import NOW

pytestmark = pytest.mark.django_db


def page(**changed):
    return pricing_page(None, **{"interval": "", "currency": "", "now": NOW, **changed})


def test_free_months_are_claimed_only_where_every_plan_keeps_the_claim() -> None:
    situations.put_catalogue_on_sale()
    assert page().free_months == 2

    Price.objects.filter(lookup_key="scale_year_eur").update(amount_minor=130000)

    assert page().free_months == 0
    assert page(currency="usd").free_months == 2


def test_one_odd_price_shows_the_decimals_of_all() -> None:
    situations.put_catalogue_on_sale()
    assert page().has_whole_prices

    Price.objects.filter(lookup_key="starter_month_eur").update(amount_minor=1650)

    assert not page().has_whole_prices


def test_the_reminder_on_the_ruler_comes_three_days_before_the_end() -> None:
    situations.put_catalogue_on_sale()

    shown = page()

    assert shown.remind_day == 11
    assert [mark.position for mark in shown.trial_ruler.stops] == ["78.57%"]


def test_without_a_catalogue_nothing_is_shown_and_nothing_breaks() -> None:
    shown = page()

    assert (shown.columns, shown.comparison, shown.trial_ruler) == ((), (), None)


def test_what_is_not_sold_is_refused() -> None:
    situations.put_catalogue_on_sale()

    with pytest.raises(InvalidInput):
        page(currency="gbp")
    with pytest.raises(InvalidInput):
        page(interval="day")
