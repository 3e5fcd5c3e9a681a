"""Use case: forget previews of changes that nobody made; a decision keeps the preview behind it."""

from datetime import datetime, timedelta

from billing.models import ChangePreview

_KEPT_FOR = timedelta(days=30)


def forget_previews(now: datetime, *, limit: int = 500) -> int:
    """Delete previews that led to nothing and are a month old; `now` is system time. Returns how many there were.

    Safe to repeat.
    """
    unused = ChangePreview.objects.filter(
        changes__isnull=True, seat_changes__isnull=True, created_at__lt=now - _KEPT_FOR
    )
    old = list(unused.order_by("pk").values_list("pk", flat=True)[:limit])
    deleted, _ = ChangePreview.objects.filter(pk__in=old, changes__isnull=True, seat_changes__isnull=True).delete()
    return deleted
