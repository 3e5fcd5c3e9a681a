"""Receives deliveries: check the signature, store one row, answer. It must not know what any event means."""

import logging
import time
from datetime import datetime
from http import HTTPStatus

from django.db import Error as DatabaseFailure
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.views.decorators.csrf import csrf_exempt
from structlog.contextvars import bound_contextvars

from webhooks import counts, inbox, tasks
from webhooks.body import TooLarge, read_body
from webhooks.events import Endpoint, Unsigned
from webhooks.providers.endpoints import PROVIDERS, find_endpoint
from webhooks.skew import SkewWatch
from webhooks.wakeup import WakeUp

logger = logging.getLogger(__name__)

_PLAIN = "text/plain"

wake_up = WakeUp(tasks.process_inbox.delay)
skew_watch = SkewWatch(WakeUp(tasks.tell_of_skewed_clock.delay).ask)


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
    began = time.perf_counter()
    now = inbox.system_now()
    try:
        body = _signed_body(request, address=address, now=now)
    except TooLarge:
        counts.refused("too large")
        return _refusal(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    except Unsigned as refused:
        _note_refusal(refused, address=address, now=now)
        return _refusal(HTTPStatus.BAD_REQUEST)
    event = PROVIDERS[address.provider].read(body)
    try:
        with bound_contextvars(event_id=event.event_id, object_id=event.object_id):
            is_new = inbox.record(event, endpoint=address, body=body, now=now)
    except DatabaseFailure as failure:
        counts.not_stored()
        logger.error("inbox: %s could not be stored (%s)", event.event_id, type(failure).__name__)
        connection.close()  # The next delivery must not inherit a broken connection.
        return _refusal(HTTPStatus.SERVICE_UNAVAILABLE)
    wake_up.ask()
    counts.acked(is_new=is_new, seconds=time.perf_counter() - began)
    return HttpResponse(b"ok", content_type=_PLAIN)


def _signed_body(request: HttpRequest, *, address: Endpoint, now: datetime) -> bytes:
    body = read_body(request)
    skew_seconds = PROVIDERS[address.provider].verify(body, headers=request.headers, secrets=address.secrets, now=now)
    counts.stamped(skew_seconds)
    return body


def _note_refusal(refused: Unsigned, *, address: Endpoint, now: datetime) -> None:
    """Count it. One that is really signed, but at another time, tells that a clock is wrong: theirs or ours."""
    counts.refused(refused.reason)
    logger.info("inbox: refused a delivery to %s: %s", address.key, refused.reason)
    if refused.skew_seconds is not None:
        counts.stamped(refused.skew_seconds)
        skew_watch.note(now=now)


def _refusal(status: HTTPStatus) -> HttpResponse:
    return HttpResponse(status=status, content_type=_PLAIN)
