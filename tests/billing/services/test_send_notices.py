"""Sending what stands in the outbox: once, in time, by one worker, and again after the mail server failed."""

import socket
import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.core import mail
from django.core.mail.backends.base import BaseEmailBackend
from django.db import connection
from django.utils import timezone

from billing import notices
from billing.models import Notice
from billing.services.send_notices import send_due_notices
from tests.billing.factories import NOW, PlanFactory
from tests.factories import OrganizationFactory

pytestmark = pytest.mark.django_db


class KilledWhileSending(BaseEmailBackend):
    """The mail server at the moment at which the worker is killed: nothing after it runs."""

    def send_messages(self, email_messages) -> int:
        raise KeyboardInterrupt


@pytest.fixture(autouse=True)
def delivery(settings) -> None:
    """The product's own backend, which delivers into `mail.outbox`."""
    settings.EMAIL_BACKEND = "billing_project.mail.RecordedMailBackend"
    settings.MAIL_DELIVERY_BACKEND = "django.core.mail.backends.locmem.EmailBackend"


@pytest.fixture
def closed_mail_server(settings) -> Iterator[None]:
    """An SMTP server at a port that really refuses: bound, so that nobody else takes it, and not listening."""
    settings.MAIL_DELIVERY_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    with socket.socket() as refusing:
        refusing.bind(("127.0.0.1", 0))
        settings.EMAIL_HOST, settings.EMAIL_PORT = refusing.getsockname()
        yield


def put_into_outbox(*, key: str = "trial_ended:1") -> Notice:
    """A notice whose cause is NOW, in business time."""
    organization = OrganizationFactory(email="books@oakline.example")
    return notices.enqueue(
        "local_trial_ended", key=key, organization=organization, cause_at=NOW, plan=PlanFactory(), ends_at=NOW
    )


def change(notice: Notice, **fields) -> None:
    Notice.objects.filter(pk=notice.pk).update(**fields)


def state_of(notice: Notice) -> str:
    return Notice.objects.get(pk=notice.pk).state


def test_a_due_notice_is_sent_in_text_and_html_with_its_marks() -> None:
    notice = put_into_outbox()

    sent = send_due_notices(NOW)

    (message,) = mail.outbox
    assert sent == 1
    assert (message.to, message.subject, message.body) == (
        ["books@oakline.example"],
        notice.content.subject,
        notice.content.text,
    )
    assert [(part.mimetype, part.content) for part in message.alternatives] == [("text/html", notice.content.html)]
    assert message.extra_headers == {"X-Notice": str(notice.uuid), "Message-ID": f"<{notice.uuid}@127.0.0.1>"}
    notice.refresh_from_db()
    assert (notice.state, notice.attempts, notice.lease_until) == ("sent", 1, None)
    assert timezone.now() - notice.sent_at < timedelta(seconds=30)


def test_a_sent_notice_is_never_sent_again() -> None:
    put_into_outbox()

    sent = [send_due_notices(NOW) for _ in range(3)]

    assert (sent, len(mail.outbox)) == ([1, 0, 0], 1)


def test_the_oldest_go_first_and_the_limit_is_kept() -> None:
    keys = [put_into_outbox(key=f"trial_ended:{number}").key for number in range(4)]

    first, rest = send_due_notices(NOW, limit=3), send_due_notices(NOW)

    assert (first, rest) == (3, 1)
    assert list(Notice.objects.order_by("sent_at").values_list("key", flat=True)) == keys


@pytest.mark.parametrize(("late", "state", "sent"), [(-1, "sent", 1), (0, "expired", 0), (3600, "expired", 0)])
def test_a_notice_that_comes_too_late_is_dropped(late: int, state: str, sent: int) -> None:
    notice = put_into_outbox()

    send_due_notices(notice.expires_at + timedelta(seconds=late))

    assert (state_of(notice), len(mail.outbox)) == (state, sent)


def test_a_notice_that_was_left_half_sent_expires_as_well() -> None:
    notice = put_into_outbox()
    change(notice, state="sending", lease_until=timezone.now() - timedelta(seconds=1))

    send_due_notices(notice.expires_at)

    assert (state_of(notice), mail.outbox) == ("expired", [])


