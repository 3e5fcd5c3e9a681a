"""Use case: forget to whom old mail went and what it said; that it was sent stays (rule G5)."""

from datetime import datetime, timedelta

from django.conf import settings

from billing.models import Notice, NoticeContent

_BATCH_ROWS = 1000
_OVER = (Notice.State.SENT, Notice.State.EXPIRED, Notice.State.FAILED)


def forget_old_mail(now: datetime, *, batches: int = 100) -> int:
    """Delete the contents of mail that was made `NOTICE_CONTENT_DAYS` ago or earlier; how many. `now` is system time.

    The notice stays, so that its key still keeps a second one from being made. Safe to repeat and to run at once.
    """
    old = NoticeContent.objects.filter(
        notice__created_at__lte=now - timedelta(days=settings.NOTICE_CONTENT_DAYS), notice__state__in=_OVER
    )
    forgotten = 0
    for _ in range(batches):
        ids = list(old.order_by("pk").values_list("pk", flat=True)[:_BATCH_ROWS])
        if not ids:
            break
        forgotten += NoticeContent.objects.filter(pk__in=ids).delete()[0]
    return forgotten
