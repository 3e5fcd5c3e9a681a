"""The only caller of addresses that customers have named: signed, short, and never into our own net.

A name is looked up once, every address that it has is checked, and the connection goes to a checked address, so that
a name cannot lead elsewhere between the check and the call. Redirects are not followed, and no proxy is used.
"""

import http.client
import socket
import ssl
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as StillRunning
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from urllib.parse import urlsplit

import certifi
from django.conf import settings
from django.db import connection
from standardwebhooks import Webhook

from billing.gateway.transport import NetworkInTransaction
from billing.rules.webhook_url import Target, UrlRefused, is_allowed, target_of

CONNECT_SECONDS = 3.0
TOTAL_SECONDS = 10.0
LONGEST_ANSWER = 1024
AT_ONCE = 8
_REFUSED = "address_not_public"
_TOO_LATE = "timed_out"
_NO_NAME = "name_not_found"
_REDIRECT = "redirect_not_followed"


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One message: the same `message_id` and `body` at each try. `secrets` (`whsec_…`) sign it, each by itself."""

    url: str
    message_id: str
    body: str
    secrets: tuple[str, ...]
    at: datetime


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: a status and the beginning of the answer, or in `error` a stable word for why nothing did."""

    status_code: int | None
    duration_ms: int
    error: str = ""
    text: str = ""


Resolve = Callable[[str, int], list[str]]


