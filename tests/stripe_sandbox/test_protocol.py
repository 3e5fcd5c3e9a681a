"""The wire: keys, versions, parameters, headers, expansion, lists."""

import pytest
import stripe

from tests.stripe_sandbox.driver import Driver


def test_live_key_is_always_refused(driver: Driver) -> None:
    with pytest.raises(stripe.AuthenticationError):
        driver.sdk("sk_live_12345").customers.list()


def test_missing_key_is_refused(driver: Driver) -> None:
    reply = driver.call("GET", "/v1/customers", Authorization="")

    assert reply.status == 401
    assert reply.body["error"]["type"] == "invalid_request_error"


def test_two_keys_are_two_accounts(driver: Driver) -> None:
    customer = driver.sdk().customers.create({"email": "a@example.org"})

    with pytest.raises(stripe.InvalidRequestError) as caught:
        driver.sdk("sk_test_other").customers.retrieve(customer.id)

    assert caught.value.code == "resource_missing"


def test_other_api_version_is_refused(driver: Driver) -> None:
    reply = driver.call("GET", "/v1/customers", Stripe_Version="2020-08-27")

    assert reply.status == 400


def test_other_api_version_is_answered_with_a_warning_when_allowed(driver: Driver) -> None:
    driver.control("POST", "settings", {"strict_version": False})

    reply = driver.call("GET", "/v1/customers", Stripe_Version="2026-08-26.dahlia")

    assert reply.status == 200
    assert "2026-08-26.dahlia" in reply.headers["warning"]


def test_unknown_account_in_the_connect_header_is_refused(driver: Driver) -> None:
    assert driver.call("GET", "/v1/customers", Stripe_Account="acct_other").status == 403


def test_unknown_route_answers_as_stripe_does(driver: Driver) -> None:
    reply = driver.call("GET", "/v1/terminal/readers")

    assert reply.status == 404
    assert reply.body["error"]["type"] == "invalid_request_error"
    assert reply.body["error"]["message"].startswith("Unrecognized request URL (GET: /v1/terminal/readers)")


def test_unknown_object_names_itself_and_has_no_retry_header(driver: Driver) -> None:
    reply = driver.call("GET", "/v1/customers/cus_missing")

    error = reply.body["error"]
    assert (reply.status, error["code"], error["param"]) == (404, "resource_missing", "id")
    assert error["message"].startswith("No such customer: 'cus_missing'")
    assert not {"idempotency-key", "stripe-should-retry", "original-request"} & set(reply.headers)


@pytest.mark.parametrize(
    ("path", "params", "code", "param"),
    [
        ("/v1/customers", {"emial": "x"}, "parameter_unknown", "emial"),
        ("/v1/customers", {"address[town]": "x"}, "parameter_unknown", "address[town]"),
        ("/v1/subscriptions", {"customer": "cus_1"}, "resource_missing", "customer"),
        ("/v1/webhook_endpoints", {"url": "http://127.0.0.1/"}, "parameter_missing", "enabled_events"),
        (
            "/v1/webhook_endpoints",
            {"url": "http://127.0.0.1/", "enabled_events": ""},
            "parameter_missing",
            "enabled_events",
        ),
        ("/v1/customers", {"balance": "ten"}, "parameter_invalid_integer", "balance"),
        ("/v1/checkout/sessions", {"mode": "gift"}, None, "mode"),
        ("/v1/payment_intents", {"amount": "0", "currency": "usd"}, "parameter_invalid_integer", "amount"),
        ("/v1/payment_intents", {"amount": "10", "currency": "usd"}, "amount_too_small", "amount"),
    ],
)
def test_bad_parameter_is_named(driver: Driver, path: str, params: dict, code: str, param: str) -> None:
    reply = driver.call("POST", path, params, Idempotency_Key="bad")

    error = reply.body["error"]
    assert reply.status == 400
    assert (error.get("code"), error["param"]) == (code, param)
    assert "stripe-should-retry" not in reply.headers


def test_post_carries_the_headers_that_were_recorded(driver: Driver) -> None:
    reply = driver.call("POST", "/v1/customers", {"name": ""}, Idempotency_Key="k1")

    assert reply.body["name"] is None
    assert reply.headers["idempotency-key"] == "k1"
    assert reply.headers["original-request"] == reply.headers["request-id"]
    assert reply.headers["stripe-should-retry"] == "false"
    assert reply.headers["stripe-version"] == "2026-05-27.dahlia"


def test_expanding_replaces_ids_through_lists(driver: Driver) -> None:
    driver.subscribe(driver.customer(), driver.price())

    found = driver.sdk().subscriptions.list({"expand": ["data.latest_invoice.payments", "data.customer"]})

    assert found.data[0].latest_invoice.payments.data[0].status == "paid"
    assert found.data[0].customer.email == "alice@example.org"


@pytest.mark.parametrize("path", ["email", "nothing", "a.b.c.d.e"])
def test_what_cannot_be_expanded_is_refused(driver: Driver, path: str) -> None:
    customer = driver.customer()

    with pytest.raises(stripe.InvalidRequestError) as caught:
        driver.sdk().customers.retrieve(customer.id, {"expand": [path]})

    assert caught.value.http_status == 400


def test_keys_that_exist_only_expanded_are_absent_otherwise(driver: Driver) -> None:
    subscription = driver.subscribe(driver.customer(), driver.price())

    invoice = driver.call("GET", f"/v1/invoices/{subscription.latest_invoice}").body

    assert not {"payments", "confirmation_secret"} & set(invoice)


def test_pages_lead_through_everything_in_both_directions(driver: Driver) -> None:
    made = [driver.sdk().customers.create({"email": f"{n}@example.org"}).id for n in range(7)]

    first = driver.sdk().customers.list({"limit": 3})
    rest = driver.sdk().customers.list({"limit": 5, "starting_after": first.data[-1].id})
    newer = driver.sdk().customers.list({"limit": 2, "ending_before": made[2]})

    assert [c.id for c in first.data] + [c.id for c in rest.data] == made[::-1]
    assert (first.has_more, rest.has_more) == (True, False)
    assert [c.id for c in newer.data] == [made[4], made[3]]
    assert newer.has_more


@pytest.mark.parametrize("limit", ["0", "101"])
def test_limit_out_of_range_is_refused(driver: Driver, limit: str) -> None:
    reply = driver.call("GET", "/v1/customers", {"limit": limit})

    assert (reply.status, reply.body["error"]["param"]) == (400, "limit")


def test_parameter_that_is_not_built_is_refused_not_ignored(driver: Driver) -> None:
    subscription = driver.subscribe(driver.customer(), driver.price())

    with pytest.raises(stripe.InvalidRequestError, match="does not implement"):
        driver.sdk().subscriptions.update(subscription.id, {"default_source": "src_1"})
