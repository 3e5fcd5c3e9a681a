"""Two web processes that keep their answers: neither is older than two seconds after a webhook was handled."""

import http.client
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.parse import quote

import pytest
from django.db import connection

from billing.gateway.client import client
from billing.models import Subscription
from billing.terms import ApiScope
from tests.billing.api.asking import bearer, make_key
from tests.billing.factories import FeatureFactory, PlanFeatureFactory
from tests.billing.shop import Shop

pytestmark = pytest.mark.django_db(transaction=True)
ROOT = Path(__file__).resolve().parents[2]
MOST_SECONDS = 2.0
_START_SECONDS = 60.0


@pytest.fixture
def shop(sandbox, transactional_db) -> Shop:
    return Shop.open(sandbox)


def test_two_processes_follow_a_handled_webhook_within_two_seconds(shop: Shop) -> None:
    PlanFeatureFactory(plan=shop.scale.plan, feature=FeatureFactory(code="exports"))
    subscription = shop.subscribe()
    _, secret = make_key(shop.organization.memberships.get(), ApiScope.INVOICES_READ)
    with ExitStack() as stack:
        webs = [stack.enter_context(web()) for _ in range(2)]
        wait_for(webs, 200, secret)

        late = [follow(shop, subscription, webs, secret, to) for to in (402, 200)]

    assert max(late) < MOST_SECONDS


def follow(shop: Shop, subscription: Subscription, webs: list[int], secret: str, to: int) -> float:
    """Change it at Stripe, handle the news, and say how long after that the last process answered as before."""
    stripe = client().v1.subscriptions
    if to == 402:
        stripe.update(subscription.stripe_subscription_id, params={"items": [moved(subscription, shop.growth)]})
    else:
        stripe.update(subscription.stripe_subscription_id, params={"items": [moved(subscription, shop.scale)]})
    assert [ask(port, secret) for port in webs] == [402 if to == 200 else 200] * 2  # Kept, and right until handled.
    shop.look_at(subscription)
    handled = time.monotonic()
    wait_for(webs, to, secret)
    return time.monotonic() - handled


def moved(subscription: Subscription, price) -> dict[str, str]:
    return {"id": subscription.items.get().stripe_item_id, "price": price.stripe_price_id}


def wait_for(webs: list[int], status: int, secret: str) -> None:
    """Until every process answers so; it keeps asking, so that each has its answer kept."""
    deadline = time.monotonic() + _START_SECONDS
    while [ask(port, secret) for port in webs] != [status] * len(webs):
        assert time.monotonic() < deadline
        time.sleep(0.02)


def ask(port: int, secret: str) -> int:
    asking = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        asking.request("GET", "/api/v1/exports/", headers=bearer(secret))
        return asking.getresponse().status
    except OSError:
        return 0
    finally:
        asking.close()


@contextmanager
def web() -> Iterator[int]:
    """A web process of the product on the test's database, which keeps its answers as in production."""
    port = free_port()
    words = [sys.executable, "-m", "gunicorn", "billing_project.wsgi", "--bind", f"127.0.0.1:{port}"]
    words += ["--worker-class", "gthread", "--threads", "4", "--log-level", "warning"]
    environment = {
        **os.environ,
        "DATABASE_URL": database_url(),
        "ENTITLEMENT_CACHE_MILLISECONDS": "1000",
        "API_CALLS_PER_MINUTE": "100000",
    }
    process = subprocess.Popen(words, cwd=ROOT, env=environment)
    try:
        yield port
    finally:
        process.terminate()
        process.wait(timeout=20)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def database_url() -> str:
    """Of the test's own database, which has another name than the one in the environment."""
    parts = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{parts['NAME']}"
    host = quote(str(parts["HOST"]), safe="")
    login = f"{quote(str(parts['USER']))}:{quote(str(parts['PASSWORD']))}"
    return f"postgres://{login}@{host}:{parts['PORT']}/{parts['NAME']}"
