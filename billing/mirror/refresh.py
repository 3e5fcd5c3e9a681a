"""The one door through which state comes in: lease, fetch, dj-stripe's copy, typed row, facts and transitions.

A payload, a redirect and an API reply only say where to look. A refresh writes its own object's row and nothing
else's; what it saw of other objects makes those wanted.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction

from billing import clock
from billing.errors import BillingError, LeaseLost, StripeKeyRefused, StripeObjectMissing, StripeUnreachable
from billing.gateway import objects
from billing.mirror import dj_stripe, shapes, work
from billing.mirror.refs import ObjectRef
from billing.mirror.rows import charge, checkout_session, customer, invoice, payment_method, subscription
from billing.mirror.work import Lease
from billing.mirror.written import Fetched, Writer, Written
from billing.models import Transition
from billing.terms import ObjectKind

logger = logging.getLogger(__name__)
_WRITERS: dict[ObjectKind, Writer] = {
    ObjectKind.CUSTOMER: customer.write,
    ObjectKind.PAYMENT_METHOD: payment_method.write,
    ObjectKind.SUBSCRIPTION: subscription.write,
    ObjectKind.INVOICE: invoice.write,
    ObjectKind.CHARGE: charge.write,
    ObjectKind.CHECKOUT_SESSION: checkout_session.write,
}
_ASK_MORE: dict[ObjectKind, Callable[[Any], dict[str, Any]]] = {
    ObjectKind.INVOICE: invoice.ask_more,
    ObjectKind.CHARGE: charge.ask_more,
}
_WAIT_AFTER_REFUSED_KEY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class RefreshResult:
    ref: ObjectRef
    is_found: bool
    written: Written


def refresh(ref: ObjectRef, *, wait_seconds: float = 0.0, is_baseline: bool = False) -> RefreshResult:
    """Bring our copy of one object up to date now. Safe to repeat, at any time, by anybody.

    Waits up to `wait_seconds` for the object's lease. Raises LeaseTaken, LeaseLost, StripeUnreachable,
    StripeKeyRefused. Must be called outside any transaction.
    """
    work.want([ref])
    return carry_out(work.claim(ref, wait_seconds=wait_seconds), is_baseline=is_baseline)


def carry_out(lease: Lease, *, is_baseline: bool = False) -> RefreshResult:
    """Refresh under a lease that was claimed. On a failure the lease is given back and the object comes again."""
    try:
        fetched = _fetch(lease.ref)
        with transaction.atomic():
            work.check(lease)
            written = _write(fetched)
            _record(lease, fetched=fetched, written=written, is_baseline=is_baseline)
            work.finish(lease, follow=written.follow)
    except LeaseLost:
        # Our dj-stripe copy may be older than the one of who took over: have the object fetched anew.
        work.want([lease.ref])
        raise
    except StripeKeyRefused as error:
        work.release(lease, error=error.code, retry_after=_WAIT_AFTER_REFUSED_KEY)
        raise
    except Exception as error:
        code = error.code if isinstance(error, BillingError) else type(error).__name__
        if not isinstance(error, StripeUnreachable):
            logger.exception("Refresh of %s failed", lease.ref.key)
        work.release(lease, error=code)
        raise
    return RefreshResult(lease.ref, fetched.obj is not None, written)


def _fetch(ref: ObjectRef) -> Fetched:
    """Ask Stripe and let dj-stripe keep the whole object; no transaction is open meanwhile."""
    try:
        obj = objects.fetch(ref.kind, ref.stripe_id)
    except StripeObjectMissing:
        obj = None
    extra: dict[str, Any] = {}
    if obj is not None and not shapes.value(obj, "deleted"):
        extra = _ASK_MORE[ref.kind](obj) if ref.kind in _ASK_MORE else {}
        dj_stripe.sync(ref.kind, obj)
    return Fetched(ref, obj, clock.system_now(), clock.business_now(), extra)


def _write(fetched: Fetched) -> Written:
    writer = _WRITERS.get(fetched.ref.kind)
    return writer(fetched) if writer else Written()


def _record(lease: Lease, *, fetched: Fetched, written: Written, is_baseline: bool) -> None:
    Transition.objects.bulk_create(
        Transition(
            kind=lease.ref.kind,
            stripe_id=lease.ref.stripe_id,
            organization_id=written.organization_id,
            livemode=settings.STRIPE_LIVE_MODE,
            aspect=change.aspect,
            from_state=change.from_state,
            to_state=change.to_state,
            is_baseline=is_baseline,
            is_settled=is_baseline,
            event_ids=list(lease.event_ids),
            observed_at=fetched.system_at,
            business_at=fetched.business_at,
        )
        for change in written.changes
    )
