"""The switches under /_sandbox/: clock, reset, faults, health."""

import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from stripe_sandbox.sandbox import Sandbox
from tests.stripe_sandbox.driver import Driver


def test_health_names_this_start(driver: Driver) -> None:
    assert driver.control("GET", "health").body == {"status": "ok", "token": "this-start"}


def test_clock_runs_with_system_time_plus_an_offset(driver: Driver) -> None:
    driver.advance("P35D")

    body = driver.control("GET", "clock").body

    assert abs(body["now"] - time.time() - 35 * 86400) < 10
    assert abs(body["offset_seconds"] - 35 * 86400) < 10
    assert (body["is_frozen"], body["is_advancing"], body["next_due"]) == (False, False, None)
    assert body["pending_deliveries"] == 0


@pytest.mark.parametrize(
    "body",
    [
        {"set": 1_000_000_000},
        {"advance": "tomorrow"},
        {"advance": "P"},
        {"advance_seconds": -5},
        {},
        {"set": "x"},
    ],
)
def test_clock_never_goes_back_and_takes_no_nonsense(driver: Driver, body: dict) -> None:
    before = driver.sandbox.clock.exact()

    reply = driver.control("POST", "clock", body)

    assert reply.status == 400
    assert abs(driver.sandbox.clock.exact() - before) < 10


def test_next_due_names_the_next_thing_to_happen(driver: Driver) -> None:
    subscription = driver.subscribe(driver.customer(), driver.price(), trial_period_days=14)

    due = driver.control("GET", "clock").body["next_due"]

    assert due == subscription.trial_end - 7 * 86400


def test_walk_from_due_moment_to_due_moment_ends_as_one_move(driver: Driver) -> None:
    driver.subscribe(driver.customer(), driver.price())
    until = driver.sandbox.clock.now() + 40 * 86400

    while (due := driver.control("GET", "clock").body["next_due"]) is not None and due <= until:
        driver.set_clock(due)

    invoices = driver.sdk().invoices.list().data
    assert [invoice.status for invoice in invoices] == ["paid", "paid"]


def test_frozen_clock_stands_still_until_moved(driver: Driver) -> None:
    frozen = driver.control("POST", "clock", {"freeze": True}).body
    time.sleep(0.05)

    still = driver.control("GET", "clock").body
    moved = driver.control("POST", "clock", {"advance_seconds": 100}).body
    running = driver.control("POST", "clock", {"follow_wall": True}).body

    assert still["now"] == frozen["now"]
    assert moved["now"] == pytest.approx(frozen["now"] + 100)
    assert (still["is_frozen"], moved["is_frozen"], running["is_frozen"]) == (True, True, False)


def test_reset_forgets_all_but_the_given_endpoint(driver: Driver) -> None:
    driver.customer()
    driver.advance("P3D")
    driver.control("POST", "faults", {"fault": "drop"})

    started = time.monotonic()
    driver.control("POST", "reset")
    seconds = time.monotonic() - started

    clock = driver.control("GET", "clock").body
    assert seconds < 0.5
    assert driver.sdk().customers.list().data == []
    assert driver.events() == []
    assert abs(clock["offset_seconds"]) < 5
    assert driver.control("GET", "faults").body["data"] == []
    assert len(driver.sdk().webhook_endpoints.list().data) == 1


def test_unknown_fault_or_setting_is_refused(driver: Driver) -> None:
    assert driver.control("POST", "faults", {"fault": "earthquake"}).status == 400
    assert driver.control("POST", "settings", {"colour": "red"}).status == 400


def test_fault_with_a_count_is_used_up(driver: Driver) -> None:
    driver.control("POST", "faults", {"fault": "http_429", "match": {"method": "GET"}, "times": 2})

    statuses = [driver.call("GET", "/v1/customers").status for _ in range(3)]

    assert statuses == [429, 429, 200]


def test_requests_are_listed_with_their_keys(driver: Driver) -> None:
    driver.call("POST", "/v1/customers", {"email": "ada@example.org"}, Idempotency_Key="mine")

    [latest] = driver.control("GET", "requests?limit=1").body["data"]

    assert (latest["method"], latest["path"], latest["status"]) == ("POST", "/v1/customers", 200)
    assert latest["idempotency_key"] == "mine"


def test_overview_counts_objects(driver: Driver) -> None:
    driver.customer()

    [counts] = driver.control("GET", "state").body["accounts"].values()

    assert counts["customer"] == 1


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_a_page_of_another_site_cannot_touch_the_switches(driver: Driver, site: str) -> None:
    before = driver.control("GET", "clock").body["offset_seconds"]
    request = urllib.request.Request(
        f"{driver.url}/_sandbox/clock", data=b'{"advance": "P1D"}', headers={"Sec-Fetch-Site": site}
    )

    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(request, timeout=10)

    refused.value.close()
    assert refused.value.code == 403
    assert driver.control("GET", "clock").body["offset_seconds"] == pytest.approx(before, abs=1)


def test_the_shop_has_the_name_that_the_command_line_gives(tmp_path: Path) -> None:
    sandbox = Sandbox(tmp_path / "state.sqlite3", base_url="http://127.0.0.1:1", merchant_name="Tidewater")

    account_id = sandbox.account_for("sk_test_" + "x" * 24)

    account = sandbox.reader(account_id).get("account", account_id)
    assert account["business_profile"]["name"] == "Tidewater"
