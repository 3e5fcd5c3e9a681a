"""The outbox: a notice is a row under a key that the database gives out once."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone, translation

from billing import notices
from billing.models import Notice, NoticeContent
from billing.money import Money
from billing.selectors.pursuit import NextStep, Pursuit
from tests.billing.factories import NOW, InvoiceFactory, PlanFactory
from tests.factories import OrganizationFactory, UserFactory

pytestmark = pytest.mark.django_db


def enqueue(organization, *, key: str = "trial_ended:1", **changed) -> Notice | None:
    words = {"plan": PlanFactory(), "ends_at": NOW, "cause_at": NOW, **changed}
    return notices.enqueue("local_trial_ended", key=key, organization=organization, **words)


def test_a_notice_is_due_for_the_billing_address_with_its_words() -> None:
    organization = OrganizationFactory(name="Oakline Studio", email="books@oakline.example")

    notice = enqueue(organization)

    assert (notice.state, notice.kind, notice.organization) == ("due", "local_trial_ended", organization)
    assert notice.content.recipient == "books@oakline.example"
    assert notice.content.subject == "Your trial of Growth has ended. Nothing was charged"
    assert "Oakline Studio goes on with Free" in notice.content.text
    assert "Oakline Studio goes on with Free" in notice.content.html


def test_a_second_notice_under_the_same_key_is_not_made() -> None:
    organization = OrganizationFactory()
    first = enqueue(organization)

    second = enqueue(organization, cause_at=NOW + timedelta(days=9))

    assert second is None
    assert [notice.expires_at for notice in Notice.objects.all()] == [first.expires_at]
    assert NoticeContent.objects.count() == 1


def test_another_cause_is_another_notice() -> None:
    organization = OrganizationFactory()

    made = [enqueue(organization, key=key) for key in ("trial_ended:1", "trial_ended:2")]

    assert None not in made


@pytest.mark.parametrize(
    ("changed", "hours"), [({}, 48), ({"life": timedelta(hours=3)}, 3), ({"life": timedelta(days=7)}, 168)]
)
def test_a_notice_expires_two_days_after_its_cause_unless_told_otherwise(changed: dict, hours: int) -> None:
    notice = enqueue(OrganizationFactory(), **changed)

    assert notice.expires_at == NOW + timedelta(hours=hours)


def test_a_notice_of_what_rolled_back_was_never_made() -> None:
    with transaction.atomic():
        enqueue(OrganizationFactory())
        transaction.set_rollback(True)

    assert not Notice.objects.exists()


def test_a_name_is_escaped_in_html_and_plain_in_text() -> None:
    notice = enqueue(OrganizationFactory(name="Fish & <b>Chips</b>"))

    assert "Fish & <b>Chips</b> goes on" in notice.content.text
    assert "Fish &amp; &lt;b&gt;Chips&lt;/b&gt; goes on" in notice.content.html


def test_a_subject_is_one_line_whatever_a_name_holds() -> None:
    plan = PlanFactory(name="Growth\r\nBcc: everybody@example.com")

    notice = enqueue(OrganizationFactory(), plan=plan)

    assert notice.content.subject == "Your trial of Growth Bcc: everybody@example.com has ended. Nothing was charged"


def pay_mail(organization) -> NoticeContent:
    invoice = InvoiceFactory(organization=organization, status="open", number="OAK-0019")
    notice = notices.enqueue(
        "payment_failed_auth",
        key="payment_failed_auth:1",
        organization=organization,
        cause_at=NOW,
        invoice=invoice,
        amount=Money(1234567, "eur"),
        pursuit=Pursuit(
            next_step=NextStep.CONFIRM,
            next_try_at=None,
            full_until=datetime(2026, 12, 14, 23, 30, tzinfo=UTC),
            read_until=None,
            deadline_at=datetime(2026, 12, 20, tzinfo=UTC),
            is_cancelled_then=False,
            tries_new_card=True,
        ),
        now=NOW,
        plan_name="Growth",
        pay_url="http://127.0.0.1/pay/",
        cancel_url="http://127.0.0.1/billing/cancel/",
    )
    assert notice is not None
    return notice.content


@pytest.mark.parametrize(
    ("language", "time_zone", "amount", "day"),
    [
        ("", "", "€12,345.67", "14 Dec 2026"),
        ("en-us", "America/New_York", "€12,345.67", "Dec 14, 2026"),
        ("en-gb", "Europe/Berlin", "€12,345.67", "15 Dec 2026"),
        ("de", "Europe/Berlin", "12.345,67\N{NO-BREAK SPACE}€", "15. Dez. 2026"),
        ("xx", "Mars/Olympus", "€12,345.67", "14 Dec 2026"),
    ],
)
def test_amounts_and_days_are_the_readers(language: str, time_zone: str, amount: str, day: str) -> None:
    content = pay_mail(OrganizationFactory(language=language, time_zone=time_zone))

    assert amount in content.subject
    assert day in content.text
    assert day in content.html


def test_a_mail_is_written_in_the_readers_language() -> None:
    content = pay_mail(OrganizationFactory(language="de"))

    assert content.subject.startswith("Ihre Bank bittet Sie")
    assert "es wird nichts gelöscht" in content.text
    assert "es wird nichts gelöscht" in content.html


def test_an_organization_that_chose_nothing_is_written_to_as_the_person_at_its_address() -> None:
    UserFactory(email="books@oakline.example", language="de", time_zone="Europe/Berlin")

    content = pay_mail(OrganizationFactory(email="Books@oakline.example"))

    assert "15. Dez. 2026" in content.text


def test_who_chose_nothing_reads_as_the_installation_says(settings) -> None:
    settings.DEFAULT_LANGUAGE, settings.DEFAULT_TIME_ZONE = "de", "Pacific/Auckland"

    assert "15. Dez. 2026" in pay_mail(OrganizationFactory()).text


def test_writing_leaves_language_and_time_zone_of_the_caller_alone() -> None:
    pay_mail(OrganizationFactory(language="de", time_zone="Pacific/Auckland"))

    assert translation.get_language() == "en-gb"
    assert timezone.get_current_timezone_name() == "UTC"


@pytest.mark.django_db(transaction=True)
def test_workers_that_hit_on_the_same_cause_at_once_make_one_notice() -> None:
    organization = OrganizationFactory()
    plan = PlanFactory()
    made: list[Notice | None] = []
    start = threading.Barrier(5)

    def tell() -> None:
        start.wait()
        made.append(enqueue(organization, plan=plan))
        connection.close()

    workers = [threading.Thread(target=tell) for _ in range(5)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    assert sorted(notice is None for notice in made) == [False, True, True, True, True]
    assert NoticeContent.objects.count() == 1


def test_a_message_of_another_part_is_listed_as_being_sent() -> None:
    notice = record(subject="s" * 400)

    assert (notice.state, notice.attempts, notice.lease_until) == ("sending", 1, None)
    assert (notice.content.recipient, len(notice.content.subject)) == ("alice@oakline.example", 255)


def record(*, subject: str = "Confirm your e-mail") -> Notice:
    return notices.record_message(
        kind="account", key="account:1", recipient="alice@oakline.example", subject=subject, text="Hello", html=""
    )


def test_what_was_sent_has_its_time() -> None:
    notice, now = record(), timezone.now()

    notices.mark_sent(notice, now=now)

    notice.refresh_from_db()
    assert (notice.state, notice.sent_at, notice.last_error) == ("sent", now, "")


def test_what_failed_has_its_reason() -> None:
    notice = record()

    notices.mark_failed(notice, error="refused" * 100)

    notice.refresh_from_db()
    assert (notice.state, notice.sent_at, len(notice.last_error)) == ("failed", None, 300)
