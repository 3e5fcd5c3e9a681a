"""Says who is compared: plain schedules that read no code, and policies run by the rules that production runs."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Protocol

from billing.lab.failures import Failure
from billing.lab.pursuit import EnginePursuit, PlainPursuit, Pursuit
from billing.rules.dunning.facts import Policy
from billing.rules.dunning.policy import STANDARD_BODY, parse_policy, sha256_of


class Contestant(Protocol):
    """One of the compared. `digest` is the SHA-256 of a policy's text, empty for a plain schedule."""

    @property
    def key(self) -> str: ...
    @property
    def label(self) -> str: ...
    @property
    def digest(self) -> str: ...
    def open(self, failure: Failure) -> Pursuit: ...


@dataclass(frozen=True, slots=True)
class PlainSchedule:
    """Tries after fixed gaps, whatever the bank said. It never asks the rules whether it may."""

    key: str
    label: str
    gaps: tuple[timedelta, ...]
    digest: str = ""

    def open(self, failure: Failure) -> Pursuit:
        return PlainPursuit(failure, self.gaps)


@dataclass(frozen=True, slots=True)
class EngineContestant:
    """A policy in the hands of production's own rules. `is_vague`: with mails that do not say what is wrong."""

    key: str
    label: str
    policy: Policy
    digest: str
    is_vague: bool = False

    def open(self, failure: Failure) -> Pursuit:
        return EnginePursuit(failure, self.policy, is_vague=self.is_vague)


def engine_contestant(policy: Policy, *, body: object, label: str, is_vague: bool = False) -> EngineContestant:
    """`policy` as one of the compared, under its key and version; `body` is the text that it was read from."""
    return EngineContestant(f"{policy.key}:v{policy.version}", label, policy, sha256_of(body), is_vague)


_PAYDAYS = {"*": ["day_1", "day_15", "last_business_day"]}


def standard_contestants() -> tuple[Contestant, ...]:
    """The four plain schedules, and ours in four ways."""
    return (
        _plain("fixed_3", "3 tries, day 3, 8, 15", (72, 120, 168)),
        _plain("every_8_days", "8, 8, 8 days", (192, 192, 192)),
        _plain("days_2_5_7_7", "2, 5, 7, 7 days", (48, 120, 168, 168)),
        _plain("eight_even", "8 even tries in 2 weeks", (42,) * 8),
        _ours("standard", "ours: standard"),
        _ours("standard_paydays", "ours, payday slots", paydays=_PAYDAYS),
        _ours("standard_early_notice", "ours, last notice 10 days ahead", last_notice_hours=240),
        _ours("standard_vague", "ours, vague mails", is_vague=True),
    )


def _plain(key: str, label: str, gap_hours: tuple[int, ...]) -> PlainSchedule:
    return PlainSchedule(key, label, tuple(timedelta(hours=each) for each in gap_hours))


def _ours(key: str, label: str, *, is_vague: bool = False, **changes: Any) -> EngineContestant:
    body: Mapping[str, Any] = {**STANDARD_BODY, **changes}
    return EngineContestant(key, label, parse_policy(key, 1, body), sha256_of(body), is_vague)
