"""A catalogue file is read exactly or refused with the key that is wrong."""

from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.errors import CatalogueError
from billing.money import Money
from billing.rules.catalogue import FeatureKind, Grant, SeatTerms
from billing.rules.catalogue_file import read_catalogue
from billing.terms import Interval

OURS = (Path(__file__).resolve().parents[3] / "catalogue.toml").read_text(encoding="utf-8")
SMALL = """
currencies = ["eur", "isk"]
[[features]]
code = "people"
kind = "limit"
name = "People"
counted = "{limit} people"
unlimited = "Any number"
[[features]]
code = "sso"
kind = "flag"
name = "Single sign-on"
[[plans]]
code = "free"
name = "Free"
free = true
flags = []
limits = { people = 2 }
[[plans]]
code = "pro"
name = "Pro"
recommended = true
trial_days = 14
flags = ["sso"]
limits = { people = "unlimited" }
[plans.prices]
month = { eur = "16.00", isk = "2400" }
year = { eur = "160.00", isk = "24000" }
[[plans]]
code = "max"
name = "Max"
flags = ["sso"]
limits = { people = "unlimited" }
prices = { month = { eur = "20.00", isk = "2900" }, year = { eur = "200.00", isk = "29000" } }
"""


def refused_key(text: str) -> object:
    with pytest.raises(CatalogueError) as refused:
        read_catalogue(text)
    assert str(refused.value.details["key"]) in refused.value.message
    return refused.value.details["key"]


def test_small_file_is_read_with_amounts_in_minor_units():
    catalogue = read_catalogue(SMALL)

    pro = catalogue.plans[1]
    assert catalogue.currencies == ("eur", "isk")
    assert [feature.kind for feature in catalogue.features] == [FeatureKind.LIMIT, FeatureKind.FLAG]
    assert pro.grants == (Grant("people", is_unlimited=True), Grant("sso"))
    assert [(price.lookup_key, price.money) for price in pro.prices] == [
        ("pro_month_eur", Money(1600, "eur")),
        ("pro_month_isk", Money(240_000, "isk")),
        ("pro_year_eur", Money(16_000, "eur")),
        ("pro_year_isk", Money(2_400_000, "isk")),
    ]


def test_our_catalogue_sells_ten_months_for_a_year_in_two_currencies():
    catalogue = read_catalogue(OURS)

    assert [plan.code for plan in catalogue.plans] == ["free", "starter", "growth", "scale"]
    assert len(catalogue.currencies) == 2
    assert {plan.code: plan.trial_days for plan in catalogue.plans if plan.trial_days} == {"growth": 14}
    for plan in catalogue.plans[1:]:
        amounts = {(price.interval, price.money.currency): price.money.amount_minor for price in plan.prices}
        for currency in catalogue.currencies:
            assert amounts[Interval.YEAR, currency] == 10 * amounts[Interval.MONTH, currency]


@pytest.mark.parametrize("amount", ['"-16.00"', '"0"', '"0.00"', "16.0", "16", "true", '"16.005"', '"1e3"', '"16,00"',
                                    '"999999999.00"', '""', '"١٦"'])  # fmt: skip
def test_amount_that_is_not_exact_and_positive_is_refused(amount):
    assert refused_key(SMALL.replace('eur = "16.00"', f"eur = {amount}")) == "plans.pro.prices.month.eur"


def test_amount_finer_than_the_currency_is_refused_not_rounded():
    assert refused_key(SMALL.replace('isk = "2400"', 'isk = "2400.50"')) == "plans.pro.prices.month.isk"


@pytest.mark.parametrize(
    ("before", "after", "key"),
    [
        ('["eur", "isk"]', '["eur", "xyz"]', "currencies"),
        ('["eur", "isk"]', '["EUR", "isk"]', "currencies"),
        ('["eur", "isk"]', '["eur", "eur"]', "currencies"),
        ('["eur", "isk"]', "[]", "currencies"),
        ('["eur", "isk"]', '"eur"', "currencies"),
        (', isk = "24000" }', "}", "plans.pro.prices.year.isk"),
        ('isk = "24000"', 'isk = "24000", gbp = "1.00"', "plans.pro.prices.year.gbp"),
        ('year = { eur = "160.00", isk = "24000" }', "", "plans.pro.prices.year"),
        ("[plans.prices]\nmonth", "[plans.prices]\nweek = {}\nmonth", "plans.pro.prices.week"),
        ("limits = { people = 2 }", "", "plans.free.limits"),
        ("{ people = 2 }", "{}", "plans.free.limits.people"),
        ("people = 2 ", "people = -1 ", "plans.free.limits.people"),
        ("people = 2 ", "people = 2.5 ", "plans.free.limits.people"),
        ("people = 2 ", "people = true ", "plans.free.limits.people"),
        ("people = 2 ", 'people = "two" ', "plans.free.limits.people"),
        ("people = 2 ", "people = 2, sso = 1 ", "plans.free.limits.sso"),
        ("people = 2 ", "people = 2, rooms = 1 ", "plans.free.limits.rooms"),
        ('flags = ["sso"]', 'flags = ["sso", "export"]', "plans.pro.flags.export"),
        ('flags = ["sso"]', 'flags = ["people"]', "plans.pro.flags.people"),
        ('flags = ["sso"]', 'flags = ["sso", "sso"]', "plans.pro.flags"),
        ('flags = ["sso"]', "flags = [1]", "plans.pro.flags"),
        ('code = "sso"', 'code = "people"', "features.people.code"),
        ('code = "pro"', 'code = "free"', "plans.free.code"),
        ('code = "pro"', 'code = "Pro Plan"', "plans[2].code"),
        ('code = "pro"', "", "plans[2].code"),
        ('name = "Pro"', 'nmae = "Pro"', "plans.pro.nmae"),
        ('name = "Pro"', 'name = " "', "plans.pro.name"),
        ('name = "Pro"', 'name = "\\u0000"', "plans.pro.name"),
        ("trial_days = 14", "trial_days = -1", "plans.pro.trial_days"),
        ("trial_days = 14", "trial_days = 731", "plans.pro.trial_days"),
        ("recommended = true", 'recommended = "yes"', "plans.pro.recommended"),
        ('name = "Max"', 'name = "Max"\nrecommended = true', "plans.max.recommended"),
        ("free = true", "", "plans.free.prices"),
        ("free = true", "free = true\ntrial_days = 3", "plans.free.trial_days"),
        ("free = true", "free = true\nprices = {}", "plans.free.prices"),
        ('kind = "flag"', 'kind = "switch"', "features.sso.kind"),
        ('kind = "flag"', 'kind = "limit"', "features.sso.counted"),
        ('counted = "{limit} people"', 'counted = "people"', "features.people.counted"),
        ('eur = "20.00"', 'eur = "16.00"', "plans.max.prices.month.eur"),
        ("[[features]]", "colour = 1\n[[features]]", "colour"),
    ],
)  # fmt: skip
def test_malformed_file_is_refused_with_the_key(before, after, key):
    assert before in SMALL

    assert refused_key(SMALL.replace(before, after, 1)) == key


