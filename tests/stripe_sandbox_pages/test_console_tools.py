"""The console's search, its money buttons, test clocks, faults in full, and settings."""

import re

import pytest

CONSOLE = "/_sandbox/console"


def ids_on(page, prefix: str) -> list[str]:
    return list(dict.fromkeys(re.findall(rf"\b{prefix}_[A-Za-z0-9]+\b", page.text)))


def press(visitor, kind: str, action: str):
    """Press a button of the first row of this kind that offers it."""
    listed = visitor.open(f"{CONSOLE}/payments?kind={kind}")
    form = re.search(rf'payments/{action}">.*?name="id" value="([^"]+)"', listed.html)
    assert form, f"no {kind} offers {action}"
    return visitor.post(f"{CONSOLE}/payments/{action}", {"page_token": listed.token, "id": form[1]})


def test_objects_of_every_kind_are_listed_and_found(shop, visitor):
    subscription = shop.subscriber()

    everything = visitor.open(f"{CONSOLE}/objects?page=1").text
    prices = visitor.open(f"{CONSOLE}/objects?kind=price").text
    owned = visitor.open(f"{CONSOLE}/objects?q={subscription['id']}&kind=invoice")

    assert "Payment intent" in everything
    assert "Invoice payment" in everything
    assert ids_on(owned, "in")
    assert not re.search(r"\b(cus|in)_[A-Za-z0-9]{14,}", prices)


def test_signs_of_a_search_mean_themselves(shop, visitor):
    shop.customer()

    assert "Nothing fits" in visitor.open(f"{CONSOLE}/customers?q=%25_%25").text
    assert "Nothing fits" in visitor.open(f"{CONSOLE}/objects?q=%27%3B--").text


@pytest.mark.parametrize("section", ["customers", "subscriptions", "invoices", "payments", "events", "requests"])
def test_lists_say_when_nothing_fits(shop, visitor, section):
    shop.subscriber()

    assert "Nothing fits" in visitor.open(f"{CONSOLE}/{section}?q=zzz-nothing").text


def test_pages_of_a_search_keep_it(shop, visitor):
    for _ in range(26):
        shop.customer()

    page = visitor.open(f"{CONSOLE}/customers?q=oakline")

    assert "/customers?q=oakline&amp;page=2" in page.html


def test_an_object_leads_to_those_that_it_names(shop, visitor):
    subscription = shop.subscriber()

    page = visitor.open(f"{CONSOLE}/objects/subscription/{subscription['id']}")

    invoice = f"{CONSOLE}/objects/invoice/{subscription['latest_invoice']}"
    assert f'href="{invoice}"' in page.html
    assert "customer.subscription.created" in page.text.replace(" ", "")
    linked = set(re.findall(rf'href="({CONSOLE}/objects/[^"]+)"', page.html))
    assert {visitor.open(address).status for address in linked} == {200}


def test_events_are_found_by_type_and_by_delivery(shop, visitor):
    shop.subscriber()

    by_type = visitor.open(f"{CONSOLE}/events?q=invoice.paid").text.replace(" ", "")
    delivered = visitor.open(f"{CONSOLE}/events?state=succeeded").text

    assert "invoice.paid" in by_type
    assert "customer.created" not in by_type
    assert "Nothing fits" in delivered


def test_requests_are_found_by_answer(shop, visitor):
    shop.subscriber()

    found = visitor.open(f"{CONSOLE}/requests?q=/v1/subscriptions").text

    assert "/v1/subscriptions" in found
    assert "/v1/payment_methods" not in found


def test_a_charge_is_refunded_and_the_refund_fails(shop, visitor):
    shop.subscriber()

    refunded = press(visitor, "charge", "refund")
    failed = press(visitor, "refund", "fail")

    assert (refunded.status, failed.status) == (303, 303)
    assert "Failed" in visitor.open(f"{CONSOLE}/payments?kind=refund").text
    assert shop.call("GET", "refunds")["data"][0]["failure_reason"] == "expired_or_canceled_card"


@pytest.mark.parametrize(("verdict", "status"), [("win", "won"), ("lose", "lost")])
def test_a_dispute_is_opened_and_decided(shop, visitor, verdict, status):
    shop.subscriber()

    press(visitor, "charge", "dispute")
    press(visitor, "dispute", verdict)

    assert shop.call("GET", "disputes")["data"][0]["status"] == status


@pytest.mark.parametrize(("button", "status"), [("escalate", "needs_response"), ("prevent", "prevented")])
def test_an_inquiry_is_escalated_or_prevented(shop, visitor, button, status):
    shop.subscriber()

    press(visitor, "charge", "inquiry")
    press(visitor, "dispute", button)

    assert shop.call("GET", "disputes")["data"][0]["status"] == status


def test_what_the_bank_refuses_is_said_above_the_list(shop, visitor):
    shop.subscriber()
    [charge] = [each["id"] for each in shop.call("GET", "charges")["data"]]
    press(visitor, "charge", "refund")

    again = visitor.submit(f"{CONSOLE}/payments", to=f"{CONSOLE}/payments/refund", id=charge)
    unknown = visitor.submit(f"{CONSOLE}/payments", to=f"{CONSOLE}/payments/refund", id="ch_nothing")
    no_button = visitor.submit(f"{CONSOLE}/payments", to=f"{CONSOLE}/payments/explode", id=charge)

    assert (again.status, unknown.status, no_button.status) == (422, 404, 404)
    assert "This was refused" in again.text


