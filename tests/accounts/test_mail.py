"""Each mail of accounts: subject in one line, a complete text, an HTML part with nothing from elsewhere."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.conf import settings
from django.core import mail

from accounts.mail import send_from_templates
from accounts.models import Invitation, Organization

TEMPLATES = Path(settings.BASE_DIR) / "templates"
STEMS = sorted(
    str(path.relative_to(TEMPLATES)).removesuffix("_subject.txt")
    for folder in ("account", "accounts", "mfa")
    for path in (TEMPLATES / folder / "email").glob("*_subject.txt")
)
WHEN = datetime(2026, 11, 21, 12, 5, tzinfo=UTC)
CONTEXT = {
    "email": "o'brien@new.example",
    "activate_url": "http://127.0.0.1/activate?a=1&b=2",
    "password_reset_url": "http://127.0.0.1/reset",
    "signup_url": "http://127.0.0.1/signup",
    "join_url": "http://127.0.0.1/join",
    "timestamp": WHEN,
    "ip": "203.0.113.9",
    "user_agent": "Netscape 4",
    "from_email": "old@new.example",
    "to_email": "o'brien@new.example",
    "deleted_email": "old@new.example",
    "organization": Organization(name="Haas & Daughters"),
    "invitation": Invitation(email="o'brien@new.example", role="owner", expires_at=WHEN),
}


def test_there_are_mails_to_check():
    assert len(STEMS) >= 14


@pytest.mark.parametrize("stem", STEMS)
def test_mail_is_complete_in_all_three_parts(stem: str):
    send_from_templates(stem, to="o'brien@new.example", context=CONTEXT)

    (message,) = mail.outbox
    ((html, kind),) = message.alternatives
    assert message.to == ["o'brien@new.example"]
    assert message.subject == " ".join(message.subject.split())
    assert len(message.subject) > 10
    assert kind == "text/html"
    for part in (message.subject, message.body):
        assert "&#x27;" not in part
        assert "&amp;" not in part
    for part in (message.subject, message.body, html):
        assert not re.search(r"\{[{%]|None|!(?!doctype)", part)
    assert message.body.rstrip().endswith(settings.SUPPORT_EMAIL)


@pytest.mark.parametrize("stem", STEMS)
def test_html_part_loads_nothing(stem: str):
    send_from_templates(stem, to="o'brien@new.example", context=CONTEXT)

    html = mail.outbox[0].alternatives[0][0]
    assert not re.search(r"<(img|link|script|style|iframe)|url\(|\ssrc=", html)


@pytest.mark.parametrize("stem", STEMS)
def test_both_parts_hold_the_same_addresses(stem: str):
    send_from_templates(stem, to="o'brien@new.example", context=CONTEXT)

    (message,) = mail.outbox
    html = message.alternatives[0][0].replace("&amp;", "&")
    links = set(re.findall(r'href="(http[^"]+)"', html))
    assert links == set(re.findall(r"http\S+", message.body))
