"""Nothing is lost when processes die: the worker in the middle of its work, or everything before the webhook."""

import re
import time
from collections.abc import Callable
from uuid import uuid4

import pytest
import requests

from tests.flows.running import DEMO_EMAIL, DEMO_PASSWORD, Running
from tests.stripe_sandbox_pages.visitor import Visitor

pytestmark = pytest.mark.slow

_PATIENCE_SECONDS = 60


class Subscriber:
    """The demo's owner without a browser: signs in, and goes to the hosted checkout and back."""

    def __init__(self, running: Running) -> None:
        self.running = running
        self.session = requests.Session()
        self.post("/accounts/login/", login=DEMO_EMAIL, password=DEMO_PASSWORD)

    def post(self, path: str, **fields: str) -> requests.Response:
        page = self.session.get(f"{self.running.url}{path if path != '/billing/checkout/' else '/terms/'}")
        token = (
            self.session.cookies.get("csrftoken")
            or re.findall(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.text)[0]
        )
        return self.session.post(
            f"{self.running.url}{path}",
            data={"csrfmiddlewaretoken": token, **fields},
            headers={"Referer": self.running.url},
            allow_redirects=False,
            timeout=60,
        )

    def pay_for_scale(self) -> None:
        """Pay on the hosted page and never come back to ours."""
        answer = self.post(
            "/billing/checkout/", lookup_key="scale_month_eur", request_key=str(uuid4()), accepts_terms="yes"
        )
        assert answer.status_code == 303, answer.text[:2000]
        assert Visitor(self.running.sandbox_url).pay(answer.headers["Location"]).status == 303

    def has_scale(self) -> bool:
        return "Scale" in self.session.get(f"{self.running.url}/billing/", timeout=60).text.split("<main")[1]


def wait_until(holds: Callable[[], bool], running: Running) -> None:
    ends_at = time.monotonic() + _PATIENCE_SECONDS
    while not holds():
        assert time.monotonic() < ends_at, (running.data / "output.log").read_text()[-3000:]
        time.sleep(0.2)


def assert_nothing_is_lost_or_double(running: Running) -> None:
    """The person has the plan without coming back to our page; one subscription, one mail, no matter what died."""
    subscriber = Subscriber(running)
    wait_until(subscriber.has_scale, running)
    notice = "SELECT state FROM billing_notice WHERE kind = 'subscription_started'"
    wait_until(lambda: running.rows(notice) == [("sent",)], running)
    assert running.rows("SELECT status FROM billing_subscription") == [("active",)]
    assert running.rows("SELECT status FROM billing_chargeattempt") == [("succeeded",)]


@pytest.mark.fault("X18", "W6")
def test_a_worker_killed_in_the_middle_of_a_refresh_loses_nothing(start: Callable[[], Running]) -> None:
    running = start()
    running.sandbox(
        "POST",
        "/_sandbox/faults",
        {"fault": "latency", "seconds": 6, "times": 4, "match": {"method": "GET", "path": "/v1/subscriptions*"}},
    )
    Subscriber(running).pay_for_scale()
    held = "SELECT 1 FROM billing_work WHERE lease_until IS NOT NULL AND kind = 'subscription'"
    wait_until(lambda: bool(running.rows(held)), running)

    running.kill("worker")
    assert running.process.wait(timeout=30) == 1  # One dead process stops all, with a line that names it.
    assert "worker" in (running.data / "output.log").read_text().splitlines()[-1]
    running = start()

    assert_nothing_is_lost_or_double(running)


@pytest.mark.fault("X17", "W6")
def test_a_crash_of_everything_between_checkout_and_webhook_loses_nothing(start: Callable[[], Running]) -> None:
    running = start()
    running.sandbox("POST", "/_sandbox/webhooks/pause")
    Subscriber(running).pay_for_scale()

    running.crash()
    running = start()
    running.sandbox("POST", "/_sandbox/webhooks/resume")

    assert_nothing_is_lost_or_double(running)
