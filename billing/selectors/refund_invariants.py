"""What must never be so of refunds that were asked for here: one that nobody decides or settles, or an orphan.

Reads only; `now` is system time.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import Q

from billing.models import Refund, RefundRequest
from billing.selectors.invariants import Invariant
from billing.terms import RefundState

_WEEK, _MONTH = timedelta(days=7), timedelta(days=30)
_LONGEST_FLIGHT = timedelta(hours=26)
_ON_ITS_WAY = [RefundState.PENDING.value, RefundState.REQUIRES_ACTION.value]


def _undecided(now: datetime) -> Iterable[str]:
    return _uuids(Q(state=RefundState.REQUESTED.value, created_at__lt=now - _WEEK))


def _unfinished(now: datetime) -> Iterable[str]:
    return _uuids(Q(is_unfinished=True, queued_at__lt=now - _LONGEST_FLIGHT))


def _on_its_way(now: datetime) -> Iterable[str]:
    return _uuids(Q(state__in=_ON_ITS_WAY, created_at__lt=now - _MONTH))


def _orphan(now: datetime) -> Iterable[str]:
    ours = RefundRequest.objects.exclude(stripe_refund_id=None).values("stripe_refund_id")
    late = Refund.objects.exclude(request_uuid="").filter(created_at__lt=now - _LONGEST_FLIGHT)
    return late.exclude(stripe_refund_id__in=ours).order_by("pk").values_list("stripe_refund_id", flat=True)


def _uuids(which: Q) -> Iterable[str]:
    return map(str, RefundRequest.objects.filter(which).order_by("pk").values_list("uuid", flat=True))


INVARIANTS: tuple[Invariant, ...] = (
    Invariant("refund_undecided", "A refund that waits for a second person is decided within a week.", _undecided),
    Invariant("refund_unfinished", "An approved refund has all that belongs to it within 26 hours.", _unfinished),
    Invariant("refund_on_its_way", "A refund arrives or fails within thirty days.", _on_its_way),
    Invariant("refund_orphan", "A refund that names a request of ours has one.", _orphan),
)
