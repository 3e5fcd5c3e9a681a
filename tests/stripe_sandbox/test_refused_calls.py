"""What Stripe refuses before any rule of billing: keys, accounts, routes, bodies, and values that cannot be."""

from typing import Any

import pytest
import stripe

from tests.stripe_sandbox.driver import Driver

CUSTOMERS = "/v1/customers"


def raw(driver: Driver, body: str, *, path: str = CUSTOMERS, **headers: str) -> Any:
    sent = {"Authorization": "Bearer sk_test_sandbox", "Content-Type": "application/x-www-form-urlencoded"}
    return driver._send(
        "POST", path, body, {**sent, **{name.replace("_", "-"): text for name, text in headers.items()}}
    )


@pytest.mark.parametrize(
    ("key", "status", "code", "words"),
    [
        ("sk_test_4eC39HqLyjWDarjtT1zdp7_expired", 401, "api_key_expired", "Expired API Key provided: sk_test_****"),
        ("sk_nonsense_12345", 401, None, "Invalid API Key provided: sk_n****"),
        ("rk_live_12345", 401, None, "A live key"),
        ("pk_test_12345", 403, "secret_key_required", "cannot be made with a publishable API key"),
        ("pk_live_12345", 403, "secret_key_required", "cannot be made with a publishable API key"),
    ],
)
def test_key_that_is_none_of_ours_is_refused(driver: Driver, key: str, status: int, code: str, words: str) -> None:
    reply = driver.call("GET", CUSTOMERS, Authorization=f"Bearer {key}")

    error = reply.body["error"]
    assert (reply.status, error["type"], error.get("code")) == (status, "invalid_request_error", code)
    assert words in error["message"]
    assert key not in error["message"]


def test_restricted_key_may_only_do_what_it_is_for(driver: Driver) -> None:
    key = "rk_test_readonly_1234567890"

    read = driver.call("GET", CUSTOMERS, Authorization=f"Bearer {key}")
    with pytest.raises(stripe.PermissionError, match="does not have the required permissions"):
        driver.sdk(key).customers.create({})

    assert read.status == 200
    assert driver.sdk(key).customers.list().data == []


@pytest.mark.parametrize(
    ("method", "path", "headers"),
    [
        ("GET", "/v1/accounts/acct_other", {}),
        ("POST", "/v1/accounts/acct_other/persons", {}),
        ("DELETE", "/v1/accounts/acct_other", {}),
        ("GET", CUSTOMERS, {"Stripe_Account": "acct_other"}),
    ],
)
def test_another_account_is_out_of_reach(driver: Driver, method: str, path: str, headers: dict[str, str]) -> None:
    reply = driver.call(method, path, **headers)

    error = reply.body["error"]
    assert (reply.status, error["type"], error["code"]) == (403, "invalid_request_error", "account_invalid")
    assert "does not have access to account 'acct_other' (or that account does not exist)" in error["message"]


def test_own_account_is_found_by_header_and_path(driver: Driver) -> None:
    own = driver.call("GET", "/v1/account").body["id"]

    assert driver.call("GET", f"/v1/accounts/{own}").body["object"] == "account"
    assert driver.call("GET", CUSTOMERS, Stripe_Account=own).status == 200