def look_up(host: str, port: int) -> list[str]:
    """Every address of a name, in the system's order. Raises OSError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[4][0]) for address in found))


@lru_cache(maxsize=1)
def _trusted() -> ssl.SSLContext:
    return ssl.create_default_context(cafile=certifi.where())


@dataclass(frozen=True)
class Sender:
    """Sends messages; what it may reach and whom it trusts is given to it, so that a test can give something else."""

    allows_local: bool = field(default_factory=lambda: is_local_allowed())
    resolve: Resolve = look_up
    context: Callable[[], ssl.SSLContext] = _trusted
    connect_seconds: float = CONNECT_SECONDS
    total_seconds: float = TOTAL_SECONDS

    def send_all(self, messages: Sequence[Outgoing]) -> list[Answer]:
        """Send several at once, an answer for each in the same order; none takes longer than `total_seconds`.

        Safe to repeat: a receiver knows a message by its id. Never raises for what a receiver does. Raises
        NetworkInTransaction.
        """
        if connection.in_atomic_block:
            raise NetworkInTransaction("A webhook was about to be sent inside a transaction.")
        deadline = time.monotonic() + self.total_seconds
        pool = ThreadPoolExecutor(max_workers=max(len(messages), 1), thread_name_prefix="webhook")
        try:
            running = [pool.submit(self._send, message, deadline) for message in messages]
            return [self._answer(future, deadline) for future in running]
        finally:
            # Looking up a name cannot be interrupted; who waits for one sends nothing once it is late.
            pool.shutdown(wait=False, cancel_futures=True)

    def _answer(self, future: "Future[Answer]", deadline: float) -> Answer:
        try:
            return future.result(timeout=max(deadline - time.monotonic(), 0) + 0.5)
        except StillRunning:
            return Answer(None, int(self.total_seconds * 1000), error=_TOO_LATE)

    def _send(self, message: Outgoing, deadline: float) -> Answer:
        began = time.monotonic()
        status, error, text = None, "", ""
        try:
            target = target_of(message.url, allows_local=self.allows_local)
            status, text = self._post(target, message, deadline)
            error = _REDIRECT if 300 <= status < 400 else ""
        except UrlRefused:
            error = _REFUSED
        except socket.gaierror:
            error = _NO_NAME
        except ssl.SSLCertVerificationError as failure:
            error = f"certificate: {failure.verify_message}"
        except (OSError, http.client.HTTPException, ValueError) as failure:
            error = _TOO_LATE if _is_late(failure, deadline) else type(failure).__name__
        return Answer(status, int((time.monotonic() - began) * 1000), error=error[:200], text=text)

    def _post(self, target: Target, message: Outgoing, deadline: float) -> tuple[int, str]:
        lines = [self._connect(target, deadline)]
        # Each read has a time-out of its own; who answers a byte at a time is cut off by this.
        cut_off = threading.Timer(max(deadline - time.monotonic(), 0.01), _shut, args=[lines])
        cut_off.daemon = True
        cut_off.start()
        try:
            lines[0].settimeout(max(deadline - time.monotonic(), 0.01))
            if target.is_secure:
                # Wrapping takes the plain one's place; shaking hands comes after it, so that it can be cut off, too.
                secured = self.context().wrap_socket(
                    lines[0], server_hostname=target.host, do_handshake_on_connect=False
                )
                lines[0] = secured
                secured.do_handshake()
            return self._talk(lines[0], target, message, deadline)
        finally:
            cut_off.cancel()
            lines[0].close()

    def _connect(self, target: Target, deadline: float) -> socket.socket:
        """A connection to one of the addresses, all of which are checked first. Raises UrlRefused or OSError."""
        addresses = self.resolve(target.host, target.port)
        if not addresses or not all(is_allowed(one, allows_local=self.allows_local) for one in addresses):
            raise UrlRefused("This address is not a public one.")
        give_up_at = min(time.monotonic() + self.connect_seconds, deadline)
        failure: OSError = TimeoutError()
        for address in addresses:
            left = give_up_at - time.monotonic()
            if left <= 0:
                break
            try:
                return socket.create_connection((address, target.port), timeout=left)
            except OSError as error:
                failure = error
        raise failure

    def _talk(self, line: socket.socket, target: Target, message: Outgoing, deadline: float) -> tuple[int, str]:
        talk: http.client.HTTPConnection = (
            http.client.HTTPSConnection(target.host, target.port, context=self.context())
            if target.is_secure
            else http.client.HTTPConnection(target.host, target.port)
        )
        talk.auto_open = 0  # It never opens a line of its own: that one would be to an address nobody checked.
        talk.sock = line
        try:
            talk.request("POST", target.path, body=message.body.encode(), headers=headers_of(message))
            answer = talk.getresponse()
            if time.monotonic() >= deadline:  # Cut off within its head, which then passes for a whole one.
                raise TimeoutError
            return answer.status, _readable(_beginning(answer))
        finally:
            talk.close()


def _beginning(answer: http.client.HTTPResponse) -> bytes:
    """As much of the answer as is kept. The status is what counts: one that breaks off after it has arrived, too."""
    found = b""
    with suppress(OSError, http.client.HTTPException, ValueError):
        while len(found) < LONGEST_ANSWER and (more := answer.read1(LONGEST_ANSWER - len(found))):
            found += more
    return found


def headers_of(message: Outgoing) -> dict[str, str]:
    """As Standard Webhooks has them: the id, the moment of this try, and a signature by each secret."""
    signed = [Webhook(secret).sign(message.message_id, message.at, message.body) for secret in message.secrets]
    return {
        "Content-Type": "application/json",
        "User-Agent": f"{''.join(c for c in settings.PRODUCT_NAME if c.isascii() and c.isalnum())}-Webhooks/1",
        "webhook-id": message.message_id,
        "webhook-timestamp": str(int(message.at.timestamp())),
        "webhook-signature": " ".join(signed),
    }


def refuse_private_address(url: str, *, resolve: Resolve = look_up) -> None:
    """Raise UrlRefused for an address that we would not call. A name that is not known yet may be saved."""
    allows_local = is_local_allowed()
    target = target_of(url, allows_local=allows_local)
    try:
        addresses = resolve(target.host, target.port)
    except (OSError, UnicodeError):
        return
    if not all(is_allowed(one, allows_local=allows_local) for one in addresses):
        raise UrlRefused("This name leads to an address that is not a public one.")


def is_local_allowed() -> bool:
    """Whether http and this machine itself may be called: on a developer's machine only."""
    return bool(settings.ENVIRONMENT == "development")


def host_of(url: str) -> str:
    """The host in a saved address, for a log that shows no more of it."""
    return urlsplit(url).hostname or ""


def _is_late(failure: BaseException, deadline: float) -> bool:
    return isinstance(failure, TimeoutError) or time.monotonic() >= deadline - 0.05


def _shut(lines: list[socket.socket]) -> None:
    with suppress(OSError):
        # That of the plain socket: a secured one would let go of its cipher under the hands of who reads.
        socket.socket.shutdown(lines[0], socket.SHUT_RDWR)


def _readable(answer: bytes) -> str:
    """Text that can be stored and shown; what is none is marked."""
    return answer.decode("utf-8", errors="replace").replace("\0", "\N{REPLACEMENT CHARACTER}")
