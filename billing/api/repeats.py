"""Reads `Idempotency-Key`, and keeps what a write answered, so that a repeat is answered the same."""

import hashlib
import json
import re
from typing import Any
from uuid import uuid4

from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from billing import clock
from billing.api.caller import Caller
from billing.errors import InvalidInput
from billing.models import ApiRequest
from billing.services.answer_once import Sent, answer_request, begin_request, release_request

HEADER = "Idempotency-Key"
_WRITTEN = re.compile(r"[\x21-\x7e]{1,255}", re.ASCII)
_LONGEST_PATH = 500
# Failures that pass by themselves: the repeat is carried out, and not answered with them again.
_PASSING = {"under_way", "lease_taken", "lease_lost", "request_in_progress", "try_under_way"}


def begin(request: Request, caller: Caller) -> ApiRequest:
    """The row of this write. Without the header it gets a key of its own, and cannot be repeated.

    Raises InvalidInput, and what `begin_request` raises.
    """
    given = request.headers.get(HEADER)
    if given is not None and not _WRITTEN.fullmatch(given):
        raise InvalidInput("An Idempotency-Key has 1 to 255 visible ASCII characters.", field=HEADER)
    path = request.get_full_path()
    if len(path) > _LONGEST_PATH:
        raise InvalidInput("The address is too long.")
    sent = Sent(
        organization=caller.organization,
        caller=caller.name,
        idempotency_key=given or str(uuid4()),
        method=str(request.method),
        path=path,
        body_hash=_digest(request.data),
        api_key=caller.key,
        user=caller.membership.user if caller.membership else None,
    )
    return begin_request(sent, now=clock.system_now())


def stored_answer(row: ApiRequest) -> Response:
    """What was answered then, word for word."""
    data = json.loads(row.answer) if row.answer else None
    return Response(
        data, status=row.status, content_type=row.content_type or None, headers={"Idempotent-Replayed": "true"}
    )


def keep(row: ApiRequest, response: Response, *, holds_secret: bool) -> None:
    """Keep a lasting answer; let go of one that passes. A secret is not kept."""
    if response.status_code >= 500 or response.status_code == 429 or _code_of(response.data) in _PASSING:
        release_request(row)
        return
    body = JSONRenderer().render(response.data).decode()
    is_hidden = holds_secret and response.status_code < 400
    answer_request(
        row,
        status=response.status_code,
        answer="" if is_hidden else body,
        content_type=response.content_type or "application/json" if body else "",
        now=clock.system_now(),
    )


def let_go(row: ApiRequest) -> None:
    """What was being done has crashed."""
    release_request(row)


def _code_of(data: Any) -> str:
    return str(data.get("code", "")) if isinstance(data, dict) else ""


def _digest(data: Any) -> str:
    """The same for the same JSON, however it is spaced and in whatever order its names stand."""
    return hashlib.sha256(json.dumps(data, sort_keys=True, default=str).encode()).hexdigest()