@pytest.mark.parametrize(
    ("path", "params", "status", "code", "param", "words"),
    [
        ("/v1/accounts", {"type": "express"}, 400, None, None, "signed up for Connect"),
        (
            "/v1/transfers",
            {"amount": "5", "currency": "usd", "destination": "acct_x"},
            400, "resource_missing", "destination", "No such destination: 'acct_x'",
        ),
        ("/v1/transfers", {"amount": "5", "currency": "usd"}, 400, "parameter_missing", "destination", "Missing"),
        (
            "/v1/account_links",
            {"account": "acct_x", "type": "account_onboarding"},
            403, "account_invalid", None, "'acct_x' (or that account does not exist)",
        ),
        (
            "/v1/payment_intents",
            {"amount": "500", "currency": "usd", "application_fee_amount": "5"},
            400, "parameter_missing", "application_fee_amount", "Can only apply an application_fee_amount",
        ),
        (
            "/v1/payment_intents",
            {"amount": "500", "currency": "usd", "transfer_data[destination]": "acct_x"},
            400, "resource_missing", "transfer_data[destination]", "No such destination: 'acct_x'",
        ),
        (
            "/v1/payment_intents",
            {"amount": "500", "currency": "usd", "on_behalf_of": "acct_x"},
            400, "resource_missing", "on_behalf_of", "No such account: 'acct_x'",
        ),
    ],
)  # fmt: skip
def test_connect_answers_as_to_an_account_that_may_not_use_it(
    driver: Driver, path: str, params: dict, status: int, code: str, param: str, words: str
) -> None:
    reply = driver.call("POST", path, params)

    error = reply.body["error"]
    assert (reply.status, error.get("code"), error.get("param")) == (status, code, param)
    assert words in error["message"]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("PUT", CUSTOMERS), ("PATCH", "/v1/customers/cus_1"), ("DELETE", CUSTOMERS), ("GET", "/v1/customers/"),
        ("POST", "/v1/events"), ("GET", "/v1"), ("GET", "/v1/"),
    ],
)  # fmt: skip
def test_wrong_method_or_address_is_an_unrecognized_url(driver: Driver, method: str, path: str) -> None:
    reply = driver.call(method, path)

    assert reply.status == 404
    assert reply.body["error"]["message"].startswith(f"Unrecognized request URL ({method}: {path}).")


@pytest.mark.parametrize("kind", ["application/json", "application/json; charset=utf-8", "text/plain"])
def test_body_that_is_no_form_is_refused(driver: Driver, kind: str) -> None:
    reply = raw(driver, '{"name": "Ada"}', Content_Type=kind)

    assert reply.status == 400
    assert "check that your POST content type is application/x-www-form-urlencoded" in reply.body["error"]["message"]
    assert driver.sdk().customers.list().data == []


@pytest.mark.parametrize("amount", ["5.5", " 500", "5_00", "٥٠٠", "0x10", "1e3", "", "9" * 20, "9223372036854775808"])
def test_integer_is_written_plainly_and_fits(driver: Driver, amount: str) -> None:
    reply = driver.call("POST", "/v1/payment_intents", {"amount": amount, "currency": "usd"})

    assert (reply.status, reply.body["error"]["param"]) == (400, "amount")


def test_charge_has_eight_digits_at_most(driver: Driver) -> None:
    most = driver.call("POST", "/v1/payment_intents", {"amount": 99_999_999, "currency": "usd"})
    more = driver.call("POST", "/v1/payment_intents", {"amount": 100_000_000, "currency": "usd"})

    assert (most.status, more.status, more.body["error"]["code"]) == (200, 400, "amount_too_large")
    assert more.body["error"]["message"] == "Amount must be no more than $999,999.99"


@pytest.mark.parametrize("query", ["created[gte]=99999999999999999999", "created=9" + "9" * 30, "limit=" + "9" * 30])
def test_filter_that_no_number_fits_is_refused(driver: Driver, query: str) -> None:
    assert driver.call("GET", f"{CUSTOMERS}?{query}").status == 400


@pytest.mark.parametrize(
    ("path", "param"),
    [("/v1/payment_intents", "currency"), ("/v1/products", "name"), ("/v1/tax_rates", "display_name")],
)
def test_required_text_cannot_be_emptied(driver: Driver, path: str, param: str) -> None:
    reply = driver.call("POST", path, {"amount": "500", param: ""} if "intents" in path else {param: ""})

    assert (reply.status, reply.body["error"]["code"]) == (400, "parameter_invalid_empty")
    assert reply.body["error"]["param"] == param


def test_text_has_a_longest_length(driver: Driver) -> None:
    fits = driver.call("POST", CUSTOMERS, {"description": "d" * 5000})
    long = driver.call("POST", CUSTOMERS, {"description": "d" * 5001})

    assert (fits.status, long.status, long.body["error"]["param"]) == (200, 400, "description")
    assert "must be at most 5000 characters" in long.body["error"]["message"]


def test_idempotency_key_has_a_longest_length(driver: Driver) -> None:
    fits = driver.call("POST", CUSTOMERS, {}, Idempotency_Key="k" * 255)
    long = driver.call("POST", CUSTOMERS, {}, Idempotency_Key="k" * 256)

    assert (fits.status, long.status, long.body["error"]["type"]) == (200, 400, "idempotency_error")


