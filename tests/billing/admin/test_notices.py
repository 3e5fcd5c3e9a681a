"""What the notice list shows of a mail."""

import pytest
from django.test import Client

from billing.models import Notice, NoticeContent
from tests.billing.admin.rows import notice

pytestmark = pytest.mark.django_db


def page_of(row: Notice) -> str:
    return f"/admin/billing/notice/{row.pk}/change/"


def test_a_mails_recipient_subject_and_text_are_shown(staff: Client) -> None:
    row = notice(1)

    text = staff.get(page_of(row)).content.decode()

    assert row.content.recipient in text
    assert "Your trial of Growth has ended. Nothing was charged" in text
    assert "goes on with Free, and nothing is deleted." in text


def test_words_of_a_mail_cannot_become_markup(staff: Client) -> None:
    row = notice(1)
    NoticeContent.objects.filter(notice=row).update(text="<script>alert(1)</script>", subject="<b>Hello</b>")

    for page in (page_of(row), "/admin/billing/notice/"):
        text = staff.get(page).content.decode()
        assert "<script>alert(1)" not in text
        assert "<b>Hello</b>" not in text


def test_a_mail_whose_content_was_erased_stays_listed(staff: Client) -> None:
    row = notice(1)
    NoticeContent.objects.all().delete()

    listed, opened = staff.get("/admin/billing/notice/"), staff.get(page_of(row))

    assert "Erased; the row stays" in listed.content.decode()
    assert opened.status_code == 200
