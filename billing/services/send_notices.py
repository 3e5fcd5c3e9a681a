"""Use case: send what stands in the outbox; what is written there is others' business."""

import logging
from datetime import datetime, timedelta

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import connection, transaction
from django.db.models import Q
from structlog.contextvars import bound_contextvars

from billing import clock, notices
from billing.models import Notice

logger = logging.getLogger(__name__)
_LEASE = timedelta(minutes=5)
_ATTEMPTS = 8


def send_due_notices(now: datetime, *, limit: int = 100) -> int:
    """Send every notice that is due and not expired at `now` (business time). Returns how many were sent.

    A notice is leased before it is sent, so two workers never send the same one; after a crash between sending and
    recording it may go out twice with the same Message-ID, rather than never.
    """
    waiting = Notice.objects.filter(Q(state=Notice.State.DUE) | _lapsed(clock.system_now()))
    waiting.filter(expires_at__lte=now).update(state=Notice.State.EXPIRED, lease_until=None)
    # Each of its tries took the worker with it, or was cut off: one notice must not go on like that for ever.
    waiting.filter(attempts__gte=_ATTEMPTS).update(state=Notice.State.FAILED, lease_until=None)
    sent = 0
    for _ in range(limit):
        notice = _claim()
        if notice is None:
            break
        sent += _send(notice)
    return sent


def _lapsed(now: datetime) -> Q:
    """Leased by a worker that did not come back; `now` is system time."""
    return Q(state=Notice.State.SENDING, lease_until__lte=now)


def _claim() -> Notice | None:
    now = clock.system_now()
    is_due = Q(state=Notice.State.DUE, run_at__lte=now) | _lapsed(now)
    with transaction.atomic():
        notice = (
            Notice.objects.select_for_update(skip_locked=connection.features.has_select_for_update_skip_locked)
            .filter(is_due)
            .order_by("run_at", "pk")
            .first()
        )
        if notice is None:
            return None
        notice.state = Notice.State.SENDING
        notice.lease_until = now + _LEASE
        notice.attempts += 1
        notice.save(update_fields=["state", "lease_until", "attempts"])
    return notice


def _send(notice: Notice) -> bool:
    try:
        _message(notice).send()
    except Exception as error:
        # Mail services raise errors of their own; whatever it is, it must not hold up the next notice.
        with bound_contextvars(organization_id=notice.organization_id):
            _give_back(notice, error=error)
        return False
    notices.mark_sent(notice, now=clock.system_now())
    return True


def _message(notice: Notice) -> EmailMultiAlternatives:
    content = notice.content
    domain = settings.SITE_URL.rpartition("/")[2].partition(":")[0]
    message = EmailMultiAlternatives(
        subject=content.subject,
        body=content.text,
        to=[content.recipient],
        headers={notices.NOTICE_HEADER: str(notice.uuid), "Message-ID": f"<{notice.uuid}@{domain}>"},
    )
    if content.html:
        message.attach_alternative(content.html, "text/html")
    return message


def _give_back(notice: Notice, *, error: Exception) -> None:
    logger.warning("Notice %s was not sent: %s", notice.key, type(error).__name__)
    if notice.attempts >= _ATTEMPTS:
        notices.mark_failed(notice, error=str(error))
        return
    wait = timedelta(seconds=2**notice.attempts * 15)
    Notice.objects.filter(pk=notice.pk).update(
        state=Notice.State.DUE, lease_until=None, run_at=clock.system_now() + wait, last_error=str(error)[:300]
    )
