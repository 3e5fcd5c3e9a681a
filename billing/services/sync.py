"""Use case: bring what Stripe has into our rows when an event, a person or the clock asks; it decides nothing."""

import logging
import time
from collections.abc import Iterable, Mapping, Sequence

from billing.errors import BillingError
from billing.gateway.budget import paced
from billing.mirror import account, work
from billing.mirror.refresh import RefreshResult, carry_out, refresh
from billing.mirror.refs import ObjectRef

__all__ = [
    "ObjectRef",
    "finished",
    "given_up",
    "keeps_account",
    "refresh_due",
    "refresh_now",
    "request_refresh",
    "revive",
]

logger = logging.getLogger(__name__)
_WEB_WAIT_SECONDS = 2.0


def request_refresh(wishes: Mapping[ObjectRef, Sequence[str]]) -> None:
    """Ask for a refresh of each object, in the caller's transaction. Its events (`evt_…`) go into the timeline."""
    work.want_many(wishes)


def refresh_now(ref: ObjectRef) -> RefreshResult:
    """Refresh in a person's request; waits two seconds for the lease. Raises LeaseTaken, StripeUnreachable."""
    return refresh(ref, wait_seconds=_WEB_WAIT_SECONDS)


def refresh_due(*, limit: int = 200, seconds: float = 20.0) -> int:
    """Refresh what is wanted, the longest waiting first, until nothing is due or the limits are reached.

    One object's failure never holds up another: it comes again after its own wait. Returns how many were refreshed.
    """
    refreshed = 0
    deadline = time.monotonic() + seconds
    for _ in range(limit):
        if time.monotonic() > deadline:
            break
        lease = work.claim_next()
        if lease is None:
            break
        try:
            with paced():
                carry_out(lease)
        except BillingError as error:
            logger.info("Refresh of %s waits: %s", lease.ref.key, error.code)
        except Exception as error:  # carry_out has logged the traceback and given the lease back.
            logger.error("Refresh of %s failed: %s; the others go on", lease.ref.key, type(error).__name__)
        else:
            refreshed += 1
    return refreshed


def finished(object_keys: Iterable[str]) -> set[str]:
    """Those of the object keys for which no refresh is outstanding."""
    return work.finished(object_keys)


def given_up(object_keys: Iterable[str]) -> dict[str, str]:
    """Those of the object keys that failed too often to be tried again by themselves, each with its last error."""
    return work.dead(object_keys)


def revive(object_keys: Iterable[str]) -> int:
    """Have those of the objects tried again from the beginning that were given up; how many. Safe to repeat."""
    return work.revive(object_keys)


def keeps_account(stripe_account_id: str) -> bool:
    """Whether our rows are a copy of that account (`acct_…`); of any, as long as nothing was fetched."""
    return account.known_id() in ("", stripe_account_id)
