"""All invariants of the product in one list, and how each stands now."""

from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from billing.selectors import api_invariants as of_api
from billing.selectors import dispute_invariants as of_disputes
from billing.selectors import dunning_invariants as of_dunning
from billing.selectors import invariants as of_billing
from billing.selectors import outgoing_invariants as of_outgoing
from billing.selectors import refund_invariants as of_refunds
from billing.selectors.invariants import Invariant
from webhooks import invariants as of_webhooks

INVARIANTS: tuple[Invariant, ...] = (
    *of_webhooks.INVARIANTS,
    *of_billing.INVARIANTS,
    *of_dunning.INVARIANTS,
    *of_disputes.INVARIANTS,
    *of_api.INVARIANTS,
    *of_outgoing.INVARIANTS,
    *of_refunds.INVARIANTS,
)
SAMPLE = 10
_LONGEST_COUNT = 1000


@dataclass(frozen=True, slots=True)
class Finding:
    """One broken invariant: how many rows break it, at most a thousand of them counted, and a few of their ids."""

    name: str
    says: str
    count: int
    sample: tuple[str, ...]


def broken_invariants(now: datetime, *, business_now: datetime) -> list[Finding]:
    """Those that do not hold at `now` (system time, UTC), or at `business_now`. Reads only."""
    findings = []
    for invariant in INVARIANTS:
        moments = (now, business_now) if invariant.by_business_time else (now,)
        ids = list(islice(invariant.broken(*moments), _LONGEST_COUNT))
        if ids:
            findings.append(Finding(invariant.name, invariant.says, len(ids), tuple(ids[:SAMPLE])))
    return findings
