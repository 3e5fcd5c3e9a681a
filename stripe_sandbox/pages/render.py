"""Decides how every page leaves the sandbox: templates, security headers, the closed and refused page."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from starlette.responses import HTMLResponse, RedirectResponse, Response

ORIGIN = re.compile(r"(https?://(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?)(?:[/?#]|$)")
PACKAGE_FOLDER = Path(__file__).resolve().parent.parent
STATIC_URL = "/_sandbox/static"
STATIC_FOLDER = PACKAGE_FOLDER / "static"


@cache
def templates() -> Environment:
    """Return the template environment; a name that a page forgot to give is an error, not a blank."""
    environment = Environment(
        loader=FileSystemLoader(PACKAGE_FOLDER / "templates"),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["static"] = STATIC_URL
    return environment


def origin_of(url: str | None) -> str | None:
    """Return scheme and host of an http(s) address, or None for anything that is none."""
    found = ORIGIN.match(url or "")
    return found[1] if found else None


def security_headers(return_urls: Iterable[str | None]) -> dict[str, str]:
    """Return the headers of a page whose forms may lead on to ``return_urls``.

    Chromium checks ``form-action`` for the redirect after a POST too: without the shop's origin there is no way back.
    """
    origins = sorted({origin for url in return_urls if (origin := origin_of(url))})
    form_action = " ".join(["'self'", *origins])
    return {
        "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self'; "
        f"form-action {form_action}; frame-ancestors 'none'; base-uri 'none'",
        "Cache-Control": "no-store",
        "Referrer-Policy": "same-origin",
        "X-Content-Type-Options": "nosniff",
    }


def page(
    template: str,
    *,
    context: Mapping[str, Any],
    status: int = 200,
    return_urls: Iterable[str | None] = (),
) -> Response:
    """Render a page with its security headers; ``return_urls`` are the addresses that its forms may end at."""
    text = templates().get_template(template).render({"message": None, "notice": None, **context})
    return HTMLResponse(text, status_code=status, headers=security_headers(return_urls))


def plain_page(
    heading: str,
    *,
    text: str,
    status: int,
    way: Mapping[str, str] | None = None,
    reference: str | None = None,
) -> Response:
    """Render the narrow page that says one thing and offers at most one way on (``url`` and ``label``)."""
    context = {"heading": heading, "text": text, "way": way, "reference": reference}
    return page("plain.html", context=context, status=status)


def see_other(url: str) -> Response:
    """Redirect after a POST, so that a reload repeats nothing."""
    return RedirectResponse(url, status_code=303, headers={"Cache-Control": "no-store"})
