"""Decides whether a dunning policy may be saved, and turns its text into one; it must not know who it is for."""

import hashlib
import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from billing.errors import PolicyRefused
from billing.rules.dunning import parts
from billing.rules.dunning.body import Body
from billing.rules.dunning.facts import Policy
from billing.rules.dunning.limits import DAY, MONTH, strictest_ceiling
from billing.rules.dunning.standard import STANDARD_BODY

__all__ = ["STANDARD_BODY", "canonical", "load_policy", "parse_policy", "sha256_of"]

LONGEST_DEADLINE_DAYS = 60
_CEILING = "the least that the card networks and we allow"


def canonical(body: object) -> str:
    """The one text of `body`, whatever the order of its keys; safe to repeat."""
    return json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def sha256_of(body: object) -> str:
    """The SHA-256 of the canonical text, in hexadecimal."""
    return hashlib.sha256(canonical(body).encode()).hexdigest()


def parse_policy(key: str, version: int, body: object) -> Policy:
    """The policy that `body`, read from JSON, describes, if it may be saved. Pure and safe to repeat.

    Raises PolicyRefused with a sentence for each thing that is missing, unknown, of a wrong type, above a card
    network's ceiling or ours, or that we do not offer.
    """
    reasons: list[str] = []
    policy = _read(key, version, Body(body, place="", reasons=reasons))
    if reasons:
        raise PolicyRefused(reasons)
    return policy


def load_policy(key: str, version: int, body: Mapping[str, Any]) -> Policy:
    """The policy of a version that was saved before. Never refuses, so that no open case is left without one.

    A ceiling that was lowered since holds at once; what was not asked for at the time is as in the standard policy.
    """
    messages = {**STANDARD_BODY["messages"], **body.get("messages", {})}
    return _read(key, version, Body({**STANDARD_BODY, **body, "messages": messages}, place="", reasons=[]))


def _read(key: str, version: int, root: Body) -> Policy:
    root.allow_only(STANDARD_BODY)
    deadline_days = root.number("deadline_days", least=1, most=LONGEST_DEADLINE_DAYS)
    return Policy(
        key=key,
        version=version,
        window=parts.read_window(root.part("local_window")),
        paydays=parts.read_paydays(root),
        min_gap=timedelta(hours=root.number("min_gap_hours", least=1, most=parts.LONGEST_WAIT_HOURS)),
        max_24h=root.number("max_24h", least=1, most=strictest_ceiling(DAY), because=_CEILING),
        max_30d=root.number("max_30d", least=1, most=strictest_ceiling(MONTH), because=_CEILING),
        max_retries=root.number("max_retries", least=0, most=strictest_ceiling(MONTH), because=_CEILING),
        customer_retries_max=root.number("customer_retries_max", least=1, most=strictest_ceiling(MONTH)),
        deadline=timedelta(days=deadline_days),
        access=parts.read_access(root.part("access"), deadline_days=deadline_days),
        final_action=parts.read_final_action(root),
        last_notice_before=parts.read_last_notice(root, deadline_days=deadline_days),
        slots=parts.read_slots(root.part("slots")),
        messages=parts.read_messages(root.part("messages")),
    )
