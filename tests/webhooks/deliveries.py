"""Builds events and signs them as Stripe does, with the standard library only and none of the product's code."""

import hashlib
import hmac
import json
import threading
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from typing import Any

SECRET = "whsec_of_the_tests"
ADDRESS = "/webhooks/stripe/"


def event_body(event_id: str = "evt_1", event_type: str = "customer.updated", **changes: Any) -> bytes:
    """The bytes of an event; `obj` is the object it is about, other keywords replace fields of the envelope."""
    obj = changes.pop("obj", {"id": "cus_1", "object": "customer"})
    event = {
        "id": event_id,
        "object": "event",
        "api_version": "2026-05-27.dahlia",
        "created": 1790000000,
        "data": {"object": obj},
        "livemode": False,
        "pending_webhooks": 1,
        "request": {"id": "req_1", "idempotency_key": None},
        "type": event_type,
    }
    return json.dumps(event | changes).encode()


def thin_body(event_id: str = "evt_thin", event_type: str = "v1.customer.updated", **changes: Any) -> bytes:
    """The bytes of an event that only names its object, under `related_object` if at all."""
    event = {
        "id": event_id,
        "object": "v2.core.event",
        "type": event_type,
        "created": "2026-09-22T00:00:00Z",
        "livemode": False,
    }
    return json.dumps(event | changes).encode()


def signature(body: bytes, *, secret: str = SECRET, at: int | None = None) -> str:
    """The value of Stripe-Signature for these bytes, dated now by wall time."""
    stamp = int(time.time()) if at is None else at
    digest = hmac.new(secret.encode(), b"%d." % stamp + body, hashlib.sha256).hexdigest()
    return f"t={stamp},v1={digest}"


def deliver(client: Any, body: bytes, *, header: str | None = None, address: str = ADDRESS, **extra: Any) -> Any:
    """Post the bytes with a right signature, or with the header given; an empty header is left out."""
    header = signature(body) if header is None else header
    headers = {"Stripe-Signature": header} if header else {}
    content_type = extra.pop("content_type", "application/json; charset=utf-8")
    return client.generic("POST", address, data=body, content_type=content_type, headers=headers, **extra)


def post_at_once(url: str, bodies: list[bytes]) -> list[int]:
    """The statuses of one delivery a body, all sent when the last one is ready."""
    barrier = threading.Barrier(len(bodies))

    def post(body: bytes) -> int:
        request = urllib.request.Request(
            url, data=body, headers={"Stripe-Signature": signature(body), "Content-Type": "application/json"}
        )
        barrier.wait(timeout=20)
        with urllib.request.urlopen(request, timeout=30) as answer:
            return int(answer.status)

    with ThreadPoolExecutor(len(bodies)) as pool:
        return list(pool.map(post, bodies))
