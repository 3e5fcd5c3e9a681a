"""Makes signed deliveries of subscription events, about as long as Stripe's; every call gives events with new ids."""

import hashlib
import hmac
import json
import time
import uuid
from typing import Any

SECRET = "whsec_of_the_bench"  # noqa: S105
UPDATED = "customer.subscription.updated"
# A type that dj-stripe 2.11 has no receiver for: it stores the event and fetches nothing.
ONLY_STORED = "refund.updated"


def delivery(path: str, subscription: dict[str, Any], *, event_type: str = UPDATED) -> bytes:
    """The bytes of a whole HTTP request, signed now. Stripe takes a signature for five minutes, and so do we."""
    body = event_body(subscription, event_type=event_type)
    return request(path, body, headers={"Stripe-Signature": _signature(body), "User-Agent": "Stripe/1.0"})


def event_body(subscription: dict[str, Any], *, event_type: str = UPDATED) -> bytes:
    event = {
        "id": f"evt_{uuid.uuid4().hex}",
        "object": "event",
        "api_version": "2026-05-27.dahlia",
        "created": int(time.time()),
        "data": {"object": subscription, "previous_attributes": {"quantity": subscription["quantity"] - 1}},
        "livemode": False,
        "pending_webhooks": 1,
        "request": {"id": f"req_{uuid.uuid4().hex[:14]}", "idempotency_key": str(uuid.uuid4())},
        "type": event_type,
    }
    return json.dumps(event, indent=1).encode()


def request(path: str, body: bytes, *, headers: dict[str, str]) -> bytes:
    lines = [
        f"POST {path} HTTP/1.1",
        "Host: 127.0.0.1",
        "Content-Type: application/json; charset=utf-8",
        f"Content-Length: {len(body)}",
        *(f"{name}: {value}" for name, value in headers.items()),
    ]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def _signature(body: bytes) -> str:
    stamp = int(time.time())
    digest = hmac.new(SECRET.encode(), b"%d." % stamp + body, hashlib.sha256).hexdigest()
    return f"t={stamp},v1={digest}"
