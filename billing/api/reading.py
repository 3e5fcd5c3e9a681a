"""Lets a program that polls ask "has it changed?" (ETag, 304), and keeps shared caches out."""

import hashlib

from django.http import HttpResponse
from django.utils.http import parse_etags
from rest_framework.request import Request

_SENT_ALONG = ("API-Version", "Cache-Control", "Vary", "RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset")


def answer_if_changed(request: Request, response: HttpResponse) -> HttpResponse:
    """The rendered answer with its ETag, or 304 where the program has it already."""
    etag = f'"{hashlib.sha256(response.content).hexdigest()[:32]}"'
    response["ETag"] = etag
    known = parse_etags(request.headers.get("If-None-Match", ""))
    if not any(one == "*" or one.removeprefix("W/") == etag for one in known):
        return response
    unchanged = HttpResponse(status=304)
    del unchanged["Content-Type"]
    unchanged["ETag"] = etag
    for name in _SENT_ALONG:
        if name in response:
            unchanged[name] = response[name]
    return unchanged