def test_a_test_clock_is_sent_to_what_is_due(sandbox, shop, visitor):
    now = int(sandbox.now().timestamp())
    clock = shop.call("POST", "test_helpers/test_clocks", frozen_time=now, name="Spring")["id"]
    page = visitor.open("/_sandbox/").text

    answer = visitor.submit("/_sandbox/", to=f"{CONSOLE}/test-clocks/{clock}", step="day")
    unknown = visitor.submit("/_sandbox/", to=f"{CONSOLE}/test-clocks/clock_nothing", step="day")

    assert "Spring" in page
    assert (answer.status, unknown.status) == (303, 404)
    assert shop.call("GET", f"test_helpers/test_clocks/{clock}")["frozen_time"] == now + 86_400


def test_the_clock_is_frozen_and_let_go(sandbox, visitor):
    visitor.submit("/_sandbox/", to=f"{CONSOLE}/clock", step="freeze")
    frozen = sandbox.ask("GET", "/_sandbox/clock")["is_frozen"]
    visitor.submit("/_sandbox/", to=f"{CONSOLE}/clock", step="run")

    assert frozen
    assert not sandbox.ask("GET", "/_sandbox/clock")["is_frozen"]


def test_a_fault_takes_every_field_of_the_form(sandbox, visitor):
    fields = {
        "name": "reorder", "times": "0", "seconds": "0.5", "most_seconds": "2", "probability": "0.25", "seed": "7",
        "window": "9", "back": "2", "clock": "wall", "at_once": "true", "invoice": "in_1", "code": "lost_card",
        "nth": "3", "type": "invoice.*", "endpoint": "we_1", "customer": "cus_1", "payment_method": "pm_1",
        "fingerprint": "abc", "id": "in_2", "method": "POST", "path": "/v1/*",
    }  # fmt: skip

    visitor.submit(f"{CONSOLE}/faults", **fields)

    [fault] = sandbox.ask("GET", "/_sandbox/faults")["data"]
    match = {name: fields[name] for name in fault["match"]}
    assert fault == {
        "name": "reorder", "times": None, "seconds": 0.5, "most_seconds": 2.0, "probability": 0.25, "seed": 7,
        "window": 9, "back": 2, "clock": "wall", "at_once": True, "invoice": "in_1", "code": "lost_card", "nth": 3,
        "match": match, "told": {},
    }  # fmt: skip
    assert len(match) == 8


def test_a_wrong_fault_keeps_what_was_typed(visitor):
    page = visitor.submit(f"{CONSOLE}/faults", name="delay", times="1", seconds="soon", path="/v1/x")

    assert page.status == 422
    assert "Seconds is a number. Nothing was planned." in page.text
    assert page.value_of("path") == "/v1/x"


def test_settings_are_saved_all_or_none(sandbox, visitor):
    saved = visitor.submit(
        f"{CONSOLE}/settings", retries="fixed:1,2", retry_wall_seconds="1, 2.5", allow_resubmit="true"
    )
    refused = visitor.submit(f"{CONSOLE}/settings", retries="off", upcoming_days="many")

    settings = sandbox.ask("GET", "/_sandbox/settings")
    assert (saved.status, refused.status) == (303, 422)
    assert "upcoming_days is a whole number from 0 to 365." in refused.text
    assert refused.value_of("upcoming_days") == "many"
    assert (settings["retries"], settings["retry_wall_seconds"]) == ("fixed:1,2", [1, 2.5])
    assert settings["allow_resubmit"] is True


def test_the_form_as_it_is_shown_changes_nothing(sandbox, visitor):
    before = sandbox.ask("GET", "/_sandbox/settings")
    page = visitor.open(f"{CONSOLE}/settings")
    fields = {name: page.value_of(name) for name in before if f'<input id="{name}"' in page.html}

    visitor.submit(f"{CONSOLE}/settings", **fields)

    assert sandbox.ask("GET", "/_sandbox/settings") == before


def test_a_reset_is_asked_for_twice(shop, visitor):
    shop.customer()

    unmeant = visitor.submit(f"{CONSOLE}/settings", to=f"{CONSOLE}/settings/reset")
    kept = len(shop.call("GET", "customers")["data"])
    meant = visitor.submit(f"{CONSOLE}/settings", to=f"{CONSOLE}/settings/reset", is_meant="true")

    assert (unmeant.status, kept, meant.status) == (422, 1, 303)
    assert shop.call("GET", "customers")["data"] == []


def test_a_customers_next_payments_decline_with_a_chosen_code(sandbox, shop, visitor):
    customer = shop.customer()
    page = f"{CONSOLE}/objects/customer/{customer}"

    planned = visitor.submit(page, to=f"{CONSOLE}/customers/{customer}/decline", code="lost_card", times="2")
    refused = visitor.submit(page, to=f"{CONSOLE}/customers/{customer}/decline", code="no_such_code", times="2")

    [fault] = sandbox.ask("GET", "/_sandbox/faults")["data"]
    assert (planned.location.partition("?")[0], refused.status) == (page, 409)
    assert (fault["code"], fault["times"]) == ("lost_card", 2)
