"""The one door through which state comes in: lease, fetch, dj-stripe's copy, typed row, facts and transitions.

A payload, a redirect and an API reply only say where to look. A refresh writes its own object's row and nothing
else's; what it saw of other objects makes those wanted.
"""

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import InterfaceError, OperationalError, transaction
from structlog.contextvars import bound_contextvars

from billing import clock, counts
from billing.errors import (
    BillingError,
    LeaseLost,
    NotYet,
    StripeKeyRefused,
    StripeObjectMissing,
    StripeRateLimited,
    StripeUnreachable,
)
from billing.gateway import budget, objects
from billing.mirror import account, comparing, dj_stripe, shapes, work
from billing.mirror.refs import ObjectRef
from billing.mirror.rows import (
    charge,
    checkout_session,
    credit_note,
    customer,
    dispute,
    early_fraud_warning,
    invoice,
    invoice_payment,
    payment_method,
    refund,
    schedule,
    subscription,
)
from billing.mirror.work import Lease
from billing.mirror.written import Fetched, Writer, Written
from billing.models import Transition, open_staff_task
from billing.terms import ObjectKind

logger = logging.getLogger(__name__)
_WRITERS: dict[ObjectKind, Writer] = {
    ObjectKind.CUSTOMER: customer.write,
    ObjectKind.PAYMENT_METHOD: payment_method.write,
    ObjectKind.SUBSCRIPTION: subscription.write,
    ObjectKind.INVOICE: invoice.write,
    ObjectKind.CHARGE: charge.write,
    ObjectKind.REFUND: refund.write,
    ObjectKind.DISPUTE: dispute.write,
    ObjectKind.EARLY_FRAUD_WARNING: early_fraud_warning.write,
    ObjectKind.CREDIT_NOTE: credit_note.write,
    ObjectKind.INVOICE_PAYMENT: invoice_payment.write,
    ObjectKind.SUBSCRIPTION_SCHEDULE: schedule.write,
    ObjectKind.CHECKOUT_SESSION: checkout_session.write,
}
_ASK_MORE: dict[ObjectKind, Callable[[Any], dict[str, Any]]] = {
    ObjectKind.CUSTOMER: customer.ask_more,
    ObjectKind.SUBSCRIPTION: subscription.ask_more,
    ObjectKind.INVOICE: invoice.ask_more,
    ObjectKind.CHARGE: charge.ask_more,
}
_WAIT_AFTER_REFUSED_KEY = timedelta(minutes=1)
_PASSING = (StripeUnreachable, StripeKeyRefused, NotYet, OperationalError, InterfaceError)


@dataclass(frozen=True, slots=True)
class RefreshResult:
    """`is_baseline`: nothing follows from it. `is_written` is false where a repair left something newer alone."""

    ref: ObjectRef
    is_found: bool
    written: Written
    is_baseline: bool = False
    is_written: bool = True


def refresh(ref: ObjectRef, *, wait_seconds: float = 0.0, is_baseline: bool = False) -> RefreshResult:
    """Bring our copy of one object up to date now. Safe to repeat, at any time, by anybody.

    Waits up to `wait_seconds` for the object's lease. With `is_baseline` nothing follows from what is found, unless
    news of the object were waiting, too. Raises LeaseTaken, LeaseLost, StripeUnreachable,
    StripeKeyRefused. Must be called outside any transaction.
    """
    work.want([ref], is_baseline=is_baseline)
    return carry_out(work.claim(ref, wait_seconds=wait_seconds))


def repair(ref: ObjectRef, *, theirs_digest: str, wait_seconds: float = 2.0) -> RefreshResult:
    """Bring our copy to what a comparison saw at Stripe, as a baseline; `theirs_digest` is of what it saw.

    What Stripe has changed since then is left alone: the event about it is still to come, and what it causes would be
    lost in a baseline. Where news of the object wait it is an ordinary refresh. A repair that fails leaves no wish
    behind, because a later fetch would not know what to compare with. Raises what `refresh` raises.
    """
    work.want([ref], is_baseline=True)
    lease = work.claim(ref, wait_seconds=wait_seconds)
    try:
        return carry_out(lease, theirs_digest=theirs_digest)
    except KeyboardInterrupt:
        # Who interrupts a command may start it again at once: its object must not be held until the lease ends.
        work.withdraw(lease)
        raise


