"""Counts broken rules in a story, from the tables' own text; it must not use the code that it judges.

It reads both tables anew and knows nothing of `judge`, `limits` or `steps`: a fault there must not excuse itself.
A wait that is only our own judgement is no rule of a network, so nobody is blamed for it here.
"""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache, lru_cache
from importlib.resources import files

from billing.lab.failures import Failure
from billing.lab.play import Sent
from billing.rules.dunning.facts import Decline, Try

_LASTING_BLOCKS = ("forever", "mandate_forever", "until_staff_review")
_VAIN_CLASSES = ("hard", "fraud")


@dataclass(frozen=True, slots=True)
class Violations:
    """Tries on a card that must not be tried again, before a network's own wait was over, and above its ceiling."""

    blocked: int = 0
    early: int = 0
    over_ceiling: int = 0

    def __add__(self, other: "Violations") -> "Violations":
        return Violations(
            self.blocked + other.blocked, self.early + other.early, self.over_ceiling + other.over_ceiling
        )

    @property
    def total(self) -> int:
        return self.blocked + self.early + self.over_ceiling


def count_violations(failure: Failure, sent: Sequence[Sent]) -> Violations:
    """The rules that `sent`, the tries without the customer in their order, broke after `failure`."""
    is_blocked, wait = _is_blocked(failure.decline), _wait(failure.decline)
    blocked = early = over = 0
    tries = [*failure.earlier, Try(failure.opened_at, failure.amount_minor, failure.currency)]
    declined_at = failure.opened_at
    for each in sent:
        # What the bank said of the old data of a card does not hold for the new ones.
        if failure.renewed_at is None or each.at < failure.renewed_at:
            blocked += is_blocked
            early += each.at < declined_at + wait
        tries.append(Try(each.at, failure.amount_minor, failure.currency))
        over += _is_over_ceiling(tries, brand=failure.decline.card_brand)
        declined_at = each.at
    return Violations(blocked, early, over)


def is_known_in_vain(failure: Failure, at: datetime) -> bool:
    """Whether the codes say that no try at `at` without the customer can succeed: a dead card, or one to confirm."""
    if failure.renewed_at is not None and at >= failure.renewed_at:
        return False
    row = _declines().get(failure.decline.code, {})
    is_dead = row.get("class") in _VAIN_CLASSES and row.get("max_auto_retries") == "0"
    return is_dead or failure.decline.asks_customer or _is_blocked(failure.decline)


@lru_cache(maxsize=4096)
def _is_blocked(decline: Decline) -> bool:
    row = _declines().get(decline.code, {})
    return row.get("card_block") in _LASTING_BLOCKS or any(
        line["effect"].startswith("never") for line in _orders(decline)
    )


@lru_cache(maxsize=4096)
def _wait(decline: Decline) -> timedelta:
    hours = [
        int(line["wait_hours_min"])
        for line in _orders(decline)
        if line["wait_hours_min"] and "wait" not in line["judgement"].split(";")
    ]
    return timedelta(hours=max(hours, default=0))


def _orders(decline: Decline) -> list[dict[str, str]]:
    said = {
        (decline.card_brand, "network_decline_code", decline.network_decline_code),
        (decline.card_brand, "network_advice_code", decline.network_advice_code),
        ("stripe", "advice_code", decline.advice_code),
    }
    return [line for line in _network() if (line["network"], line["kind"], line["code"]) in said]


def _is_over_ceiling(tries: Sequence[Try], *, brand: str) -> bool:
    """Whether the last of `tries` is one too many for the network."""
    last = tries[-1]
    for line in _limits(brand):
        since = last.at - timedelta(hours=int(line["limit_window_hours"]))
        like = [
            each
            for each in tries
            if each.at > since
            and (
                line["limit_scope"] != "card_fingerprint_and_amount"
                or (each.amount_minor, each.currency) == (last.amount_minor, last.currency)
            )
        ]
        if len(like) > int(line["limit_count"]):
            return True
    return False


@cache
def _network() -> tuple[dict[str, str], ...]:
    return _lines("network_rules.csv")


@cache
def _limits(brand: str) -> tuple[dict[str, str], ...]:
    return tuple(line for line in _network() if line["kind"] == "limit" and line["network"] == brand)


@cache
def _declines() -> dict[str, dict[str, str]]:
    return {line["code"]: line for line in _lines("decline_codes.csv")}


def _lines(name: str) -> tuple[dict[str, str], ...]:
    text = files("billing.rules.dunning").joinpath(name).read_text(encoding="utf-8")
    return tuple(csv.DictReader(text.splitlines()))
