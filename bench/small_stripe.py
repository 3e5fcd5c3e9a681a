"""A Stripe of one page: subscriptions in memory, answered over HTTP after a fixed latency; it knows no billing.

The sandbox would take longer over an answer than what is measured; this takes some microseconds.
"""

import asyncio
import json
import threading
import time
from collections import Counter
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

_OBJECTS = json.loads((Path(__file__).parent / "objects.json").read_text())
_NOTHING = {"object": "list", "data": [], "has_more": False, "url": "/v1"}
_NAMES = {
    "account": "account",
    "products": "product",
    "prices": "price",
    "customers": "customer",
    "payment_methods": "payment_method",
    "subscriptions": "subscription",
    "invoices": "invoice",
}


class SmallStripe:
    """Answers within `with`, in a thread of its own. `quantities` is what it knows: one number a subscription."""

    def __init__(self, *, subscriptions: int, latency_seconds: float = 0.0) -> None:
        self.quantities = {f"sub_{number}": 1 for number in range(subscriptions)}
        self.latency_seconds = latency_seconds
        self.calls: Counter[str] = Counter()
        self.port = 0
        self._loop = asyncio.new_event_loop()
        self._is_up = threading.Event()

    def __enter__(self) -> Self:
        threading.Thread(target=self._serve, daemon=True).start()
        self._is_up.wait()
        return self

    def __exit__(self, *fault: object) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def fetches(self) -> int:
        """How many objects were asked for one by one; lists and looks at the clock are not counted."""
        return sum(self.calls[kind] for kind in _NAMES)

    def subscription(self, stripe_id: str) -> dict[str, Any]:
        """The subscription (`sub_…`) as it is now."""
        found: dict[str, Any] = _filled("subscription", stripe_id.partition("_")[2])
        found["quantity"] = found["items"]["data"][0]["quantity"] = self.quantities[stripe_id]
        return found

    def change(self, stripe_id: str) -> dict[str, Any]:
        """One seat more; the subscription as it is then."""
        self.quantities[stripe_id] += 1
        return self.subscription(stripe_id)

    def answer(self, target: str) -> tuple[int, dict[str, Any]]:
        """Status and body of a GET."""
        kind, _, name = urlsplit(target).path.removeprefix("/v1/").partition("/")
        if target.startswith("/_sandbox"):
            self.calls["clock"] += 1
            return 200, {"now": time.time(), "offset_seconds": 0, "is_frozen": False, "is_advancing": False}
        self.calls[kind if name or kind == "account" else f"{kind} list"] += 1
        if kind == "subscriptions" and name in self.quantities:
            return 200, self.subscription(name) | {"latest_invoice": _filled("invoice", name.partition("_")[2])}
        if kind == "account" or (kind in _NAMES and name and "/" not in name):
            return 200, _filled(_NAMES[kind], name.partition("_")[2])
        return 200, _NOTHING

    def _serve(self) -> None:
        asyncio.set_event_loop(self._loop)
        starting = self._loop.create_server(lambda: _Conversation(self), "127.0.0.1", 0)
        server = self._loop.run_until_complete(starting)
        self.port = server.sockets[0].getsockname()[1]
        self._is_up.set()
        self._loop.run_forever()
        server.close()


class _Conversation(asyncio.Protocol):
    """One kept connection. Only GET is spoken here, so a request ends with its headers."""

    def __init__(self, stripe: SmallStripe) -> None:
        self._stripe = stripe
        self._buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)  # noqa: S101  # A TCP connection has one that writes.
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while b"\r\n\r\n" in self._buffer:
            head, _, self._buffer = self._buffer.partition(b"\r\n\r\n")
            target = head.split(b" ", 2)[1].decode()
            asyncio.get_running_loop().call_later(self._stripe.latency_seconds, self._reply, target)

    def _reply(self, target: str) -> None:
        status, found = self._stripe.answer(target)
        body = json.dumps(found).encode()
        head = f"HTTP/1.1 {status} OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n"
        self._transport.write(head.encode() + b"Request-Id: req_bench\r\n\r\n" + body)


def _filled(kind: str, number: str) -> Any:
    return json.loads(_TEXTS[kind].replace("{n}", number))


_TEXTS = {kind: json.dumps(found) for kind, found in _OBJECTS.items()}
