"""A webhook receiver in a thread: it keeps what comes in and answers as told."""

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Received:
    """One delivery as it came over the wire."""

    body: bytes
    headers: dict[str, str]

    @property
    def event(self) -> dict[str, Any]:
        return json.loads(self.body)


@dataclass
class Receiver:
    """What came in, in order; `answers` are statuses for the next deliveries, 200 afterwards."""

    url: str
    secret: str = "whsec_of_the_receiver"
    received: list[Received] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)
    on_delivery: Callable[[Received], None] | None = None

    def clear(self) -> None:
        self.received.clear()
        self.answers.clear()
        self.on_delivery = None

    @property
    def types(self) -> list[str]:
        return [one.event["type"] for one in self.received]


def start() -> tuple[Receiver, ThreadingHTTPServer]:
    """A receiver on a free port."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            one = Received(body, dict(self.headers))
            receiver.received.append(one)
            if receiver.on_delivery is not None:
                receiver.on_delivery(one)
            self.send_response(receiver.answers.pop(0) if receiver.answers else 200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *args: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    receiver = Receiver(url=f"http://127.0.0.1:{server.server_address[1]}/webhooks/stripe/")
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return receiver, server
