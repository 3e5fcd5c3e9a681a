"""Use case: staff have a mail sent once more: a new row with a key of its own, word for word; the old one stays."""

from django.db import transaction

from billing import audit
from billing.casework import StaffWish
from billing.errors import MailGone, MailWaits
from billing.models import Notice, NoticeContent
from billing.notices import DEFAULT_LIFE

_ON_ITS_WAY = (Notice.State.DUE, Notice.State.SENDING)


def resend_notice(notice_id: int, *, wish: StaffWish) -> Notice:
    """Put the same words to the same address into the outbox again; they go out within a minute, or lapse.

    Safe to repeat with the same request key. Raises MailWaits for one that has not been sent yet, MailGone for one
    whose words were erased, or that is no customer's (a link to sign in must not be sent by somebody else).
    """
    with transaction.atomic():
        old = Notice.objects.select_for_update(of=("self",)).select_related("organization").get(pk=notice_id)
        key = f"resent:{old.pk}:{wish.request_key}"
        if (known := Notice.objects.filter(key=key).first()) is not None:
            return known
        if old.state in _ON_ITS_WAY:
            raise MailWaits()
        content = NoticeContent.objects.filter(notice=old).first()
        if content is None or old.organization is None or old.organization.erased_at is not None:
            raise MailGone()
        new = Notice.objects.create(
            key=key, kind=old.kind, organization=old.organization, expires_at=wish.now + DEFAULT_LIFE
        )
        NoticeContent.objects.create(
            notice=new,
            recipient=content.recipient,
            subject=content.subject,
            text=content.text,
            html=content.html,
        )
        audit.record(
            "notice_resent",
            subject=str(new.uuid),
            organization=old.organization,
            actor=wish.actor,
            reason=wish.reason,
            of=str(old.uuid),
        )
    return new