def test_a_worker_that_is_killed_while_sending_leaves_a_lease_of_five_minutes(settings) -> None:
    settings.MAIL_DELIVERY_BACKEND = f"{__name__}.KilledWhileSending"
    notice = put_into_outbox()
    before = timezone.now()

    with pytest.raises(KeyboardInterrupt):
        send_due_notices(NOW)

    notice.refresh_from_db()
    assert (notice.state, notice.attempts) == ("sending", 1)
    assert timedelta(minutes=5) <= notice.lease_until - before < timedelta(minutes=6)
    assert send_due_notices(NOW) == 0


@pytest.mark.parametrize(("seconds", "sent"), [(60, 0), (-1, 1)])
def test_another_workers_lease_is_respected_until_it_ends(seconds: int, sent: int) -> None:
    notice = put_into_outbox()
    change(notice, state="sending", lease_until=timezone.now() + timedelta(seconds=seconds))

    assert send_due_notices(NOW) == sent


def test_a_notice_that_a_worker_holds_does_not_expire_under_its_hands() -> None:
    notice = put_into_outbox()
    change(notice, state="sending", lease_until=timezone.now() + timedelta(minutes=1))

    send_due_notices(notice.expires_at + timedelta(days=1))

    assert state_of(notice) == "sending"


def test_a_message_that_others_send_is_none_of_the_outboxs() -> None:
    listed = notices.record_message(
        kind="account", key="account:1", recipient="alice@oakline.example", subject="Hello", text="", html=""
    )

    assert send_due_notices(NOW) == 0
    assert state_of(listed) == "sending"


def test_a_mail_server_that_refuses_puts_the_notice_off(closed_mail_server) -> None:
    notice = put_into_outbox()
    before = timezone.now()

    sent = send_due_notices(NOW)

    notice.refresh_from_db()
    assert sent == 0
    assert (notice.state, notice.attempts, notice.lease_until, notice.sent_at) == ("due", 1, None, None)
    assert "refused" in notice.last_error.lower()
    assert timedelta(seconds=30) <= notice.run_at - before < timedelta(seconds=40)
    assert send_due_notices(NOW) == 0, "it did not wait"


def test_a_notice_that_was_put_off_is_sent_once_the_server_is_back(closed_mail_server, settings) -> None:
    notice = put_into_outbox()
    send_due_notices(NOW)

    settings.MAIL_DELIVERY_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    change(notice, run_at=timezone.now())
    sent = send_due_notices(NOW)

    notice.refresh_from_db()
    assert (sent, len(mail.outbox)) == (1, 1)
    assert (notice.state, notice.attempts, notice.last_error) == ("sent", 2, "")


def test_the_wait_doubles_with_each_failure(closed_mail_server) -> None:
    notice = put_into_outbox()
    waits = []
    for attempts in range(7):
        change(notice, run_at=timezone.now(), attempts=attempts)
        before = timezone.now()
        send_due_notices(NOW)
        notice.refresh_from_db()
        waits.append((notice.run_at - before) // timedelta(seconds=30))

    assert waits == [1, 2, 4, 8, 16, 32, 64]


def test_after_eight_tries_a_notice_has_failed_and_rests(closed_mail_server) -> None:
    notice = put_into_outbox()
    change(notice, attempts=7)

    send_due_notices(NOW)

    notice.refresh_from_db()
    assert (notice.state, notice.attempts) == ("failed", 8)
    assert "refused" in notice.last_error.lower()


def test_a_notice_that_takes_every_worker_with_it_is_given_up() -> None:
    notice = put_into_outbox()
    change(notice, state="sending", attempts=8, lease_until=timezone.now() - timedelta(seconds=1))

    send_due_notices(NOW)

    assert (state_of(notice), mail.outbox) == ("failed", [])


def test_one_sweep_tries_each_notice_once(closed_mail_server) -> None:
    for number in range(3):
        put_into_outbox(key=f"trial_ended:{number}")

    send_due_notices(NOW)

    assert [(notice.attempts, notice.state) for notice in Notice.objects.all()] == [(1, "due")] * 3


@pytest.mark.django_db(transaction=True)
def test_workers_that_sweep_at_once_send_each_notice_once() -> None:
    expected = [put_into_outbox(key=f"trial_ended:{number}").uuid for number in range(12)]
    start = threading.Barrier(4)

    def sweep() -> None:
        start.wait()
        send_due_notices(NOW)
        connection.close()

    workers = [threading.Thread(target=sweep) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    assert sorted(message.extra_headers["X-Notice"] for message in mail.outbox) == sorted(map(str, expected))
