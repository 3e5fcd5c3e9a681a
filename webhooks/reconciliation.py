"""Joins the comparison with Stripe to the inbox: before anything is repaired, what is news comes in as news."""

import time
from collections.abc import Callable

from billing.clock import system_now
from billing.errors import ReconciliationRunning
from billing.models import Reconciliation
from billing.services.reconcile import Step, begin, break_off, compare_next, finish, next_step, repair_next
from billing.services.sync import refresh_due
from webhooks import backfill, dispatch

_NEWS_SECONDS = 60.0
_NEWS_LIMIT = 2000

Tell = Callable[[Reconciliation], object]


def reconcile(
    *, does_repair: bool, asked_by: str, seconds: float | None = None, tell: Tell = lambda _: None
) -> Reconciliation:
    """Compare all rows with Stripe's lists, and repair ours if asked to; `tell` hears of each page and each repair.

    After `seconds`, or when it is interrupted, the run is put aside and the next call goes on there. Raises
    ReconciliationRunning, StripeUnreachable, StripeKeyRefused. Safe to repeat.
    """
    run = begin(does_repair=does_repair, asked_by=asked_by)
    ends_at = None if seconds is None else time.monotonic() + seconds
    try:
        _carry_on(run, ends_at=ends_at, tell=tell)
    except ReconciliationRunning:
        raise
    except Exception as error:
        break_off(run, error=error)
        raise
    except BaseException:
        break_off(run)
        raise
    return run


def _carry_on(run: Reconciliation, *, ends_at: float | None, tell: Tell) -> None:
    has_news = False
    while (step := next_step(run)) is not Step.FINISH:
        if ends_at is not None and time.monotonic() > ends_at:
            break_off(run)
            return
        if step is Step.COMPARE:
            compare_next(run)
            has_news = False
        else:
            if not has_news:
                _take_in_news()
                has_news = True
            repair_next(run)
        tell(run)
    finish(run)


def _take_in_news() -> None:
    """Every event that Stripe has by now is in the inbox after this, and its objects are asked for."""
    backfill.take_in_news()
    while dispatch.dispatch_new(now=system_now()):
        pass
    refresh_due(limit=_NEWS_LIMIT, seconds=_NEWS_SECONDS)
    dispatch.settle_dispatched(now=system_now())
