"""Money, dates and states as a person reads them; features and limits as a template asks for them."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.template import Context, Template
from django.utils import translation

from billing.money import Money
from billing.rules.entitlement import Access, Grant
from billing.rules.promotion import Deal
from billing.selectors.discounts import ActiveDiscount
from billing.selectors.payment_failure import CardName
from billing.templatetags import billing as tags
from billing.terms import AccessReason, CouponDuration

AT = datetime(2026, 12, 14, 23, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("amount_minor", "currency", "style", "text"),
    [
        (15360, "eur", "", "€153.60"),
        (-1250, "eur", "", "\N{MINUS SIGN}€12.50"),
        (4800, "eur", "whole", "€48"),
        (4850, "eur", "whole", "€48.50"),
        (128000, "usd", "whole", "US$1,280"),
        (1200, "jpy", "", "JP¥1,200"),
        (12340, "kwd", "", "KWD12.340"),
        (0, "eur", "whole", "€0"),
    ],
)
def test_an_amount_is_written_as_the_locale_writes_it(amount_minor, currency, style, text) -> None:
    written = tags.money(Money(amount_minor, currency), style)

    assert written.replace("\N{NO-BREAK SPACE}", "") == text


def test_another_language_writes_it_its_own_way() -> None:
    with translation.override("de"):
        assert tags.money(Money(123456, "eur")) == "1.234,56\N{NO-BREAK SPACE}€"


def test_a_day_is_a_time_element_with_a_machine_readable_date() -> None:
    assert tags.day(AT) == '<time datetime="2026-12-14">14 Dec 2026</time>'
    assert tags.day_long(AT) == '<time datetime="2026-12-14">14 December 2026</time>'
    assert (tags.day_text(AT), tags.day_short(AT)) == ("14 Dec 2026", "14 Dec")


def test_a_ruler_of_a_year_names_the_years_and_a_month_does_not() -> None:
    assert tags.day_short(AT, AT + timedelta(days=30)) == "14 Dec"
    assert tags.day_short(AT, AT + timedelta(days=365)) == "14 Dec 2026"


def test_a_near_day_is_named_by_its_weekday() -> None:
    assert ">Mon, 14 Dec<" in tags.day_near(AT, AT - timedelta(days=6))
    assert ">14 Dec 2026<" in tags.day_near(AT, AT - timedelta(days=7))


def test_states_and_cards_have_words_of_their_own() -> None:
    assert [tags.status_word(word) for word in ("canceled", "past_due", "active")] == [
        "Cancelled",
        "Past due",
        "Active",
    ]
    assert tags.card_name(CardName("amex", "0005")) == "American Express\N{NO-BREAK SPACE}0005"


def test_a_feature_inside_a_sentence_keeps_its_abbreviation() -> None:
    assert [tags.decapitalize(name) for name in ("Exports", "API calls")] == ["exports", "API calls"]


def render(source: str, **context) -> str:
    return Template("{% load billing %}" + source).render(Context(context))


def test_a_template_asks_for_features_and_limits_through_access() -> None:
    grants = {"exports": Grant(), "projects": Grant(limit=20), "history": Grant(is_unlimited=True)}
    access = Access("growth", "Growth", AccessReason.SUBSCRIPTION, grants)

    text = render(
        '{% has_feature "exports" as can %}{% has_feature "sso" as cannot %}{{ can }} {{ cannot }} '
        '{% limit_of "projects" %} {% limit_of "history" %} {% limit_of "sso" %}',
        access=access,
    )

    assert text == "True False 20 None 0"


@pytest.mark.parametrize("is_read_only", [True, False])
def test_a_template_asks_whether_anything_may_be_written(is_read_only: bool) -> None:
    access = Access("growth", "Growth", AccessReason.GRACE, {}, is_read_only=is_read_only)

    text = render("{% is_read_only as read_only %}{% if read_only %}look{% else %}write{% endif %}", access=access)

    assert text == ("look" if is_read_only else "write")


def test_a_visitor_without_an_organization_has_nothing() -> None:
    assert render('{% has_feature "exports" %} {% limit_of "projects" %}', organization=None) == "False 0"


@pytest.mark.parametrize(
    ("deal", "ends_at", "text"),
    [
        (Deal(Decimal("12.5"), None, CouponDuration.REPEATING), AT, "WELCOME, 12.5% off, until 14 Dec 2026"),
        (Deal(Decimal(20), None, CouponDuration.FOREVER), None, "WELCOME, 20% off, for as long as the plan runs"),
        (Deal(None, Money(500, "eur"), CouponDuration.ONCE), None, "WELCOME, €5.00 off, on one invoice"),
        (None, None, "WELCOME, a discount"),
    ],
)
def test_a_discount_says_what_it_takes_off_and_how_long(deal, ends_at, text) -> None:
    discount = ActiveDiscount("di_1", "WELCOME", "", deal, ends_at, is_of_subscription=True)

    assert tags.discount_words(discount).replace("\N{NO-BREAK SPACE}", " ") == text
