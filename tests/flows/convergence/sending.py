"""Delivers events as Stripe does: what was answered by 503, because the database was busy, is sent again."""

import threading
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor

from django.test import Client

from tests.webhooks.deliveries import ADDRESS, deliver, signature

_AT_ONCE = 4
_BUSY = 503


def post(bodies: list[bytes]) -> None:
    """Through the view, one after the other, without a network between."""
    client = Client(enforce_csrf_checks=True)
    for body in bodies:
        while (status := deliver(client, body).status_code) == _BUSY:
            pass
        assert status == 200


def post_over_http(url: str, bodies: list[bytes]) -> None:
    """Four at the same moment, then the next four. `url` is that of the server."""
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        for first in range(0, len(bodies), _AT_ONCE):
            group = bodies[first : first + _AT_ONCE]
            barrier = threading.Barrier(len(group))
            list(pool.map(lambda body, barrier=barrier: _post_one(url, body, barrier), group))


def _post_one(url: str, body: bytes, barrier: threading.Barrier) -> None:
    barrier.wait(timeout=20)
    while (status := _status(url, body)) == _BUSY:
        pass
    assert status == 200


def _status(url: str, body: bytes) -> int:
    headers = {"Stripe-Signature": signature(body), "Content-Type": "application/json"}
    try:
        with urllib.request.urlopen(urllib.request.Request(f"{url}{ADDRESS}", body, headers), timeout=30) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as refusal:
        return refusal.code
