"""The mail backend: sign-in mail is listed and delivered, the outbox's own is not listed twice."""

import socket

import pytest
from allauth.account.models import EmailAddress, EmailConfirmationHMAC
from django.core import mail
from django.core.mail import EmailMultiAlternatives, send_mail
from django.test import RequestFactory
from django.utils import timezone

from billing import notices
from billing.models import Notice
from billing.services.send_notices import send_due_notices
from tests.billing.factories import NOW, PlanFactory
from tests.factories import OrganizationFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def delivery(settings) -> None:
    settings.EMAIL_BACKEND = "billing_project.mail.RecordedMailBackend"
    settings.MAIL_DELIVERY_BACKEND = "django.core.mail.backends.locmem.EmailBackend"


def send_sign_in_mail(**changed) -> int:
    return send_mail(
        "Sign in to Tidewater",
        "Open http://127.0.0.1/key/abc",
        None,
        ["alice@oakline.example"],
        **{"html_message": "<p>Open</p>", **changed},
    )


def test_a_message_of_another_part_is_delivered_and_listed() -> None:
    sent = send_sign_in_mail()

    notice = Notice.objects.select_related("content").get()
    assert (sent, [message.subject for message in mail.outbox]) == (1, ["Sign in to Tidewater"])
    assert (notice.kind, notice.state, notice.attempts) == ("account", "sent", 1)
    assert (timezone.now() - notice.sent_at).total_seconds() < 30
    assert (notice.content.recipient, notice.content.subject, notice.content.text) == (
        "alice@oakline.example",
        "Sign in to Tidewater",
        "Open http://127.0.0.1/key/abc",
    )


def test_allauths_own_mail_comes_this_way() -> None:
    address = EmailAddress.objects.get(user=UserFactory(email="bob@oakline.example"))

    EmailConfirmationHMAC.create(address).send(RequestFactory().get("/"), signup=True)

    notice = Notice.objects.select_related("content").get()
    assert (notice.kind, notice.state, notice.content.recipient) == ("account", "sent", "bob@oakline.example")
    assert mail.outbox[0].body == notice.content.text


def test_the_outboxs_mail_is_delivered_and_not_listed_twice() -> None:
    notices.enqueue(
        "local_trial_ended",
        key="trial_ended:1",
        organization=OrganizationFactory(),
        cause_at=NOW,
        plan=PlanFactory(),
        ends_at=NOW,
    )

    send_due_notices(NOW)

    assert len(mail.outbox) == 1
    assert list(Notice.objects.values_list("key", "state")) == [("trial_ended:1", "sent")]


def test_several_messages_are_listed_one_by_one() -> None:
    messages = [EmailMultiAlternatives(f"No. {number}", "Hello", to=["alice@oakline.example"]) for number in (1, 2)]

    sent = mail.get_connection().send_messages(messages)

    assert sent == 2
    assert sorted(Notice.objects.values_list("content__subject", flat=True)) == ["No. 1", "No. 2"]


def test_production_keeps_no_body_because_it_may_hold_a_link_that_signs_in(settings) -> None:
    settings.IS_PRODUCTION = True

    send_sign_in_mail()

    content = Notice.objects.select_related("content").get().content
    assert "key/abc" in mail.outbox[0].body
    assert "key/abc" not in content.text + content.html
    assert content.subject == "Sign in to Tidewater"


def refuse(settings) -> socket.socket:
    """An SMTP port that refuses for as long as the socket is open."""
    settings.MAIL_DELIVERY_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    refusing = socket.socket()
    refusing.bind(("127.0.0.1", 0))
    settings.EMAIL_HOST, settings.EMAIL_PORT = refusing.getsockname()
    return refusing


def test_a_message_that_could_not_be_delivered_is_listed_as_failed_and_the_sender_told(settings) -> None:
    with refuse(settings), pytest.raises(OSError, match="refused"):
        send_sign_in_mail()

    notice = Notice.objects.get()
    assert (notice.state, notice.sent_at) == ("failed", None)
    assert "refused" in notice.last_error.lower()


def test_a_failure_that_the_sender_does_not_want_to_hear_of_is_not_listed_as_sent(settings) -> None:
    with refuse(settings):
        sent = send_sign_in_mail(fail_silently=True)

    assert (sent, Notice.objects.get().state) == (0, "failed")


def test_a_mail_provider_s_backend_delivers_what_is_listed(settings) -> None:
    settings.MAIL_DELIVERY_BACKEND = "anymail.backends.test.EmailBackend"

    sent = send_sign_in_mail()

    (message,) = mail.outbox
    assert (sent, message.anymail_test_params["subject"]) == (1, "Sign in to Tidewater")
    assert Notice.objects.get().state == "sent"
