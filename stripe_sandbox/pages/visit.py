"""Decides which requests reach a page: readable forms that carry their page's token; knows no single page.

The token is made from a secret in the state file, so that a form opened before a restart still works after it.
"""

from __future__ import annotations

import hmac
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from stripe_sandbox.hosted import PageRefused
from stripe_sandbox.pages.page_token import page_token
from stripe_sandbox.pages.render import plain_page

if TYPE_CHECKING:
    from stripe_sandbox.sandbox import Sandbox

FORM_TYPE = "application/x-www-form-urlencoded"
LARGEST_FORM_BYTES = 32_768
MOST_FIELDS = 60

REFUSED_HEADINGS = {
    403: "This is not allowed here",
    404: "Nothing is here",
    409: "This has already happened",
    410: "This page has expired",
}


@dataclass(frozen=True, kw_only=True)
class Visit:
    """One request to a page, with its form already read."""

    sandbox: Sandbox
    path: str
    names: Mapping[str, str]
    query: Mapping[str, str]
    form: Mapping[str, str]

    @property
    def now(self) -> float:
        """Billing time in Unix seconds."""
        return self.sandbox.clock.now()

    @property
    def page_token(self) -> str:
        """Value of the hidden field that every form of this page carries."""
        return page_token(self.sandbox, path=self.path)


class Unreadable(Exception):
    """A form that is too large, of another type, or without the right token."""

    def __init__(self, status: int, *, heading: str, text: str) -> None:
        super().__init__(heading)
        self.status, self.heading, self.text = status, heading, text


async def read_form(request: Request) -> dict[str, str]:
    """Return the posted fields, the last value of each; raise Unreadable for what no page of ours sends."""
    if request.headers.get("content-type", "").partition(";")[0].strip() != FORM_TYPE:
        raise Unreadable(415, heading="Not a form", text="These pages take plain form posts only.")
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST_FORM_BYTES:
            raise Unreadable(413, heading="Too large", text="The form was larger than any of ours.")
    try:
        pairs = parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=MOST_FIELDS)
    except ValueError as error:
        raise Unreadable(400, heading="Not a form", text="The form cannot be read.") from error
    return {name: value.replace("\x00", "") for name, value in pairs}


def check_origin(request: Request, *, form: Mapping[str, str]) -> None:
    """Raise Unreadable unless a page of ours sent the form: no other site can read its token or be its origin."""
    site = request.headers.get("sec-fetch-site", "same-origin")
    wanted = page_token(request.app.state.sandbox, path=request.url.path).encode()
    given = form.get("page_token", "").encode()
    if site not in {"same-origin", "none"} or not hmac.compare_digest(wanted, given):
        text = "Nothing was done. Open the page again and repeat what you wanted to do."
        raise Unreadable(403, heading="This form did not come from our page", text=text)


def endpoint(answer: Callable[[Visit], Response]) -> Callable[[Request], Awaitable[Response]]:
    """Wrap a synchronous page function: form and token are checked, refusals become pages."""

    async def respond(request: Request) -> Response:
        try:
            form = await read_form(request) if request.method == "POST" else {}
            if request.method == "POST":
                check_origin(request, form=form)
            visit = Visit(
                sandbox=request.app.state.sandbox,
                path=request.url.path,
                names=request.path_params,
                query=request.query_params,
                form=form,
            )
            response = await run_in_threadpool(answer, visit)
        except Unreadable as error:
            response = plain_page(error.heading, text=error.text, status=error.status)
        except PageRefused as error:
            heading = REFUSED_HEADINGS.get(error.status, "This cannot be done")
            response = plain_page(heading, text=error.message, status=error.status)
        return response

    return respond
