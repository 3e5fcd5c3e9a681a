"""What dj-stripe asks of the API when it retrieves and lists objects: everything is answered, no id dangles."""

import re
from typing import Any

import pytest

from stripe_sandbox.hosted import checkout
from tests.stripe_sandbox.driver import Driver, card

ID = re.compile(r"[a-z]+_[A-Za-z0-9]{14,}")
ID_PREFIXES = {
    "cus": "/v1/customers",
    "sub": "/v1/subscriptions",
    "si": "/v1/subscription_items",
    "in": "/v1/invoices",
    "inpay": "/v1/invoice_payments",
    "pi": "/v1/payment_intents",
    "seti": "/v1/setup_intents",
    "ch": "/v1/charges",
    "re": "/v1/refunds",
    "dp": "/v1/disputes",
    "txn": "/v1/balance_transactions",
    "pm": "/v1/payment_methods",
    "price": "/v1/prices",
    "prod": "/v1/products",
    "evt": "/v1/events",
    "we": "/v1/webhook_endpoints",
}
LISTS = (
    "customers",
    "subscriptions",
    "invoices",
    "charges",
    "payment_intents",
    "setup_intents",
    "checkout/sessions",
    "products",
    "prices",
    "refunds",
    "disputes",
    "balance_transactions",
    "invoice_payments",
    "events",
)


def life(driver: Driver) -> str:
    """A customer through checkout, a part of it refunded and the rest disputed, and a renewal; the session's id."""
    price = driver.price()
    session = driver.sdk().checkout.sessions.create(
        {
            "mode": "subscription",
            "success_url": "http://127.0.0.1:9/",
            "line_items": [{"price": price.id, "quantity": 1}],
        }
    )
    checkout.submit(driver.sandbox, session.id, card=card("4000000000000341"), email="a@example.org")
    checkout.submit(driver.sandbox, session.id, card=card(), email="a@example.org")
    (charge,) = (each for each in driver.sdk().charges.list().data if each.paid)
    driver.sdk().refunds.create({"charge": charge.id, "amount": 100})
    driver.control("POST", "disputes", {"charge": charge.id})
    driver.advance("P32D")
    return str(session.id)


def ids_in(thing: Any) -> set[str]:
    if isinstance(thing, dict):
        # The order reference is the beginning of an invoice id, as recorded, and no id itself.
        return set().union(*(ids_in(value) for key, value in thing.items() if key != "order_reference"))
    if isinstance(thing, list):
        return set().union(*(ids_in(value) for value in thing))
    if isinstance(thing, str) and ID.fullmatch(thing) and thing.partition("_")[0] in ID_PREFIXES:
        return {thing}
    return set()


def test_every_id_in_any_answer_can_be_retrieved(driver: Driver) -> None:
    life(driver)
    found: set[str] = set()
    for name in LISTS:
        found |= ids_in(driver.call("GET", f"/v1/{name}", {"limit": 100}).body)

    for object_id in sorted(found):
        prefix = object_id.partition("_")[0]
        reply = driver.call("GET", f"{ID_PREFIXES[prefix]}/{object_id}")
        assert reply.status == 200, object_id

    assert {object_id.partition("_")[0] for object_id in found} >= {"cus", "sub", "in", "pi", "ch", "txn", "pm"}


@pytest.mark.parametrize(
    ("path", "expand"),
    [
        ("charges", ["balance_transaction", "dispute", "refunds.data.balance_transaction"]),
        ("refunds", ["charge", "payment_intent", "balance_transaction", "failure_balance_transaction"]),
        ("disputes", ["charge", "payment_intent"]),
        ("balance_transactions", ["source"]),
        ("customers", ["default_source", "sources"]),
        ("prices", ["currency_options", "product", "tiers"]),
        ("invoices", ["discounts", "lines.data.discounts"]),
        (
            "checkout/sessions",
            ["line_items", "total_details.breakdown", "line_items.data.discounts"],
        ),
        ("subscriptions", ["customer", "default_payment_method", "items.data.price", "discounts"]),
    ],
)
def test_its_expansions_are_answered(driver: Driver, path: str, expand: list[str]) -> None:
    life(driver)
    [newest] = driver.call("GET", f"/v1/{path}", {"limit": 1}).body["data"]
    params = {f"expand[{index}]": name for index, name in enumerate(expand)}

    reply = driver.call("GET", f"/v1/{path}/{newest['id']}", params)

    assert reply.status == 200, reply.body


def test_what_is_left_of_a_deleted_customer_can_be_asked_for_expanded(driver: Driver) -> None:
    customer = driver.sdk().customers.delete(driver.customer().id)

    reply = driver.call(
        "GET", f"/v1/customers/{customer.id}", {"expand[0]": "default_source", "expand[1]": "sources"}
    )

    assert (reply.status, reply.body["deleted"]) == (200, True)


def test_tax_ids_are_listed_as_it_asks_for_them(driver: Driver) -> None:
    customer, other = driver.customer(), driver.customer()
    made = driver.sdk().customers.tax_ids.create(customer.id, {"type": "eu_vat", "value": "BE0123456789"})

    listed = [driver.call("GET", "/v1/tax_ids", {"id": each.id}).body["data"] for each in (customer, other)]

    assert [[each["id"] for each in page] for page in listed] == [[made.id], []]


def test_sources_are_an_empty_list(driver: Driver) -> None:
    customer = driver.customer()

    expanded = driver.call("GET", f"/v1/customers/{customer.id}", {"expand[]": "sources"}).body["sources"]
    listed = driver.call("GET", f"/v1/customers/{customer.id}/sources", {"object": "source"}).body

    assert (expanded["data"], listed["data"]) == ([], [])


def test_account_of_the_key_is_found(driver: Driver) -> None:
    account = driver.sdk().accounts.retrieve_current()

    assert driver.sdk().accounts.retrieve(account.id).id == account.id
    assert account.settings.dashboard.timezone == "Etc/UTC"
    assert account.charges_enabled


def test_answers_carry_no_old_keys(driver: Driver) -> None:
    life(driver)

    [subscription] = driver.call("GET", "/v1/subscriptions").body["data"]
    invoice = driver.call("GET", "/v1/invoices").body["data"][0]

    assert not {"current_period_end", "current_period_start"} & set(subscription)
    assert not {"paid", "charge", "payment_intent", "subscription"} & set(invoice)
