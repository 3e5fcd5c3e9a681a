"""Takes deliveries before Django's middleware, which serves people; it must not know how a delivery is judged.

The same function receives in both ways in. Sessions, content policies and address tables cost as much as the rest of
the answer together (bench/README.md), and none of them concerns a machine that signs what it sends.
"""

import re
import threading
import time
from collections.abc import Iterable
from http import HTTPStatus
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from django.core.handlers.wsgi import WSGIRequest
from django.db import connection

from webhooks.views import receive

# As webhooks/urls.py has it, where the same addresses lead to the same function.
_ADDRESS = re.compile(r"/webhooks/([^/]+)/")
_RESTED_SECONDS = 1.0
_used = threading.local()


class WebhookLane:
    """A WSGI application that answers the webhook addresses itself and leaves all others to `application`."""

    def __init__(self, application: WSGIApplication) -> None:
        self._application = application

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        address = _ADDRESS.fullmatch(environ.get("PATH_INFO", ""))
        if address is None:
            return self._application(environ, start_response)
        _look_after_connection()
        response = receive(WSGIRequest(environ), address[1])
        status = HTTPStatus(response.status_code)
        headers = [
            *response.items(),
            ("Content-Length", str(len(response.content))),
            ("X-Content-Type-Options", "nosniff"),
        ]
        start_response(f"{status.value} {status.phrase}", headers)
        return [response.content]


def _look_after_connection() -> None:
    """What Django does at the start of each request, here only for a connection that has rested.

    The look is a question to the database, nearly as dear as the answer itself. One that worked a second ago works
    now, or the database has just gone and 503 is the right answer.
    """
    now = time.monotonic()
    # Inside somebody's transaction, as in a test, the connection is theirs.
    if now - getattr(_used, "at", 0.0) > _RESTED_SECONDS and not connection.in_atomic_block:
        connection.close_if_unusable_or_obsolete()
    _used.at = now
