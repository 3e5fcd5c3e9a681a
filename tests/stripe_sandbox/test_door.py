"""Controls and pages ask for no key: only this machine and its own pages reach them."""

import http.client
from urllib.parse import urlsplit

import pytest

from tests.stripe_sandbox.driver import Driver


def knock(driver: Driver, method: str, path: str, **headers: str) -> int:
    connection = http.client.HTTPConnection(urlsplit(driver.url).netloc, timeout=10)
    try:
        connection.request(method, path, headers={name.replace("_", "-"): value for name, value in headers.items()})
        answer = connection.getresponse()
        answer.read()
        return answer.status
    finally:
        connection.close()


@pytest.mark.parametrize("path", ["/_sandbox/", "/_sandbox/state", "/_sandbox/console/customers", "/i/nothing"])
def test_foreign_name_for_this_machine_is_refused(driver: Driver, path: str) -> None:
    assert knock(driver, "GET", path, Host="evil.example:12111") == 403


@pytest.mark.parametrize("host", ["localhost:1", "127.0.0.1", "[::1]:80"])
def test_names_of_this_machine_are_known(driver: Driver, host: str) -> None:
    assert knock(driver, "GET", "/_sandbox/health", Host=host) == 200


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://["])
def test_origin_of_another_site_cannot_reset(driver: Driver, origin: str) -> None:
    driver.customer(None)

    assert knock(driver, "POST", "/_sandbox/reset", Origin=origin) == 403
    assert len(driver.sdk().customers.list().data) == 1


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_another_site_may_not_even_look(driver: Driver, site: str) -> None:
    assert knock(driver, "GET", "/_sandbox/state", Sec_Fetch_Site=site) == 403


def test_api_asks_for_a_key_and_no_name(driver: Driver) -> None:
    assert knock(driver, "GET", "/v1/customers", Host="stripe", Authorization="Bearer sk_test_sandbox") == 200
