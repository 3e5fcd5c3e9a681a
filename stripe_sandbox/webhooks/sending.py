"""Decides how one event goes over the wire and what counts as delivered."""

import http.client
import time
from dataclasses import dataclass
from urllib.parse import urlsplit

from stripe_sandbox.webhooks.signature import signature_header

LOCAL_HOSTS = {"127.0.0.1", "localhost", "::1"}
REDIRECT_FLOOR = 300


@dataclass(frozen=True)
class Attempt:
    """What one try gave: an HTTP status, or an error in words."""

    status: int | None
    error: str | None = None

    @property
    def is_delivered(self) -> bool:
        """Only 2xx counts; redirects are not followed and do not."""
        return self.status is not None and 200 <= self.status < REDIRECT_FLOOR


def send(url: str, body: bytes, *, secret: str, timeout_seconds: float) -> Attempt:
    """POST the event once. Only this machine is ever called; never raises for a receiver's fault."""
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
        "Stripe-Signature": signature_header(body, secrets=[secret], timestamp=int(time.time())),
    }
    path = (target.path or "/") + (f"?{target.query}" if target.query else "")
    try:
        connection.request("POST", path, body=body, headers=headers)
        answer = connection.getresponse()
        answer.read()
        return Attempt(status=answer.status)
    except (OSError, http.client.HTTPException) as error:
        return Attempt(status=None, error=f"{type(error).__name__}: {error}")
    finally:
        connection.close()
