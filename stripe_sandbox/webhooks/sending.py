"""Decides how one event goes over the wire and what counts as delivered."""

import http.client
import time
from dataclasses import dataclass
from urllib.parse import urlsplit

from stripe_sandbox.faults import Fault
from stripe_sandbox.webhooks.signature import signature_header

LOCAL_HOSTS = {"127.0.0.1", "localhost", "::1"}
REDIRECT_FLOOR = 300
# Libraries accept a signature for 300 seconds.
_TIMESTAMP_FAULTS = {"old_timestamp": -301, "future_timestamp": 301}


@dataclass(frozen=True)
class Attempt:
    """What one try gave: an HTTP status, or an error in words."""

    status: int | None
    error: str | None = None

    @property
    def is_delivered(self) -> bool:
        """Only 2xx counts; redirects are not followed and do not."""
        return self.status is not None and 200 <= self.status < REDIRECT_FLOOR


def send(url: str, body: bytes, *, secret: str, timeout_seconds: float, fault: Fault | None = None) -> Attempt:
    """POST the event once. Only this machine is ever called; never raises for a receiver's fault."""
    name = fault.name if fault else ""
    if name == "livemode_true":
        body = body.replace(b'"livemode":false', b'"livemode":true')
    target = urlsplit(url)
    if target.hostname not in LOCAL_HOSTS or target.scheme not in {"http", "https"}:
        return Attempt(status=None, error="not sent: the sandbox calls this machine only")
    kind = http.client.HTTPSConnection if target.scheme == "https" else http.client.HTTPConnection
    connection = kind(target.hostname, target.port, timeout=timeout_seconds)
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "User-Agent": "Stripe/1.0 (+https://stripe.com/docs/webhooks)",
        "Accept": "*/*; q=0.5, application/xml",
        "Cache-Control": "no-cache",
        "Stripe-Signature": _signature(body, secret=secret, fault=name),
    }
    path = (target.path or "/") + (f"?{target.query}" if target.query else "")
    try:
        if fault is not None and name in {"webhook_slow", "webhook_reset"}:
            return _break_off(connection, path, body, headers, fault=fault)
        connection.request("POST", path, body=body, headers=headers)
        answer = connection.getresponse()
        answer.read()
        return Attempt(status=answer.status)
    except (OSError, http.client.HTTPException) as error:
        return Attempt(status=None, error=f"{type(error).__name__}: {error}")
    finally:
        connection.close()


def _signature(body: bytes, *, secret: str, fault: str) -> str:
    now = int(time.time())
    if fault == "foreign_secret":
        secret = f"{secret}_of_another_endpoint"
    moment = now + _TIMESTAMP_FAULTS.get(fault, 0)
    header = signature_header(body, secrets=[secret], timestamp=moment)
    if fault == "bad_signature":
        return header[:-1] + ("0" if header[-1] != "0" else "1")
    return header


def _break_off(
    connection: http.client.HTTPConnection, path: str, body: bytes, headers: dict[str, str], *, fault: Fault
) -> Attempt:
    """Send half the body and end there: at once, or after the fault's seconds."""
    connection.putrequest("POST", path)
    for name, value in {**headers, "Content-Length": str(len(body))}.items():
        connection.putheader(name, value)
    connection.endheaders(body[: len(body) // 2])
    if fault.name == "webhook_slow":
        time.sleep(fault.seconds)
    return Attempt(status=None, error=f"broken off by the fault {fault.name}")
