"""Receives deliveries: check the signature, store one row, answer. It must not know what any event means."""

import logging
from http import HTTPStatus

from django.db import Error as DatabaseFailure
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, UnreadablePostError
from django.views.decorators.csrf import csrf_exempt

from webhooks import inbox, tasks
from webhooks.events import Unsigned
from webhooks.providers.endpoints import PROVIDERS, find_endpoint
from webhooks.wakeup import WakeUp

logger = logging.getLogger(__name__)

BODY_LIMIT_BYTES = 1024 * 1024
_LONGEST_LENGTH_DIGITS = 12  # Python refuses to read numbers of thousands of digits.
_PLAIN = "text/plain"

wake_up = WakeUp(tasks.process_inbox.delay)


class _TooLarge(Exception):
    """The body is longer than any event."""


@csrf_exempt
@transaction.non_atomic_requests
def receive(request: HttpRequest, endpoint: str) -> HttpResponse:
    """Answer 200 only when the event is committed; everything else makes the provider send it again or give up.

    Errors have no body and no template: whoever knocks here without a signature costs and learns nothing.
    """
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    address = find_endpoint(endpoint)
    if address is None:
        return _refusal(HTTPStatus.NOT_FOUND)
    provider = PROVIDERS[address.provider]
    now = inbox.system_now()
    try:
        body = _read_body(request)
        provider.verify(body, headers=request.headers, secrets=address.secrets, now=now)
    except _TooLarge:
        return _refusal(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    except (Unsigned, UnreadablePostError) as refused:
        logger.info("inbox: refused a delivery to %s: %s", address.key, getattr(refused, "reason", "unreadable"))
        return _refusal(HTTPStatus.BAD_REQUEST)
    try:
        inbox.record(provider.read(body), endpoint=address, body=body, now=now)
    except DatabaseFailure as failure:
        logger.error("inbox: an event could not be stored (%s)", type(failure).__name__)
        connection.close()  # The next delivery must not inherit a broken connection.
        return _refusal(HTTPStatus.SERVICE_UNAVAILABLE)
    wake_up.ask()
    return HttpResponse(b"ok", content_type=_PLAIN)


def _read_body(request: HttpRequest) -> bytes:
    """The raw bytes, never more than the limit in memory. Raises _TooLarge, UnreadablePostError, Unsigned."""
    declared = request.META.get("CONTENT_LENGTH") or "0"
    if not declared.isascii() or not declared.isdigit():
        raise Unsigned("no usable length")
    if len(declared) > _LONGEST_LENGTH_DIGITS or int(declared) > BODY_LIMIT_BYTES:
        raise _TooLarge
    body = bytearray()
    while chunk := request.read(BODY_LIMIT_BYTES + 1 - len(body)):
        body += chunk
        if len(body) > BODY_LIMIT_BYTES:
            raise _TooLarge
    return bytes(body)


def _refusal(status: HTTPStatus) -> HttpResponse:
    return HttpResponse(status=status, content_type=_PLAIN)
