"""Writes money, dates and states as a person reads them; asks entitlements_for for a template; decides nothing."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from babel import Locale
from babel.dates import format_date, format_time
from babel.numbers import format_currency, format_percent
from django import template
from django.conf import settings
from django.template import Context
from django.utils import timezone, translation
from django.utils.html import format_html
from django.utils.safestring import SafeString

from billing.clock import business_now
from billing.money import Money, decimals
from billing.rules.entitlement import Access
from billing.rules.promotion import Deal
from billing.selectors.discount_page import discount_page
from billing.selectors.discounts import ActiveDiscount
from billing.selectors.entitlements import entitlements_for
from billing.selectors.payment_failure import CardName
from billing.selectors.payment_methods import MethodRow

register = template.Library()

NEAR = timedelta(days=7)
MOST_OF_A_YEAR = timedelta(days=300)
MINUS = "\N{MINUS SIGN}"
NO_BREAK = "\N{NO-BREAK SPACE}"
_PATTERNS = {
    "en_US": {
        "d MMM y": "MMM d, y",
        "d MMMM y": "MMMM d, y",
        "EEE, d MMM": "EEE, MMM d",
        "d MMM": "MMM d",
    },
    "de": {
        "d MMM y": "d. MMM y",
        "d MMMM y": "d. MMMM y",
        "EEE, d MMM": "EEE, d. MMM",
        "d MMM": "d. MMM",
    },
}
_ENDLESS = {"once": "on one invoice", "forever": "for as long as the plan runs"}
_STATUS_WORDS = {
    "canceled": "Cancelled",
    "incomplete_expired": "Not completed",
    "past_due": "Past due",
}


def _locale() -> Locale:
    return Locale.parse(translation.to_locale(translation.get_language() or settings.LANGUAGE_CODE))


@register.filter
def money(amount: Money, style: str = "") -> str:
    """An amount as the reader's locale writes it; `whole` leaves the decimals away where there are none to tell.

    How many decimals a currency has says our table: the locale's own would round some of Stripe's amounts.
    """
    major, locale = amount.to_major(), _locale()
    digits = 0 if style == "whole" and major == major.to_integral_value() else decimals(amount.currency)
    pattern = locale.currency_formats["standard"].pattern.replace(".00", "." + "0" * digits if digits else "")
    text = format_currency(major, amount.currency.upper(), format=pattern, locale=locale, currency_digits=False)
    return text.replace("-", MINUS)


@register.filter
def posted(amount: Money) -> str:
    """`3840 eur`: for the hidden field of a form that says which sum it showed."""
    return f"{amount.amount_minor} {amount.currency}"


@register.filter
def percent(share: Decimal) -> str:
    """`20%`, or `12.5%`, as the reader's locale writes it."""
    return format_percent(share / 100, format="#,##0.####%", locale=_locale())


@register.filter
def deal_words(deal: Deal | None) -> str:
    """What a coupon takes off: `20% off`, `€5.00 off`."""
    if deal is None:
        return "a discount"
    if deal.percent_off is not None:
        return f"{percent(deal.percent_off)} off"
    return f"{money(deal.amount_off)} off" if deal.amount_off is not None else "a discount"


@register.filter
def discount_words(discount: ActiveDiscount) -> str:
    """`WELCOME, 20% off, until 14 Feb 2027`: what a running discount takes off, and how long."""
    duration = discount.deal.duration if discount.deal else ""
    end = f"until {day_text(discount.ends_at)}" if discount.ends_at else _ENDLESS.get(duration, "")
    return ", ".join(part for part in (discount.code or discount.name, deal_words(discount.deal), end) if part)


def _write_day(at: datetime, pattern: str) -> str:
    """`pattern` as English is written in Britain; other languages have theirs for the same parts of a date."""
    locale = _locale()
    other = _PATTERNS.get(str(locale)) or _PATTERNS.get(locale.language) or {}
    return format_date(timezone.localtime(at).date(), format=other.get(pattern, pattern), locale=locale)


def _time_element(at: datetime, text: str) -> SafeString:
    return format_html('<time datetime="{}">{}</time>', timezone.localtime(at).date().isoformat(), text)


@register.filter
def day(at: datetime) -> SafeString:
    """`14 Dec 2026`, as a time element."""
    return _time_element(at, _write_day(at, "d MMM y"))


