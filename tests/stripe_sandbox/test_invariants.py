"""What always holds: a replayed key gives the same bytes, and the way through time does not change where it leads."""

import http.client
import uuid
from typing import Any
from urllib.parse import urlencode, urlsplit

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stripe_sandbox import API_VERSION
from tests.stripe_sandbox.driver import KEY, Driver

START = 1_900_000_000
DAY = 86_400
# The sandbox is the same for all examples of a test: each works on objects of its own.
few = settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
TOKENS = ("pm_card_visa", "pm_card_chargeCustomerFail", "pm_card_sandbox_sequence_ok,insufficient_funds,ok")
SHOWN = (
    "created",
    "status",
    "total",
    "amount_remaining",
    "attempt_count",
    "billing_reason",
    "period_end",
    "auto_advance",
)


def raw_post(driver: Driver, path: str, form: dict[str, Any], *, key: str) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection(urlsplit(driver.url).netloc, timeout=30)
    headers = {
        "Authorization": f"Bearer {KEY}",
        "Stripe-Version": API_VERSION,
        "Idempotency-Key": key,
        "Content-Type": "application/x-www-form-urlencoded",
    }
    try:
        connection.request("POST", path, urlencode(form), headers)
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


@few
@given(
    amount=st.integers(min_value=50, max_value=99_999_999),
    token=st.sampled_from(["pm_card_visa", "pm_card_chargeDeclined", "pm_card_authenticationRequired"]),
)
def test_a_replayed_key_gives_the_same_bytes_and_changes_nothing(driver: Driver, amount: int, token: str) -> None:
    key = str(uuid.uuid4())  # Not drawn: examples repeat values, and each is to be a first use.
    form = {"amount": amount, "currency": "usd", "payment_method": token, "confirm": "true", "return_url": driver.url}
    first = raw_post(driver, "/v1/payment_intents", form, key=key)
    before = driver.sandbox.recent_events(limit=1)

    again = [raw_post(driver, "/v1/payment_intents", form, key=key) for _ in range(2)]

    assert again == [first, first]
    assert driver.sandbox.recent_events(limit=1) == before


def story(driver: Driver, clock_id: str, *, token: str, trial_days: int) -> str:
    """A subscription on this clock; its id."""
    sdk = driver.sdk()
    customer = sdk.customers.create({"test_clock": clock_id, "name": "Ada"})
    params: dict[str, Any] = {"customer": customer.id, "items": [{"price": driver.price(1999).id}]}
    method = sdk.payment_methods.attach(token, {"customer": customer.id})
    params["default_payment_method"] = method.id
    if trial_days:
        params["trial_period_days"] = trial_days
    return str(sdk.subscriptions.create(params).id)


def state(driver: Driver, subscription_id: str) -> Any:
    """What is left when ids and random text are taken away."""
    subscription = driver.sdk().subscriptions.retrieve(subscription_id)
    item = subscription["items"].data[0]
    invoices = driver.sdk().invoices.list({"subscription": subscription_id, "limit": 100}).data
    charges = driver.sdk().charges.list({"customer": subscription.customer, "limit": 100}).data
    return (
        (subscription.status, item.current_period_start, item.current_period_end, subscription.trial_end),
        [[invoice[key] for key in SHOWN] for invoice in invoices],
        [(charge.created, charge.status, charge.amount) for charge in charges],
    )


@few
@given(
    token=st.sampled_from(TOKENS),
    trial_days=st.sampled_from([0, 0, 3, 14]),
    stops=st.lists(st.integers(min_value=1, max_value=61 * DAY), max_size=6, unique=True).map(sorted),
)
def test_one_step_or_many_lead_to_the_same_state(
    driver: Driver, token: str, trial_days: int, stops: list[int]
) -> None:
    clocks = [driver.sdk().test_helpers.test_clocks.create({"frozen_time": START}).id for _ in range(2)]
    stories = [story(driver, clock, token=token, trial_days=trial_days) for clock in clocks]
    end = START + 59 * DAY

    driver.sdk().test_helpers.test_clocks.advance(clocks[0], {"frozen_time": end})
    for moment in [START + stop for stop in stops if START + stop < end] + [end]:
        driver.sdk().test_helpers.test_clocks.advance(clocks[1], {"frozen_time": moment})

    assert state(driver, stories[0]) == state(driver, stories[1])


def test_each_event_names_as_old_what_the_one_before_showed(driver: Driver) -> None:
    clock = driver.sdk().test_helpers.test_clocks.create({"frozen_time": START}).id
    subscription = story(driver, clock, token=TOKENS[2], trial_days=3)
    for days in (40, 90):
        driver.sdk().test_helpers.test_clocks.advance(clock, {"frozen_time": START + days * DAY})
    driver.sdk().subscriptions.update(subscription, {"cancel_at_period_end": True})
    known: dict[str, Any] = {}
    compared = 0

    for event in reversed(driver.sandbox.recent_events(limit=1000)):
        thing = event["data"]["object"]
        old_values = event["data"].get("previous_attributes", {})
        before = known.get(thing.get("id"), {})
        for key in {"status", "cancel_at_period_end", "latest_invoice", "attempt_count"} & old_values.keys():
            assert before[key] == old_values[key], (event["type"], key)
            compared += 1
        if event["type"].endswith((".created", ".updated")):
            known[thing.get("id")] = thing

    assert compared > 3