def carry_out(lease: Lease, *, theirs_digest: str | None = None) -> RefreshResult:
    """Refresh under a lease that was claimed. On a failure the lease is given back and the object comes again.

    With `theirs_digest` it is a repair: only if it is a baseline, and Stripe has just that, is the row written.
    """
    with bound_contextvars(object_id=lease.ref.stripe_id, event_id=list(lease.event_ids)):
        return _carry_out(lease, theirs_digest=theirs_digest)


def _carry_out(lease: Lease, *, theirs_digest: str | None) -> RefreshResult:
    try:
        fetched = _fetch(lease.ref)
        with transaction.atomic():
            lease = work.check(lease)
            is_repair = lease.is_baseline and theirs_digest is not None
            is_written = not is_repair or _digest(fetched) == theirs_digest
            written = _write(fetched) if is_written else Written()
            _record(lease, fetched=fetched, written=written)
            work.finish(lease, follow=_unlisted(written.follow) if is_repair else written.follow)
    except LeaseLost:
        # Our dj-stripe copy may be older than the one of who took over: have the object fetched anew.
        work.want([lease.ref], is_baseline=lease.is_baseline and theirs_digest is None)
        raise
    except Exception as error:
        _give_back(lease, error, is_repair=theirs_digest is not None)
        raise
    return RefreshResult(lease.ref, fetched.obj is not None, written, lease.is_baseline, is_written)


def _digest(fetched: Fetched) -> str:
    is_gone = fetched.obj is None or shapes.value(fetched.obj, "deleted")
    return "" if is_gone else comparing.digest(comparing.read(fetched.ref.kind, fetched.obj))


def _unlisted(refs: Iterable[ObjectRef]) -> list[ObjectRef]:
    """What a comparison finds by itself needs no following, in which an event on its way could be lost."""
    return [ref for ref in refs if ref.kind not in comparing.COMPARED]


def _give_back(lease: Lease, error: Exception, *, is_repair: bool) -> None:
    """Stripe's and the database's troubles pass by themselves; every other failure is ours and counts."""
    code = error.code if isinstance(error, BillingError) else type(error).__name__
    counts.fetch_failed(code)
    is_fault = not isinstance(error, _PASSING)
    if is_fault:
        logger.exception("Refresh of %s failed", lease.ref.key)
    if isinstance(error, StripeRateLimited):
        budget.slow_down()
    if isinstance(error, StripeKeyRefused):
        _stop_everybody(error)
    if not (is_repair and work.withdraw(lease)):
        work.release(lease, error=code, is_fault=is_fault)


def _stop_everybody(error: StripeKeyRefused) -> None:
    """The next object would fare the same: leave Stripe alone for a while, and say so once a day."""
    now = clock.system_now()
    budget.pause(error.code, until=now + _WAIT_AFTER_REFUSED_KEY)
    open_staff_task(
        error.code,
        about=f"{now:%Y-%m-%d}",
        summary=f"Nothing is fetched from Stripe ({error.code}): check STRIPE_SECRET_KEY.",
    )


def _fetch(ref: ObjectRef) -> Fetched:
    """Ask Stripe and let dj-stripe keep the whole object; no transaction is open meanwhile."""
    counts.fetched(ref.kind)
    try:
        obj = objects.fetch(ref.kind, ref.stripe_id)
    except StripeObjectMissing:
        account.demand_ours()
        obj = None
    extra: dict[str, Any] = {}
    if obj is not None and not shapes.value(obj, "deleted"):
        extra = _ASK_MORE[ref.kind](obj) if ref.kind in _ASK_MORE else {}
        dj_stripe.sync(ref.kind, obj)
    return Fetched(ref, obj, clock.system_now(), clock.business_now(), extra)


def _write(fetched: Fetched) -> Written:
    writer = _WRITERS.get(fetched.ref.kind)
    return writer(fetched) if writer else Written()


def _record(lease: Lease, *, fetched: Fetched, written: Written) -> None:
    Transition.objects.bulk_create(
        Transition(
            kind=lease.ref.kind,
            stripe_id=lease.ref.stripe_id,
            organization_id=written.organization_id,
            livemode=settings.STRIPE_LIVE_MODE,
            aspect=change.aspect,
            from_state=change.from_state,
            to_state=change.to_state,
            is_baseline=lease.is_baseline,
            is_settled=lease.is_baseline,
            event_ids=list(lease.event_ids),
            observed_at=fetched.system_at,
            business_at=fetched.business_at,
        )
        for change in written.changes
    )
