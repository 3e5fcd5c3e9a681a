"""A mail is sent once more as a mail of its own; the old one, and what must not be sent again, stay as they are."""

from uuid import uuid4

import pytest
from django.core import mail

from billing import clock, notices
from billing.casework import StaffWish
from billing.errors import MailGone, MailWaits
from billing.models import AuditEntry, Notice, NoticeContent
from billing.services.resend_notice import resend_notice
from billing.services.send_notices import send_due_notices
from tests.billing.admin.rows import notice
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def sent() -> Notice:
    row = notice(1)
    Notice.objects.update(state=Notice.State.SENT)
    row.refresh_from_db()
    return row


def wish(**changed: object) -> StaffWish:
    now = clock.business_now()
    return StaffWish(
        **{"actor": UserFactory(), "reason": "It got lost", "request_key": uuid4(), "now": now, **changed}
    )


def test_the_same_words_go_out_under_a_key_of_their_own(sent: Notice) -> None:
    new = resend_notice(sent.pk, wish=wish())
    send_due_notices(clock.business_now())

    new.refresh_from_db()
    assert (new.state, new.kind, new.organization) == ("sent", sent.kind, sent.organization)
    assert new.key != sent.key
    assert [(each.to, each.subject) for each in mail.outbox] == [([sent.content.recipient], sent.content.subject)]
    entry = AuditEntry.objects.get(action="notice_resent")
    assert (entry.details["of"], entry.note.reason) == (str(sent.uuid), "It got lost")


def test_a_second_click_sends_once(sent: Notice) -> None:
    asked = wish()

    assert resend_notice(sent.pk, wish=asked) == resend_notice(sent.pk, wish=asked)
    assert Notice.objects.count() == 2


@pytest.mark.parametrize("state", ["due", "sending"])
def test_what_is_on_its_way_is_not_sent_twice(sent: Notice, state: str) -> None:
    Notice.objects.update(state=state)

    with pytest.raises(MailWaits):
        resend_notice(sent.pk, wish=wish())


def test_what_was_erased_or_is_nobodys_is_not_sent(sent: Notice) -> None:
    signed_in = notices.record_message(kind="login", key="k", recipient="a@b.example", subject="s", text="t", html="")
    Notice.objects.update(state="sent")
    NoticeContent.objects.filter(notice=sent).delete()

    for row in (sent, signed_in):
        with pytest.raises(MailGone):
            resend_notice(row.pk, wish=wish())
    assert Notice.objects.count() == 2
