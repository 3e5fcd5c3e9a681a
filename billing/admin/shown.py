"""How the admin writes amounts and links; it must not know what a row means."""

from collections.abc import Iterable
from functools import cache
from urllib.parse import urlencode

from django.contrib.admin.utils import quote
from django.db.models import Model
from django.template import Context, Template
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from billing.models import PaymentMethod
from billing.money import Money, UnknownCurrency
from billing.rules.entitlement import Access

NOTHING = "–"
_PAYER = "accounts.Organization"


@cache
def _amount_template() -> Template:
    return Template("{% load billing %}{{ amount|money }}")


def amount(amount_minor: int | None, currency: str) -> str:
    """The amount as every page writes it. A currency that we do not know is shown as it came, never guessed."""
    if amount_minor is None:
        return NOTHING
    try:
        money = Money(amount_minor, currency)
    except UnknownCurrency:
        return f"{amount_minor} minor units of {currency.upper() or 'no currency'}"
    return _amount_template().render(Context({"amount": money}))


def card_text(method: PaymentMethod) -> str:
    """`Visa 4242`; another payment method by its type."""
    if not method.card_last4:
        return f"the {words(method.type).lower()} on file"
    return _card_template().render(Context({"method": method}))


def card_text_of(row: object) -> str:
    """`Visa 4242` of a charge; what is no card, or one that we do not know, in words."""
    if not getattr(row, "card_last4", ""):
        return "No card"
    return _card_template().render(Context({"method": row}))


@cache
def _card_template() -> Template:
    return Template("{% load billing %}{{ method.card_brand|card_brand }} {{ method.card_last4 }}")


def price_text(amount_minor: int | None, currency: str, interval: str | None, *, quantity: int = 1) -> str:
    """`€48.00 a month`, for all units together, on one line."""
    if amount_minor is None or interval is None:
        return NOTHING
    return f"{amount(amount_minor * quantity, currency)}\N{NO-BREAK SPACE}a\N{NO-BREAK SPACE}{interval}"


def words(code: str) -> str:
    """A code as words: `local_trial_ending` is `Local trial ending`."""
    return code.replace("_", " ").capitalize() or NOTHING


def access_text(access: Access) -> str:
    """`Growth (grace), read-only from 5 Dec 2026, until 12 Dec 2026`: what is given, why, and what ends it."""
    return _access_template().render(Context({"access": access, "reason": words(access.reason).lower()})).strip()


@cache
def _access_template() -> Template:
    return Template(
        "{% load billing %}{{ access.plan_name }} ({{ reason }})"
        "{% if access.read_only_at %}, read-only {% if access.is_read_only %}since{% else %}from{% endif %}"
        " {{ access.read_only_at|day_text }}{% endif %}"
        "{% if access.until %}, until {{ access.until|day_text }}{% endif %}"
    )


def link_to(row: Model | None) -> SafeString | str:
    """The row's name, linked to its page in the admin: an organization's to its page as a customer."""
    if row is None:
        return NOTHING
    if row._meta.label == _PAYER:
        url = reverse("admin:billing_customerpage", args=[row.pk])
        return format_html('<a class="font-medium underline" href="{}">{}</a>', url, row)
    name = f"admin:{row._meta.app_label}_{row._meta.model_name}_change"
    return format_html('<a class="font-medium underline" href="{}">{}</a>', reverse(name, args=[quote(row.pk)]), row)


def link_to_list(list_name: str, text: str, **query: str) -> SafeString | str:
    """`text`, linked to the list `app_model` narrowed by `query`; nothing to link without a text."""
    if not text:
        return NOTHING
    url = f"{reverse(f'admin:{list_name}_changelist')}?{urlencode(query)}"
    return format_html('<a class="font-medium underline" href="{}">{}</a>', url, text)


def find(list_name: str, stripe_id: str) -> SafeString | str:
    """A Stripe id, linked to the list in which it is searched."""
    return link_to_list(list_name, stripe_id, q=stripe_id)


def links(found: Iterable[SafeString | str]) -> SafeString | str:
    """Several links behind one another."""
    return format_html_join(" ", "{}", ((link,) for link in found)) or NOTHING


def link_out(url: str, text: str) -> SafeString | str:
    """A page of Stripe's, opened apart."""
    if not url.startswith(("https://", "http://")):
        return NOTHING
    return format_html(
        '<a class="font-medium underline" href="{}" target="_blank" rel="noopener noreferrer">{}</a>', url, text
    )
