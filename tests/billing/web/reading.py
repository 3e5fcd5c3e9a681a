"""Reads a page as a person does: words without tags, and the fields of its forms."""

import re
from html import unescape

from django.http import HttpResponse


def words(response: HttpResponse) -> str:
    """The visible words on one line; no-break spaces are spaces."""
    main = response.content.decode().split("<main", 1)[-1]
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", main)).replace("\N{NO-BREAK SPACE}", " "))


def form_fields(response: HttpResponse, *, action: str) -> dict[str, str]:
    """The hidden fields of the form that posts to `action`, without the CSRF token."""
    form = re.search(rf'<form[^>]* action="{re.escape(action)}".*?</form>', response.content.decode(), re.DOTALL)
    assert form, f"the page has no form to {action}"
    fields = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form[0])
    return {name: unescape(value) for name, value in fields if name != "csrfmiddlewaretoken"}
