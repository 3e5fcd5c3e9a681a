"""Turns the text of the catalogue file into a catalogue, or refuses all of it; it must not know what is on sale."""

import re
import tomllib
from decimal import Decimal

from billing.errors import CatalogueError
from billing.money import AmountDoesNotFit, Money, UnknownCurrency, minor_units
from billing.rules.catalogue import (
    Catalogue,
    Feature,
    FeatureKind,
    Grant,
    Plan,
    PlanPrice,
    SeatTerms,
    check_catalogue,
    lookup_key,
    refusal,
)
from billing.rules.catalogue_table import Table
from billing.terms import Interval

UNLIMITED = "unlimited"
PER_SEAT = re.compile(r"(\d+) per seat", re.ASCII)
LARGEST_LIMIT = 2**53 - 1  # What a browser's JSON still reads exactly.
# Two years is the longest trial that Stripe takes (https://docs.stripe.com/api/subscriptions/create, read 2026-11).
LONGEST_TRIAL_DAYS = 730
# Stripe's amounts have eight digits at most (https://docs.stripe.com/currencies#minimum-and-maximum-charge-amounts).
LARGEST_AMOUNT_MINOR = 99_999_999
LARGEST_SEATS = 100_000

_AMOUNT = re.compile(r"-?\d+(\.\d+)?", re.ASCII)
_FEATURE_KEYS = ("code", "kind", "name")
_COUNTED_KEYS = (*_FEATURE_KEYS, "counted", "unlimited")
_FREE_KEYS = ("code", "name", "tagline", "free", "recommended", "flags", "limits")
_PAID_KEYS = (*_FREE_KEYS, "trial_days", "seats", "prices")
_SEAT_KEYS = ("minimum", "maximum")


def read_catalogue(text: str) -> Catalogue:
    """The catalogue that TOML `text` describes. Pure and safe to repeat.

    Raises CatalogueError whose `details["key"]` names the place (`plans.growth.prices.month.eur`) for a text that
    is not TOML, a missing, unknown, duplicate or wrongly typed entry, an unknown currency, or an amount that is
    negative, zero, not text, or finer than its currency. Nothing of a refused file is ever used.
    """
    root = Table(_parse(text), place="")
    root.allow_only(("currencies", "features", "plans"))
    currencies = _read_currencies(root)
    features = tuple(_read_feature(table) for table in root.tables("features"))
    plans = tuple(_read_plan(table, features=features, currencies=currencies) for table in root.tables("plans"))
    catalogue = Catalogue(currencies=currencies, features=features, plans=plans)
    check_catalogue(catalogue)
    return catalogue


def _parse(text: str) -> dict[str, object]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        place = re.search(r"line (\d+)", str(error))
        lines = [line for line in text.splitlines() if line.strip()]
        line = text.splitlines()[int(place[1]) - 1] if place else lines[-1]
        key = line.partition("=")[0].strip(" []") or "catalogue"
        raise CatalogueError(f"{key}: not readable as TOML. {error}.", key=key) from error


def _read_currencies(root: Table) -> tuple[str, ...]:
    currencies = root.texts("currencies")
    if not currencies:
        raise root.refuse("currencies", "at least one currency is needed")
    for currency in currencies:
        if currency != currency.lower():
            raise root.refuse("currencies", f"write {currency!r} in lower case")
        try:
            minor_units(currency)
        except UnknownCurrency:
            raise root.refuse("currencies", f"{currency!r} is an unknown currency") from None
    return currencies


def _read_feature(table: Table) -> Feature:
    code = table.code("code")
    kind = table.text("kind", longest=5)
    if kind not in list(FeatureKind):
        raise table.refuse("kind", "it is flag or limit")
    if kind == FeatureKind.FLAG:
        table.allow_only(_FEATURE_KEYS)
        return Feature(code=code, name=table.text("name", longest=80), kind=FeatureKind.FLAG)
    table.allow_only(_COUNTED_KEYS)
    counted = table.text("counted", longest=80)
    if "{limit}" not in counted:
        raise table.refuse("counted", "it must hold {limit}, where the number goes")
    return Feature(
        code=code,
        name=table.text("name", longest=80),
        kind=FeatureKind.LIMIT,
        counted=counted,
        unlimited=table.text("unlimited", longest=80),
    )


def _read_plan(table: Table, *, features: tuple[Feature, ...], currencies: tuple[str, ...]) -> Plan:
    is_free = table.flag("free")
    table.allow_only(_FREE_KEYS if is_free else _PAID_KEYS)
    code = table.code("code")
    seats = None if is_free else _read_seats(table)
    return Plan(
        code=code,
        name=table.text("name", longest=80),
        tagline=table.text("tagline", longest=200, default=""),
        trial_days=0 if is_free else table.whole_number("trial_days", largest=LONGEST_TRIAL_DAYS, default=0),
        is_free=is_free,
        is_recommended=table.flag("recommended"),
        seats=seats,
        grants=(
            *_read_limits(table, features=features, has_seats=seats is not None),
            *_read_flags(table, features=features),
        ),
        prices=()
        if is_free
        else _read_prices(table.table("prices"), plan_code=code, currencies=currencies, seats=seats),
    )