@register.filter
def day_long(at: datetime) -> SafeString:
    """`14 December 2026`, as a time element."""
    return _time_element(at, _write_day(at, "d MMMM y"))


@register.filter
def day_near(at: datetime, now: datetime) -> SafeString:
    """`Mon, 23 Nov` within seven days of `now`, else `14 Dec 2026`, as a time element."""
    is_near = abs(at - now) < NEAR
    return _time_element(at, _write_day(at, "EEE, d MMM" if is_near else "d MMM y"))


@register.filter
def day_text(at: datetime) -> str:
    """`14 Dec 2026` without an element: for a button, a title or a message."""
    return _write_day(at, "d MMM y")


@register.filter
def moment_text(at: datetime) -> str:
    """`14 Dec 2026, 16:30 CET`: where the hour decides, in a mail."""
    local = timezone.localtime(at)
    return f"{_write_day(at, 'd MMM y')}, {format_time(local.time(), format='short', locale=_locale())} {local:%Z}"


@register.filter
def day_short(at: datetime, other: datetime | None = None) -> str:
    """`14 Dec` without an element: for a ruler; with the year where `other`, its far end, is most of a year away."""
    is_long = other is not None and abs(other - at) > MOST_OF_A_YEAR
    return _write_day(at, "d MMM y" if is_long else "d MMM")


@register.filter
def status_word(status: str) -> str:
    """Stripe's status as a word for the customer."""
    return _STATUS_WORDS.get(status, status.replace("_", " ").capitalize())


@register.filter
def card_brand(brand: str) -> str:
    """Stripe's brand as it is written on the card."""
    names = {"amex": "American Express", "jcb": "JCB", "unionpay": "UnionPay", "eftpos_au": "eftpos"}
    return names.get(brand, brand.capitalize() or "Card")


@register.filter
def card_name(card: CardName) -> str:
    """`Visa 4242`, which no line breaks apart."""
    return f"{card_brand(card.brand)}{NO_BREAK}{card.last4}"


@register.filter
def charged_card(row: Any) -> str:
    """`Visa 4242` of a payment method or a charge, in a mail; `your card` where we know none, or if it is no card."""
    if not getattr(row, "card_last4", ""):
        return translation.gettext("your card")
    return f"{card_brand(row.card_brand)} {row.card_last4}"


@register.filter
def method_name(row: MethodRow) -> str:
    """`Visa ending 4242`; what is no card by its type."""
    if row.card is not None:
        return f"{card_brand(row.card.brand)} ending {row.card.last4}"
    names = {"sepa_debit": "SEPA direct debit", "us_bank_account": "Bank account", "link": "Link", "paypal": "PayPal"}
    return names.get(row.type, row.type.replace("_", " ").capitalize())


@register.filter
def decapitalize(name: str) -> str:
    """A feature's name inside a sentence; an abbreviation keeps its capitals."""
    return name if name[1:2].isupper() else name[:1].lower() + name[1:]


def _access(context: Context) -> Access | None:
    """What this page's organization may use, read once a request; None without an organization."""
    given = context.get("access")
    if isinstance(given, Access):
        return given
    organization = context.get("organization")
    if organization is None:
        return None
    request = context["request"]
    if not hasattr(request, "_access"):
        request._access = entitlements_for(organization, business_now())
    return request._access


@register.simple_tag(takes_context=True)
def has_feature(context: Context, feature: str) -> bool:
    """Whether the page's organization has the feature now: `{% has_feature "exports" as can_export %}`."""
    access = _access(context)
    return access is not None and access.has(feature)


@register.simple_tag(takes_context=True)
def limit_of(context: Context, feature: str) -> int | None:
    """How many the page's organization may have now: 0 for none, None for unlimited."""
    access = _access(context)
    return access.limit(feature) if access is not None else 0


@register.simple_tag(takes_context=True)
def is_read_only(context: Context) -> bool:
    """Whether the page's organization may read only now: `{% is_read_only as read_only %}`, to leave forms away."""
    access = _access(context)
    return access is not None and access.is_read_only


@register.simple_tag(takes_context=True)
def running_discounts(context: Context) -> tuple[ActiveDiscount, ...]:
    """The discounts that lower the page's organization's invoices now: `{% running_discounts as discounts %}`."""
    organization = context.get("organization")
    return discount_page(organization, business_now()).running if organization is not None else ()
