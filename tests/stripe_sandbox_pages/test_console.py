"""The console, driven by plain form posts."""

import re
import time

CONSOLE = "/_sandbox/console"
SECTIONS = (
    "customers",
    "subscriptions",
    "invoices",
    "payments",
    "objects",
    "events",
    "requests",
    "faults",
    "settings",
)


def _next_due_once_settled(sandbox) -> int:
    """The next due moment after every delivery was tried; nobody listens, so the second tries come next."""
    for _ in range(200):
        clock = sandbox.ask("GET", "/_sandbox/clock")
        if clock["pending_deliveries"] == 0:
            return clock["next_due"]
        time.sleep(0.02)
    raise AssertionError("the deliveries were never tried")


def test_the_bare_address_leads_to_the_console(visitor):
    answer = visitor.open("/")

    assert answer.status == 302
    assert answer.location == "/_sandbox/"


def test_every_section_has_words_for_having_nothing(visitor):
    pages = [visitor.open("/_sandbox/")] + [visitor.open(f"{CONSOLE}/{name}") for name in SECTIONS]

    assert [page.status for page in pages] == [200] * 10
    assert all('class="empty"' in page.html for page in pages[:5])


def test_a_subscriber_is_seen_in_every_table(shop, visitor):
    subscription = shop.subscriber()

    texts = {name: visitor.open(f"{CONSOLE}/{name}").text for name in SECTIONS}

    assert "alice@oakline.example" in texts["customers"]
    assert "Growth Oakline Studio Active" in texts["subscriptions"]
    assert "€16.00" in texts["invoices"]
    assert "customer.subscription.created" in texts["events"].replace(" ", "")
    assert "/v1/subscriptions" in texts["requests"]
    assert subscription["id"] in texts["subscriptions"]


def test_an_object_is_shown_as_the_api_answers_it(shop, visitor):
    customer = shop.customer()

    page = visitor.open(f"{CONSOLE}/objects/customer/{customer}")

    assert '"object": "customer"' in page.text
    assert '"_' not in page.text


def test_the_clock_moves_by_a_day(sandbox, visitor):
    before = sandbox.now()

    answer = visitor.submit("/_sandbox/", to=f"{CONSOLE}/clock", step="day")

    assert answer.status == 303
    assert 86_400 <= (sandbox.now() - before).total_seconds() < 86_460


def test_the_clock_moves_to_what_is_due_next(sandbox, shop, visitor):
    shop.subscriber(trial_period_days=14)
    due = _next_due_once_settled(sandbox)

    visitor.submit("/_sandbox/", to=f"{CONSOLE}/clock", step="due")

    assert 0 <= sandbox.now().timestamp() - due < 60


def test_the_clock_moves_by_a_typed_span(sandbox, visitor):
    before = sandbox.now()

    visitor.submit("/_sandbox/", to=f"{CONSOLE}/clock", amount="3", unit="hours")

    assert 10_800 <= (sandbox.now() - before).total_seconds() < 10_860


def test_a_span_that_is_no_number_moves_nothing(sandbox, visitor):
    before = sandbox.now()

    pages = [
        visitor.submit("/_sandbox/", to=f"{CONSOLE}/clock", amount=amount, unit="days")
        for amount in ("-3", "many", "", "99999", "1.5")
    ]

    assert {page.status for page in pages} == {422}
    assert (sandbox.now() - before).total_seconds() < 60


def test_a_planned_decline_meets_the_customers_next_payment(shop, visitor):
    session = shop.checkout()
    customer = session["customer"]

    visitor.submit(f"{CONSOLE}/customers", to=f"{CONSOLE}/customers/{customer}/decline")
    listed = visitor.open(f"{CONSOLE}/customers").text
    first, second = visitor.pay(session["url"]), visitor.pay(session["url"])

    assert "Will be declined" in listed
    assert (first.status, second.status) == (402, 303)


def test_a_fault_is_planned_listed_and_cleared(sandbox, visitor):
    fields = {"name": "latency", "times": "2", "seconds": "1", "path": "/v1/prices*"}

    visitor.submit(f"{CONSOLE}/faults", **fields)
    listed = visitor.open(f"{CONSOLE}/faults").text
    visitor.submit(f"{CONSOLE}/faults", to=f"{CONSOLE}/faults/clear")

    assert "latency 2 times path /v1/prices*" in listed
    assert "No fault is planned" in visitor.open(f"{CONSOLE}/faults").text


def test_a_fault_that_does_not_exist_is_refused(visitor):
    page = visitor.submit(f"{CONSOLE}/faults", name="earthquake", times="1", seconds="1")

    assert page.status == 422
    assert "Nothing was planned." in page.text


def test_held_deliveries_are_named_and_let_go(sandbox, visitor):
    visitor.submit("/_sandbox/", to=f"{CONSOLE}/deliveries", switch="pause")
    held = visitor.open("/_sandbox/").text
    visitor.submit("/_sandbox/", to=f"{CONSOLE}/deliveries", switch="resume")

    assert "Held back." in held
    assert "Held back." not in visitor.open("/_sandbox/").text


def test_an_event_can_be_sent_once_more(shop, visitor):
    shop.customer()
    [event] = re.findall(r"/events/(evt_[^/]+)/resend", visitor.open(f"{CONSOLE}/events").html)[:1]

    answer = visitor.submit("/_sandbox/", to=f"{CONSOLE}/events/{event}/resend")
    unknown = visitor.submit("/_sandbox/", to=f"{CONSOLE}/events/evt_nothing/resend")

    assert (answer.status, unknown.status) == (303, 404)


def test_long_lists_are_cut_into_pages(shop, visitor):
    for _ in range(26):
        shop.customer()

    first, second = visitor.open(f"{CONSOLE}/customers"), visitor.open(f"{CONSOLE}/customers?page=2")

    assert "1 to 25 of 26" in first.text
    assert "26 to 26 of 26" in second.text
    assert visitor.open(f"{CONSOLE}/customers?page=x").text == first.text


def test_a_button_pressed_from_another_site_does_nothing(sandbox, visitor):
    before = sandbox.now()

    page = visitor.post(f"{CONSOLE}/clock", {"step": "week"}, {"Sec-Fetch-Site": "cross-site"})

    assert page.status == 403
    assert (sandbox.now() - before).total_seconds() < 60
