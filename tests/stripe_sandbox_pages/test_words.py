"""How sums, dates and cards read."""

import pytest

from stripe_sandbox.pages import words
from stripe_sandbox.pages.card_form import card_errors, read_expiry
from stripe_sandbox.pages.checkout_view import Words, linked
from stripe_sandbox.pages.declines import decline_field, decline_notice

NOW = 1_795_219_200  # 21 Nov 2026, 00:00 UTC


@pytest.mark.parametrize(
    ("amount_minor", "currency", "text"),
    [
        (1600, "eur", "€16.00"),
        (-1250, "eur", "−€12.50"),
        (0, "usd", "US$0.00"),
        (123456789, "gbp", "£1,234,567.89"),
        (2500, "jpy", "JP¥2,500"),
        (76800, "twd", "NT$768.00"),
    ],
)
def test_sums_read_in_british_notation(amount_minor, currency, text):
    assert words.money_text(amount_minor, currency=currency) == text


def test_a_unit_price_keeps_its_fraction_of_a_cent():
    assert words.unit_price_text("0.25", currency="eur") == "€0.0025"


def test_dates_name_day_month_and_year():
    assert words.date_text(NOW) == "21 Nov 2026"


@pytest.mark.parametrize(("count", "text"), [(1, "each month"), (3, "every 3 months")])
def test_intervals_read_as_a_person_says_them(count, text):
    assert words.each_interval("month", interval_count=count) == text


@pytest.mark.parametrize(("seconds", "days"), [(14 * 86_400, 14), (14 * 86_400 - 5, 14), (1, 1), (-5, 0)])
def test_a_begun_day_of_a_trial_counts_as_a_day(seconds, days):
    assert words.trial_days(NOW + seconds, now=NOW) == days


def test_an_unknown_status_is_shown_as_it_is():
    assert words.status_label("brand_new") == "Brand new"


@pytest.mark.parametrize(
    ("text", "expiry"),
    [
        ("08 / 28", (8, 2028)),
        ("8/28", (8, 2028)),
        ("1229", (12, 2029)),
        ("08/2028", (8, 2028)),
        ("13/28", None),
        ("00/28", None),
        ("08/99", None),
        ("soon", None),
        ("", None),
    ],
)
def test_a_cards_date_is_read_as_people_type_it(text, expiry):
    assert read_expiry(text, now=NOW) == expiry


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"number": ""}, "number"),
        ({"number": "4242 4242"}, "number"),
        ({"number": "4242 4242 4242 424٢"}, "number"),
        ({"expiry": "10/26"}, "expiry"),
        ({"cvc": "12"}, "cvc"),
        ({"name": "  "}, "name"),
        ({"country": "XX"}, "country"),
        ({"postcode": "9" * 300}, "postcode"),
    ],
)
def test_each_wrong_field_of_a_card_is_named(change, field):
    right = {"number": "4242 4242 4242 4242", "expiry": "11/26", "cvc": "123", "name": "A", "country": "FR"}

    assert card_errors(right, now=NOW) == {}
    assert list(card_errors(right | change, now=NOW)) == [field]


def test_fraud_and_unknown_reasons_share_one_text():
    codes = ["fraudulent", "stolen_card", "lost_card", "generic_decline", "", "never_heard_of"]

    texts = {decline_notice({"code": "card_declined", "decline_code": code}).text for code in codes}

    assert texts == {"The bank gave no reason. You have not been charged. Use another card, or ask your bank."}


@pytest.mark.parametrize(
    ("code", "field"), [("incorrect_cvc", "cvc"), ("expired_card", "expiry"), ("card_declined", "number")]
)
def test_a_decline_is_shown_at_the_field_that_it_is_about(code, field):
    assert decline_field({"code": code})[0] == field


def test_only_web_addresses_become_links():
    message = "I accept the [terms](https://shop.example/terms), not [this](javascript:alert)."

    assert linked(message) == [
        Words(text="I accept the "),
        Words(text="terms", url="https://shop.example/terms"),
        Words(text=", not [this](javascript:alert)."),
    ]
