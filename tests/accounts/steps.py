"""What a person does again and again in these tests: fill in a form, follow the link of a mail, read the app."""

import re
import time
import uuid

from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.core.mail import EmailMessage
from django.http import HttpResponse

PASSWORD = "correct horse battery"


def request_key() -> str:
    return str(uuid.uuid4())


def sign_up_form(email: str = "nina@new.example", **changes: str) -> dict[str, str]:
    """A complete sign-up; a change to "" leaves the entry out."""
    entries = {
        "email": email,
        "password1": PASSWORD,
        "full_name": "Nina Haas",
        "organization_name": "Haas & Daughters",
        "terms": "on",
        "request_key": request_key(),
    }
    return {name: value for name, value in (entries | changes).items() if value}


def path_in(mail: EmailMessage) -> str:
    """The path of the first address in the text part."""
    found = re.search(r"https?://[^/\s]+(/\S+)", str(mail.body))
    assert found, mail.body
    return found.group(1)


def text_of(response: HttpResponse) -> str:
    """The words of a page without its tags, in one line."""
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def code_of_app(secret: str, steps_ahead: int = 0) -> str:
    """What an authenticator app shows now, or at a later step."""
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + steps_ahead))
