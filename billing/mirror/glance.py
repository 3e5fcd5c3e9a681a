"""A look at several objects in a person's request: what is late or silent is left to the webhooks."""

import time
from collections.abc import Iterable

from billing.errors import LeaseLost, LeaseTaken, StripeUnreachable
from billing.mirror.refresh import refresh
from billing.mirror.refs import ObjectRef
from billing.terms import ObjectKind

# What a page shows beside a subscription. The rest that an object names can wait for the worker.
_SHOWN = (ObjectKind.PAYMENT_METHOD, ObjectKind.INVOICE)


def glance(refs: Iterable[ObjectRef], *, seconds: float) -> None:
    """Refresh these objects, then the cards and invoices that they name; begin nothing after `seconds`.

    Never raises for a silent Stripe or a taken lease. Safe to repeat. Must be called outside any transaction.
    """
    deadline = time.monotonic() + seconds
    named = [found for ref in refs for found in _look(ref, deadline=deadline)]
    for ref in dict.fromkeys(shown(named)):
        _look(ref, deadline=deadline)


def glance_at_payment(stripe_invoice_id: str, *, seconds: float) -> None:
    """The same for one invoice (`in_…`) and the tries to pay it, which say why it is not paid."""
    deadline = time.monotonic() + seconds
    for ref in _look(ObjectRef(ObjectKind.INVOICE, stripe_invoice_id), deadline=deadline):
        if ref.kind == ObjectKind.CHARGE:
            _look(ref, deadline=deadline)


def shown(refs: Iterable[ObjectRef]) -> list[ObjectRef]:
    """Those of them that a page shows beside a subscription."""
    return [ref for ref in refs if ref.kind in _SHOWN]


def _look(ref: ObjectRef, *, deadline: float) -> tuple[ObjectRef, ...]:
    left_seconds = deadline - time.monotonic()
    if left_seconds <= 0:
        return ()
    try:
        return refresh(ref, wait_seconds=left_seconds).written.follow
    except (LeaseTaken, LeaseLost, StripeUnreachable):
        return ()
