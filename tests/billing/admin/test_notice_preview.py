"""The preview of every mail: made-up words in each language, nothing stored and nothing sent."""

import re
from copy import deepcopy
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings as django_settings
from django.contrib.auth.models import Permission
from django.core import mail
from django.test import Client

from accounts.models import Organization, User
from billing import notices
from billing.admin.notice_preview import notice_kinds
from billing.admin.notice_samples import ORGANIZATION, sample_words
from billing.models import Notice, NoticeContent

pytestmark = pytest.mark.django_db
DOCUMENT = Path(django_settings.BASE_DIR) / "docs" / "notices.md"
LANGUAGES = [code for code, _ in django_settings.LANGUAGES]


@pytest.fixture
def absent_names_show(settings) -> None:
    """A name that a template asks for and is not given stands in the mail as ABSENT."""
    templates = deepcopy(settings.TEMPLATES)
    templates[0]["OPTIONS"]["string_if_invalid"] = "ABSENT(%s)"
    settings.TEMPLATES = templates


def test_the_document_lists_each_kind_once_and_no_other() -> None:
    listed = re.findall(r"^\| `([a-z_]+)` \|", DOCUMENT.read_text(), re.MULTILINE)

    assert listed == notice_kinds()


@pytest.mark.parametrize("adds_tax", [True, False])
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", notice_kinds())
@pytest.mark.usefixtures("absent_names_show")
def test_every_mail_can_be_previewed_in_every_language(kind: str, language: str, adds_tax: bool, settings) -> None:
    settings.CHECKOUT_AUTOMATIC_TAX = adds_tax

    written = notices.write(
        kind, organization=ORGANIZATION, language=language, time_zone=ZoneInfo("Europe/Berlin"), **sample_words()
    )

    for part in (written.subject, written.text, written.html):
        assert part.strip()
        for hole in ("ABSENT", "None", "{{", "{%", "%("):
            assert hole not in part
    assert f'<html lang="{language}">' in written.html


def test_the_page_shows_subject_text_and_html_and_leads_to_every_other(staff: Client) -> None:
    page = staff.get("/admin/billing/notice/preview/payment_failed/?language=de").content.decode()

    assert "Die Zahlung von 48,00" in page
    html = staff.get("/admin/billing/notice/preview/payment_failed/html/?language=de").content.decode()
    assert html.lstrip().startswith("<!doctype html>")
    assert "Die Zahlung von 48,00" in html
    for kind in notice_kinds():
        assert f"/admin/billing/notice/preview/{kind}/" in page


def test_the_list_of_notices_leads_to_it(staff: Client) -> None:
    listed = staff.get("/admin/billing/notice/").content.decode()

    assert "Preview of mails" in listed
    assert staff.get("/admin/billing/notice/preview/").status_code == 200


def test_looking_stores_and_sends_nothing(staff: Client) -> None:
    before = Organization.objects.count()

    for kind in notice_kinds():
        assert staff.get(f"/admin/billing/notice/preview/{kind}/").status_code == 200

    assert (Notice.objects.count(), NoticeContent.objects.count(), len(mail.outbox)) == (0, 0, 0)
    assert Organization.objects.count() == before


@pytest.mark.parametrize("address", ["preview/nothing/", "preview/..%2Fbase/", "preview/receipt/?language=tlh"])
def test_what_does_not_exist_is_not_found(staff: Client, address: str) -> None:
    assert staff.get(f"/admin/billing/notice/{address}").status_code in (302, 404)


def test_only_who_may_view_notices_may_preview_them(newcomer: Client) -> None:
    assert newcomer.get("/admin/billing/notice/preview/receipt/").status_code == 403
    may_view = Permission.objects.get(codename="view_notice", content_type__app_label="billing")
    User.objects.get(email="new@example.com").user_permissions.add(may_view)

    assert newcomer.get("/admin/billing/notice/preview/receipt/").status_code == 200
