"""Reads the decline codes and the card networks' rules out of the two tables; it decides nothing.

Codes are text (`01`, `5C`, `R0`) and never numbers. Where each row comes from stands in the tables themselves.
"""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from functools import cache
from importlib.resources import files
from types import MappingProxyType

from billing.terms import BlockReach, DeclineClass, SlotPreference

UNKNOWN = "*unknown*"
ANY_OTHER_CODE = "*"
OWN = "own"
ANY_BRAND = "any"

_BLOCKS = {
    "none": None,
    # The one retry after it waits as long as the block lasts, so the wait is the block.
    "timed": None,
    "forever": BlockReach.CARD,
    "until_staff_review": BlockReach.CARD,
    "mandate_forever": BlockReach.MANDATE,
}


class NetworkEffect(StrEnum):
    """What a network's code, or Stripe's advice, orders."""

    RETRY = "retry"
    NEEDS_CUSTOMER = "needs_customer"
    NEVER = "never"
    NEVER_ON_THIS_MANDATE = "never_on_this_mandate"


@dataclass(frozen=True, slots=True)
class DeclineRow:
    """What we do about a decline code or an outcome's reason. `waits` and the bounds are empty without a retry."""

    code: str
    decline_class: DeclineClass
    max_retries: int
    waits: tuple[timedelta, ...]
    wait_min: timedelta
    wait_max: timedelta | None
    slot: SlotPreference
    block: BlockReach | None
    customer_action: str
    message_key: str
    message_delay: timedelta
    reveals_reason: bool
    alerts_staff: bool


@dataclass(frozen=True, slots=True)
class NetworkRow:
    """What a code of a network orders; `wait` is None where it orders none."""

    network: str
    kind: str
    code: str
    effect: NetworkEffect
    wait: timedelta | None
    customer_action: str


@dataclass(frozen=True, slots=True)
class Ceiling:
    """At most `count` tries on one card in any `window`; of the same amount only, if `is_per_amount`."""

    brand: str
    count: int
    window: timedelta
    is_per_amount: bool
    is_own: bool


def decline_row(code: str) -> DeclineRow | None:
    """The row of Stripe's decline code or outcome reason, None for one that the table does not know."""
    return decline_rows().get(code)


@cache
def decline_rows() -> Mapping[str, DeclineRow]:
    """All rows by code, the one for unknown codes (`*unknown*`) included."""
    return MappingProxyType({line["code"]: _decline_row(line) for line in _lines("decline_codes.csv")})


def network_row(network: str, kind: str, code: str) -> NetworkRow | None:
    """The order of `network` (`visa`, `mastercard`, or `stripe` for its advice) for a code of `kind`.

    A code that a network does not list falls to its row for all others (`*`), if there is one.
    """
    rows = network_rows()
    return rows.get((network, kind, code)) or rows.get((network, kind, ANY_OTHER_CODE))


@cache
def network_rows() -> Mapping[tuple[str, str, str], NetworkRow]:
    """All orders by network, kind and code."""
    lines = [line for line in _lines("network_rules.csv") if line["kind"] != "limit"]
    return MappingProxyType({(line["network"], line["kind"], line["code"]): _network_row(line) for line in lines})


@cache
def ceilings() -> tuple[Ceiling, ...]:
    """All limits on the number of tries, the networks' and our own."""
    return tuple(_ceiling(line) for line in _lines("network_rules.csv") if line["kind"] == "limit")


def _lines(name: str) -> list[dict[str, str]]:
    text = files(__package__).joinpath(name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


def _decline_row(line: dict[str, str]) -> DeclineRow:
    return DeclineRow(
        code=line["code"],
        decline_class=DeclineClass(line["class"]),
        max_retries=int(line["max_auto_retries"]),
        waits=tuple(timedelta(hours=int(hours)) for hours in line["wait_steps_hours"].split(";") if hours),
        wait_min=_hours(line["wait_hours_min"]) or timedelta(0),
        wait_max=_hours(line["wait_hours_max"]),
        slot=SlotPreference(line["slot_preference"]),
        block=_BLOCKS[line["card_block"]],
        customer_action=line["customer_action"],
        message_key=line["message_key"],
        message_delay=timedelta(hours=int(line["message_delay_hours"])),
        reveals_reason=line["reveal_reason"] == "yes",
        alerts_staff=line["alert_staff"] == "yes",
    )


def _network_row(line: dict[str, str]) -> NetworkRow:
    return NetworkRow(
        network=line["network"],
        kind=line["kind"],
        code=line["code"],
        effect=NetworkEffect(line["effect"]),
        wait=_hours(line["wait_hours_min"]),
        customer_action=line["customer_action"],
    )


def _ceiling(line: dict[str, str]) -> Ceiling:
    is_own = line["network"] == OWN
    return Ceiling(
        # Our own rows name the brand that they are for first: `visa_rolling_30d`, `any_rolling_24h`.
        brand=line["code"].split("_")[0] if is_own else line["network"],
        count=int(line["limit_count"]),
        window=timedelta(hours=int(line["limit_window_hours"])),
        is_per_amount=line["limit_scope"] == "card_fingerprint_and_amount",
        is_own=is_own,
    )


def _hours(text: str) -> timedelta | None:
    return timedelta(hours=int(text)) if text else None
