"""Fixtures of the page tests: the shop that sends visitors, and a visitor."""

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from tests.sandbox_fixture import Sandbox
from tests.stripe_sandbox_pages.shop import Shop
from tests.stripe_sandbox_pages.visitor import Visitor


class _ShopPage(BaseHTTPRequestHandler):
    """Any page of the shop: what matters is only that the visitor arrives at another origin."""

    def do_GET(self) -> None:
        body = b"<!doctype html><html lang=en><title>Shop</title><link rel=icon href=/icon><h1>The shop</h1>"
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        """Say nothing in the test's output."""


@pytest.fixture(scope="session")
def shop_home() -> Iterator[str]:
    """Origin of a running shop, on a port of its own."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _ShopPage)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def shop(sandbox: Sandbox, shop_home: str) -> Shop:
    return Shop(url=sandbox.url, home=shop_home)


@pytest.fixture
def visitor(sandbox: Sandbox) -> Visitor:
    return Visitor(sandbox.url)
