"""The outbox of e-mails: a notice is a row, under a key that lets each be sent once, before it is a message."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from typing import Any

from django.conf import settings
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone, translation

from accounts.models import Organization, User
from accounts.models.reader import language_of, time_zone_of
from billing.models import Notice, NoticeContent

NOTICE_HEADER = "X-Notice"
"""Marks a message of the outbox, which the mail backend must not list a second time."""

DEFAULT_LIFE = timedelta(hours=48)
_BREAKS = re.compile(r"[^\S\N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}]+")


def enqueue(
    kind: str,
    *,
    key: str,
    organization: Organization,
    cause_at: datetime,
    life: timedelta = DEFAULT_LIFE,
    recipient: str = "",
    **words: Any,
) -> Notice | None:
    """Put a notice into the outbox, in the caller's transaction: for `recipient`, else the billing address.

    `kind` names the three templates `emails/<kind>.{subject.txt,txt,html}`; `key` is cause and kind
    (`payment_failed:in_…`); a second one under the same key is not made and gives None. Times are business time:
    a notice that was not sent within `life` of its cause is dropped. It is written in the reader's language and time
    zone: the organization's, else those of the person to whom the billing address belongs.
    """
    if organization.erased_at is not None:
        return None
    with transaction.atomic():
        notice, is_new = Notice.objects.get_or_create(
            key=key, defaults={"kind": kind, "organization": organization, "expires_at": cause_at + life}
        )
        if not is_new:
            return None
        address = recipient or organization.email
        reader = User.objects.filter(email=address.lower()).first()
        written = write(
            kind,
            organization=organization,
            language=language_of(organization, reader),
            time_zone=time_zone_of(organization, reader),
            **words,
        )
        NoticeContent.objects.create(
            notice=notice,
            recipient=address,
            subject=written.subject[:255],
            text=written.text,
            html=written.html,
        )
    return notice


def tell_staff(
    kind: str, *, key: str, subject: str, text: str, cause_at: datetime, life: timedelta = DEFAULT_LIFE
) -> Notice | None:
    """Put a plain mail to the staff's address into the outbox, in the caller's transaction; once for each key.

    In English, as the admin is. It belongs to no organization, so that nobody's export holds it. Business time.
    """
    with transaction.atomic():
        notice, is_new = Notice.objects.get_or_create(key=key, defaults={"kind": kind, "expires_at": cause_at + life})
        if not is_new:
            return None
        NoticeContent.objects.create(
            notice=notice, recipient=settings.STAFF_EMAIL, subject=_BREAKS.sub(" ", subject)[:255], text=text
        )
    return notice


@dataclass(frozen=True, slots=True)
class Written:
    """The three parts of a mail."""

    subject: str
    text: str
    html: str


def write(kind: str, *, organization: Organization, language: str, time_zone: tzinfo, **words: Any) -> Written:
    """The mail of this kind in a language (`de`) and a time zone. Stores nothing and sends nothing."""
    context = {
        "product_name": settings.PRODUCT_NAME,
        "support_email": settings.SUPPORT_EMAIL,
        "site_url": settings.SITE_URL,
        "adds_tax": settings.CHECKOUT_AUTOMATIC_TAX,
        "organization": organization,
        "language": language,
        **words,
    }
    with translation.override(language), timezone.override(time_zone):
        return Written(
            subject=_BREAKS.sub(" ", render_to_string(f"emails/{kind}.subject.txt", context)).strip(),
            text=render_to_string(f"emails/{kind}.txt", context).strip() + "\n",
            html=render_to_string(f"emails/{kind}.html", context),
        )


def withdraw(keys: Iterable[str]) -> int:
    """Let notices that still wait in the outbox lapse, in the caller's transaction. Returns how many did."""
    waiting = Notice.objects.filter(key__in=list(keys), state=Notice.State.DUE)
    return waiting.update(state=Notice.State.EXPIRED, lease_until=None)


def record_message(*, kind: str, key: str, recipient: str, subject: str, text: str, html: str) -> Notice:
    """List a message that another part of the project sends by itself, such as sign-in mail."""
    with transaction.atomic():
        notice = Notice.objects.create(key=key, kind=kind, state=Notice.State.SENDING, attempts=1)
        NoticeContent.objects.create(notice=notice, recipient=recipient, subject=subject[:255], text=text, html=html)
    return notice


def mark_sent(notice: Notice, *, now: datetime) -> None:
    """`now` is system time."""
    Notice.objects.filter(pk=notice.pk).update(state=Notice.State.SENT, sent_at=now, lease_until=None, last_error="")


def mark_failed(notice: Notice, *, error: str) -> None:
    """For a message that nobody will try again; the outbox's own notices are retried instead."""
    Notice.objects.filter(pk=notice.pk).update(state=Notice.State.FAILED, lease_until=None, last_error=error[:300])
