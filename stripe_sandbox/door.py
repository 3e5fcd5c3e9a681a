"""Decides whom pages and controls, which ask for no key, let in: this machine, and no page of another site."""

from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
OWN_SITES = ("none", "same-origin")  # Programs send no such header at all.


class Door:
    """Refuses what comes from another machine, under a foreign name, or to a control from another site's page.

    A foreign name in `Host` is how a page elsewhere reaches this machine through a name server of its own.
    """

    def __init__(self, application: ASGIApp, *, public_url: str) -> None:
        self._application = application
        self._names = LOOPBACK | {urlsplit(public_url).hostname or ""}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        reason = self._refusal(scope) if scope["type"] == "http" and not scope["path"].startswith("/v1/") else None
        if reason is None:
            await self._application(scope, receive, send)
        else:
            await PlainTextResponse(reason, status_code=403)(scope, receive, send)

    def _refusal(self, scope: Scope) -> str | None:
        headers = Headers(scope=scope)
        client = scope.get("client")
        if client is not None and client[0] not in LOOPBACK:
            return "The sandbox serves its own machine only."
        if _hostname(f"//{headers.get('host', '')}") not in self._names:
            return "The sandbox is not known under this name."
        is_control = scope["path"].startswith("/_sandbox/") and not scope["path"].startswith("/_sandbox/console")
        if is_control and scope["method"] != "GET" and self._is_foreign(headers):
            return "Not from another site."
        return None

    def _is_foreign(self, headers: Headers) -> bool:
        origin = headers.get("origin")
        is_named_foreign = origin is not None and _hostname(origin) not in self._names
        return is_named_foreign or headers.get("sec-fetch-site", "none") not in OWN_SITES


def _hostname(url: str) -> str | None:
    try:
        return urlsplit(url).hostname
    except ValueError:
        return None
