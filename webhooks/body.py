"""Reads the bytes of a delivery: never more than the limit, and not for ever; it must not know what they mean."""

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.http import HttpRequest

from webhooks.events import Unsigned

LIMIT_BYTES = 1024 * 1024
SILENCE_SECONDS = 5.0
"""How long a sender may send nothing in the middle of a body: it holds one of the few threads meanwhile."""

_LONGEST_LENGTH_DIGITS = 12  # Python refuses to read numbers of thousands of digits.


class TooLarge(Exception):
    """The body is longer than any event."""


def read_body(request: HttpRequest) -> bytes:
    """The raw bytes, never more than the limit in memory. Raises TooLarge and Unsigned."""
    declared = request.META.get("CONTENT_LENGTH") or "0"
    if not declared.isascii() or not declared.isdigit():
        raise Unsigned("no usable length")
    if len(declared) > _LONGEST_LENGTH_DIGITS or int(declared) > LIMIT_BYTES:
        raise TooLarge
    try:
        with _limited_silence(request):
            return _read_limited(_reader(request))
    except TooLarge:
        raise
    except Exception as error:
        # Servers raise errors of their own over broken chunks and lines that fell silent: whatever an unknown sender
        # provokes, it is no fault of ours.
        raise Unsigned("unreadable") from error


def _reader(request: HttpRequest) -> Callable[[int], bytes]:
    """Django takes a body without a declared length for empty; a server that marks its end is asked itself."""
    is_chunked = "CONTENT_LENGTH" not in request.META and request.META.get("wsgi.input_terminated")
    stream = request.META["wsgi.input"] if is_chunked else request
    read: Callable[[int], bytes] = stream.read
    return read


def _read_limited(read: Callable[[int], bytes]) -> bytes:
    body = bytearray()
    while chunk := read(LIMIT_BYTES + 1 - len(body)):
        body += chunk
        if len(body) > LIMIT_BYTES:
            raise TooLarge
    return bytes(body)


@contextmanager
def _limited_silence(request: HttpRequest) -> Iterator[None]:
    """Under gunicorn, whose threads would wait for ever, an end to the wait for the next bytes."""
    line = request.META.get("gunicorn.socket")
    if not isinstance(line, socket.socket):
        yield
        return
    before = line.gettimeout()
    line.settimeout(SILENCE_SECONDS)
    try:
        yield
    finally:
        line.settimeout(before)