@pytest.mark.parametrize(
    "body",
    [
        "name[=1", "[x]=1", "name[a]=b&name=c", "name=c&name[a]=b", "a" + "[b]" * 3000 + "=1", "address=x",
        "address[]=x", "expand=x", "expand[a]=x", "metadata=x", "metadata[a][b]=x", "metadata[a[b]]=x",
        "preferred_locales=en",
    ],
)  # fmt: skip
def test_brackets_that_make_no_sense_are_refused(driver: Driver, body: str) -> None:
    reply = raw(driver, body)

    assert reply.status == 400, reply.body
    assert reply.body["error"]["type"] == "invalid_request_error"


def test_strange_digits_are_names_and_not_places(driver: Driver) -> None:
    reply = raw(driver, "metadata[%C2%B2]=x")

    assert reply.body["metadata"] == {"²": "x"}


@pytest.mark.parametrize(
    ("body", "locales"),
    [
        ("preferred_locales[]=en&preferred_locales[]=fr", ["en", "fr"]),
        ("preferred_locales[7]=fr&preferred_locales[2]=en", ["en", "fr"]),
        ("preferred_locales[0]=de&preferred_locales[0]=en", ["en"]),
    ],
)
def test_lists_come_in_their_order_and_the_last_of_equals_counts(driver: Driver, body: str, locales: list) -> None:
    assert raw(driver, body).body["preferred_locales"] == locales


def test_entries_without_a_number_are_told_apart_by_their_repeated_name(driver: Driver) -> None:
    price, seat = driver.price(), driver.price(900)
    body = (
        f"customer={driver.customer().id}&items[][price]={price.id}&items[][quantity]=2&items[][price]={seat.id}"
        "&items[][metadata][a]=1&items[][metadata][b]=2&items[][quantity]=3"
    )

    items = raw(driver, body, path="/v1/subscriptions").body["items"]["data"]

    assert [(item["price"]["id"], item["quantity"]) for item in items] == [(price.id, 2), (seat.id, 3)]
    assert items[1]["metadata"] == {"a": "1", "b": "2"}


def test_metadata_is_unset_by_key_and_altogether(driver: Driver) -> None:
    customer = driver.call("POST", CUSTOMERS, {"metadata[a]": "1", "metadata[b]": "2"}).body["id"]

    one = driver.call("POST", f"{CUSTOMERS}/{customer}", {"metadata[a]": ""}).body["metadata"]
    none = driver.call("POST", f"{CUSTOMERS}/{customer}", {"metadata": ""}).body["metadata"]

    assert (one, none) == ({"b": "2"}, {})


@pytest.mark.parametrize(
    ("metadata", "words"),
    [
        ({f"metadata[k{n}]": "v" for n in range(51)}, "Metadata can have up to 50 keys"),
        ({"metadata[" + "k" * 41 + "]": "v"}, "Metadata keys can have up to 40 characters"),
        ({"metadata[k]": "v" * 501}, "Metadata values can have up to 500 characters, but you passed in a value that"),
    ],
)
def test_metadata_has_its_bounds(driver: Driver, metadata: dict, words: str) -> None:
    reply = driver.call("POST", CUSTOMERS, metadata)

    assert (reply.status, reply.body["error"]["param"]) == (400, "metadata")
    assert words in reply.body["error"]["message"]


@pytest.mark.parametrize(
    ("query", "param", "code"),
    [
        ("starting_after=cus_nobody", "starting_after", "resource_missing"),
        ("ending_before=cus_nobody", "ending_before", "resource_missing"),
        ("starting_after=a&ending_before=b", None, None),
        ("created[around]=5", "created[around]", "parameter_unknown"),
        ("created=soon", "created", "parameter_invalid_integer"),
        ("expand[]=data.nothing", "expand", None),
        ("expand[]=data.default_source.a.b.c.d", "expand", None),
    ],
)
def test_list_that_cannot_be_is_refused(driver: Driver, query: str, param: str, code: str) -> None:
    driver.customer(None)

    reply = driver.call("GET", f"{CUSTOMERS}?{query}")

    error = reply.body["error"]
    assert (reply.status, error.get("param"), error.get("code")) == (400, param, code)