def _read_seats(plan: Table) -> SeatTerms | None:
    """A plan without the table has one price for the whole organization."""
    if "seats" not in plan.values:
        return None
    table = plan.table("seats")
    table.allow_only(_SEAT_KEYS)
    minimum = table.whole_number("minimum", largest=LARGEST_SEATS, default=1)
    maximum = table.whole_number("maximum", largest=LARGEST_SEATS)
    if minimum < 1:
        raise table.refuse("minimum", "a plan with seats has one at least")
    if maximum < minimum:
        raise table.refuse("maximum", "it must not be below the minimum")
    return SeatTerms(minimum=minimum, maximum=maximum)


def _read_limits(plan: Table, *, features: tuple[Feature, ...], has_seats: bool) -> tuple[Grant, ...]:
    """Every limit must be stated by every plan: a forgotten one would silently mean none."""
    table = plan.table("limits")
    codes = [feature.code for feature in features if feature.kind == FeatureKind.LIMIT]
    for code in table.values:
        if code not in codes:
            raise table.refuse(code, "no [[features]] entry of kind limit has this code")
    grants = []
    for code in codes:
        if table.values.get(code) == UNLIMITED:
            grants.append(Grant(feature_code=code, is_unlimited=True))
            continue
        if isinstance(table.values.get(code), str):
            grants.append(_read_per_seat(table, code, has_seats=has_seats))
            continue
        grants.append(Grant(feature_code=code, limit=table.whole_number(code, largest=LARGEST_LIMIT)))
    return tuple(grants)


def _read_per_seat(table: Table, code: str, *, has_seats: bool) -> Grant:
    """`projects = "10 per seat"`: who buys 12 seats has 120. Only where seats are sold."""
    number = PER_SEAT.fullmatch(str(table.values[code]))
    if number is None:
        raise table.refuse(code, f'a whole number, "10 per seat" or "{UNLIMITED}" is expected')
    if not has_seats:
        raise table.refuse(code, "the plan has no seats, so nothing can be counted for each of them")
    limit = int(number[1])
    if not 0 < limit <= LARGEST_LIMIT // LARGEST_SEATS:
        raise table.refuse(code, f"it must be between 1 and {LARGEST_LIMIT // LARGEST_SEATS:,} for each seat")
    return Grant(feature_code=code, limit=limit, is_per_seat=True)


def _read_flags(plan: Table, *, features: tuple[Feature, ...]) -> tuple[Grant, ...]:
    codes = [feature.code for feature in features if feature.kind == FeatureKind.FLAG]
    flags = plan.texts("flags")
    for flag in flags:
        if flag not in codes:
            raise refusal(f"{plan.key('flags')}.{flag}", "no [[features]] entry of kind flag has this code")
    return tuple(Grant(feature_code=code) for code in codes if code in flags)


def _read_prices(
    table: Table, *, plan_code: str, currencies: tuple[str, ...], seats: SeatTerms | None
) -> tuple[PlanPrice, ...]:
    table.allow_only(Interval)
    prices = []
    for interval in Interval:
        amounts = table.table(interval)
        for currency in amounts.values:
            if currency not in currencies:
                raise amounts.refuse(currency, "this currency is not among `currencies`")
        for currency in currencies:
            key = lookup_key(plan_code, interval=interval, currency=currency)
            money = _read_money(amounts, currency)
            if seats and money.amount_minor * seats.maximum > LARGEST_AMOUNT_MINOR:
                raise amounts.refuse(currency, f"for {seats.maximum} seats the sum has more than eight digits")
            prices.append(PlanPrice(lookup_key=key, interval=interval, money=money))
    return tuple(prices)


def _read_money(amounts: Table, currency: str) -> Money:
    if currency not in amounts.values:
        raise amounts.refuse(currency, "the price is missing")
    value = amounts.values[currency]
    if not isinstance(value, str) or not _AMOUNT.fullmatch(value):
        raise amounts.refuse(currency, 'write the amount as text in the main unit, such as "16.00"')
    try:
        money = Money.from_major(Decimal(value), currency=currency)
    except AmountDoesNotFit:
        raise amounts.refuse(currency, f"{value} is finer than {currency} allows") from None
    if not 0 < money.amount_minor <= LARGEST_AMOUNT_MINOR:
        raise amounts.refuse(currency, "the amount must be above zero and have at most eight digits")
    return money
