"""What must never be so of programs' writes: answers that are kept beyond their time, because nobody sweeps them."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.conf import settings

from billing.models import ApiRequest
from billing.selectors.invariants import Invariant

_LEAST_HOURS = 24
_DAY = timedelta(days=1)


def _api_request_kept(now: datetime) -> Iterable[str]:
    kept_for = timedelta(hours=max(settings.API_REPEAT_HOURS, _LEAST_HOURS))
    old = ApiRequest.objects.filter(created_at__lt=now - kept_for - _DAY)
    return (str(found) for found in old.order_by("created_at").values_list("uuid", flat=True))


INVARIANTS: tuple[Invariant, ...] = (
    Invariant("api_request_kept", "The answer to a program's write is forgotten in time.", _api_request_kept),
)