def test_second_free_plan_is_refused():
    text = SMALL + '\n[[plans]]\ncode = "gratis"\nname = "Gratis"\nfree = true\nflags = []\nlimits = { people = 2 }'

    assert refused_key(text) == "plans.gratis.free"


def test_file_without_a_free_plan_is_refused():
    begin, end = SMALL.index('[[plans]]\ncode = "free"'), SMALL.index('[[plans]]\ncode = "pro"')

    assert refused_key(SMALL[:begin] + SMALL[end:]) == "plans"


def test_free_plan_that_is_not_the_lowest_is_refused():
    begin, end = SMALL.index('[[plans]]\ncode = "free"'), SMALL.index('[[plans]]\ncode = "pro"')

    assert refused_key(SMALL[:begin] + SMALL[end:] + SMALL[begin:end]) == "plans.free"


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("currencies = [", "currencies"),
        ('currencies = ["eur"]\ncurrencies = ["usd"]\n\n[[features]]', "currencies"),
        ("", "currencies"),
        ("[[features", "features"),
        ("nonsense", "nonsense"),
    ],
)
def test_text_that_is_not_a_catalogue_names_the_place(text, key):
    assert refused_key(text) == key


@given(st.text(alphabet='abc[]{}="\n .0123456789_#', max_size=60))
def test_any_text_is_read_or_refused_and_never_crashes(text):
    with pytest.raises(CatalogueError):
        read_catalogue(text)


@given(st.decimals(min_value=Decimal("-1000000"), max_value=Decimal("18.00"), places=3, allow_nan=False))
def test_amounts_survive_exactly_or_are_refused(amount):
    text = SMALL.replace('eur = "16.00"', f'eur = "{amount:f}"')

    fits = amount > 0 and amount == amount.quantize(Decimal("0.01"))
    if fits:
        assert read_catalogue(text).plans[1].prices[0].money.to_major() == amount
    else:
        assert refused_key(text) == "plans.pro.prices.month.eur"


SEATS = SMALL.replace('name = "Pro"', 'name = "Pro"\nseats = { minimum = 2, maximum = 30 }')


def test_a_plan_with_seats_is_read_with_its_range():
    pro, other = read_catalogue(
        SEATS.replace('eur = "20.00"', 'eur = "40.00"')
        .replace('"2900"', '"5000"')
        .replace('eur = "200.00"', 'eur = "400.00"')
        .replace('"29000"', '"50000"')
    ).plans[1:]

    assert pro.seats == SeatTerms(minimum=2, maximum=30)
    assert other.seats is None


def test_a_plan_must_cost_more_than_the_fewest_seats_of_the_one_before():
    assert refused_key(SEATS) == "plans.max.prices.month.eur"


@pytest.mark.parametrize(
    ("seats", "key"),
    [
        ("{ minimum = 0, maximum = 5 }", "plans.pro.seats.minimum"),
        ("{ minimum = 6, maximum = 5 }", "plans.pro.seats.maximum"),
        ("{ minimum = 1 }", "plans.pro.seats.maximum"),
        ("{ maximum = 1000000 }", "plans.pro.seats.maximum"),
        ("{ maximum = 5, most = 6 }", "plans.pro.seats.most"),
        ("{ maximum = 90000 }", "plans.pro.prices.month.eur"),
        ("5", "plans.pro.seats"),
    ],
)
def test_seats_that_cannot_be_sold_are_refused_with_their_place(seats, key):
    assert refused_key(SMALL.replace('name = "Pro"', f'name = "Pro"\nseats = {seats}')) == key


def test_the_free_plan_has_no_seats():
    assert refused_key(SMALL.replace("free = true", "free = true\nseats = { maximum = 5 }")) == "plans.free.seats"
