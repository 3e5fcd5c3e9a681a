"""Decides whether what was typed into a card form can be a card; whether it pays is the engine's answer."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from stripe_sandbox.engine.cards import LISTED_CARDS, TestCard
from stripe_sandbox.hosted import CardEntry
from stripe_sandbox.pages.countries import is_country
from stripe_sandbox.pages.declines import Notice
from stripe_sandbox.pages.words import moment

SECRET_FIELDS = ("number", "expiry", "cvc", "page_token")
LONGEST_VALUE = 200
YEARS_AHEAD = 30
SHOWN_FIRST = ("4242", "3184", "9995", "0341")
STAND_IN_NAME = "Alex Example"
STAND_IN_COUNTRY = "FR"
STAND_IN_POSTCODE = "69002"


@dataclass(frozen=True)
class Form:
    """What a form shows again: typed values, and an error per field. A card's number and code are never kept."""

    values: Mapping[str, str] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)
    has_banner: bool = False

    @property
    def focus(self) -> str | None:
        """Name of the field that takes the focus: the only wrong one, unless a banner speaks for it."""
        if self.has_banner or len(self.errors) != 1:
            return None
        return next(iter(self.errors))

    @property
    def notice(self) -> Notice | None:
        """Banner on top when several fields are wrong; a single error speaks for itself."""
        if len(self.errors) < 2:
            return None
        text = f"{len(self.errors)} fields need another look. Nothing was charged."
        return Notice(kind="bad", title="Please check the form", text=text)


@dataclass(frozen=True, kw_only=True)
class TestNumber:
    """A number that the page offers, with what happens when one pays with it."""

    spaced: str
    effect: str
    fill_url: str


@dataclass(frozen=True, kw_only=True)
class Offer:
    """The test numbers of a page: the few that a newcomer needs, and the rest."""

    first: list[TestNumber]
    more: list[TestNumber]


def spaced_number(number: str) -> str:
    """Return a card number in groups of four."""
    return " ".join(number[start : start + 4] for start in range(0, len(number), 4))


def offered_numbers(page_url: str) -> Offer:
    """Return the listed test numbers, each with the link that fills it into the form of ``page_url``."""
    numbers = [
        TestNumber(
            spaced=spaced_number(card.number),
            effect=card.label,
            fill_url=f"{page_url}?card={card.number}#pay-form",
        )
        for card in sorted(LISTED_CARDS, key=_rank)
    ]
    return Offer(first=numbers[: len(SHOWN_FIRST)], more=numbers[len(SHOWN_FIRST) :])


def _rank(card: TestCard) -> int:
    return SHOWN_FIRST.index(card.last4) if card.last4 in SHOWN_FIRST else len(SHOWN_FIRST)


def filled_values(known: Mapping[str, str], *, number: str | None, now: float) -> dict[str, str]:
    """Return the first values of a card form; a listed test number also fills what belongs to it."""
    values = {name: value for name, value in known.items() if value}
    if number not in {card.number for card in LISTED_CARDS}:
        return values
    values.setdefault("name", STAND_IN_NAME)
    values.setdefault("country", STAND_IN_COUNTRY)
    values.setdefault("postcode", STAND_IN_POSTCODE)
    values["number"] = spaced_number(number)
    values["expiry"] = f"12 / {(moment(now).year + 3) % 100:02d}"
    values["cvc"] = "1234" if number.startswith("3") else "123"
    return values


def kept_values(posted: Mapping[str, str]) -> dict[str, str]:
    """Return what the page shows again after an error: all but the card and the token."""
    return {name: value[:LONGEST_VALUE] for name, value in posted.items() if name not in SECRET_FIELDS}


def read_expiry(text: str, *, now: float) -> tuple[int, int] | None:
    """Return month and four-digit year of a typed date such as ``08 / 28``, or None if it is none or too far off."""
    match = re.fullmatch(r"\s*(\d{1,2})\s*[/ .-]?\s*(\d{4}|\d{2})\s*", text, re.ASCII)
    if match is None:
        return None
    month, year = int(match[1]), int(match[2])
    year += 2000 if year < 100 else 0
    if not 1 <= month <= 12 or year > moment(now).year + YEARS_AHEAD:
        return None
    return month, year


def card_errors(posted: Mapping[str, str], *, now: float) -> dict[str, str]:
    """Return an error per card field that cannot be right; an empty result means that a card can be read."""
    errors: dict[str, str] = {}
    number = re.sub(r"[\s-]", "", posted.get("number", ""))
    if not number:
        errors["number"] = "Enter one of the test numbers."
    elif not re.fullmatch(r"\d{12,19}", number, re.ASCII):
        errors["number"] = "A card number has 12 to 19 digits. Take one from the list."
    expiry = read_expiry(posted.get("expiry", ""), now=now)
    today = moment(now)
    if expiry is None:
        errors["expiry"] = "Enter month and year, such as 08/28."
    elif (expiry[1], expiry[0]) < (today.year, today.month):
        errors["expiry"] = "This date has passed. Enter a later one."
    if not re.fullmatch(r"\d{3,4}", posted.get("cvc", "").strip(), re.ASCII):
        errors["cvc"] = "Enter 3 digits, or 4."
    if not posted.get("name", "").strip():
        errors["name"] = "Enter the name on the card."
    if not is_country(posted.get("country", "")):
        errors["country"] = "Choose the card's country."
    return errors | length_errors(posted)


def length_errors(posted: Mapping[str, str]) -> dict[str, str]:
    """Return an error for each value that is longer than any honest entry."""
    return {
        name: f"Keep it below {LONGEST_VALUE} characters."
        for name, value in posted.items()
        if len(value) > LONGEST_VALUE and name != "page_token"
    }


def read_card(posted: Mapping[str, str], *, now: float) -> CardEntry:
    """Return the typed card. Call it only when ``card_errors`` found none."""
    expiry = read_expiry(posted["expiry"], now=now)
    if expiry is None:
        raise ValueError("the form was not checked before its card was read")
    return CardEntry(
        number=re.sub(r"[\s-]", "", posted["number"]),
        exp_month=expiry[0],
        exp_year=expiry[1],
        cvc=posted["cvc"].strip(),
        name=posted["name"].strip(),
        country=posted.get("country") or None,
        postal_code=posted.get("postcode", "").strip() or None,
    )


def is_email(text: str) -> bool:
    """Tell whether a text looks like an e-mail address; only a mail could prove it."""
    name, _, host = text.strip().rpartition("@")
    return bool(name) and "." in host.strip(".") and not any(c.isspace() for c in text.strip())
