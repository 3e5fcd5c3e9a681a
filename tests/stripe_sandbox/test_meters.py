"""Meters and their events: what is accepted, what it comes to, and what is refused by which code."""

from typing import Any

import pytest
import stripe

from tests.stripe_sandbox.driver import Driver
from tests.stripe_sandbox.metering import meter, use

DAY = 86400


def now(driver: Driver) -> int:
    return int(driver.control("GET", "clock").body["now"])


def used(driver: Driver, of: Any, customer: Any, **params: Any) -> list[float]:
    moment = now(driver)
    span = {"start_time": moment // DAY * DAY - 2 * DAY, "end_time": moment // DAY * DAY + DAY}
    found = driver.sdk().billing.meters.event_summaries.list(of.id, {"customer": customer.id, **span, **params})
    return [summary.aggregated_value for summary in found.data]


def refusal(call: Any) -> tuple[str | None, str | None]:
    with pytest.raises(stripe.InvalidRequestError) as caught:
        call()
    assert caught.value.http_status == 400
    return caught.value.code, caught.value.param


def test_a_meter_has_stripes_defaults_and_lives_through_its_states(driver: Driver) -> None:
    made = meter(driver)
    meters = driver.sdk().billing.meters

    meters.update(made.id, {"display_name": "Requests"})
    off = meters.deactivate(made.id)
    inactive = [found.id for found in meters.list({"status": "inactive"}).data]
    on = meters.reactivate(made.id)

    assert made.customer_mapping.to_dict() == {"event_payload_key": "stripe_customer_id", "type": "by_id"}
    assert made.value_settings.event_payload_key == "value"
    assert (off.status, off.display_name, inactive) == ("inactive", "Requests", [made.id])
    assert off.status_transitions.deactivated_at is not None
    assert (on.status, on.status_transitions.deactivated_at) == ("active", None)
    assert driver.event_types() == [
        f"billing.meter.{what}" for what in ("created", "updated", "deactivated", "reactivated")
    ]


def test_an_event_name_has_one_active_meter(driver: Driver) -> None:
    first = meter(driver)

    assert refusal(lambda: meter(driver)) == ("resource_already_exists", "event_name")

    driver.sdk().billing.meters.deactivate(first.id)
    meter(driver)
    assert refusal(lambda: driver.sdk().billing.meters.reactivate(first.id))[0] == "resource_already_exists"


@pytest.mark.parametrize(("formula", "value"), [("sum", 6.5), ("count", 3), ("last", 1)])
def test_usage_is_aggregated_by_the_formula(driver: Driver, formula: str, value: float) -> None:
    made, customer = meter(driver, formula=formula), driver.customer(None)
    moment = now(driver)

    for amount, age in ((3, 10), (1, 0), ("2.5", 20)):
        use(driver, customer, amount, timestamp=moment - age)
    use(driver, driver.customer(None), 100)

    assert used(driver, made, customer) == [value]


def test_pre_aggregated_usage_counts_the_newest_of_each_day(driver: Driver) -> None:
    made, customer = meter(driver, event_time_window="day"), driver.customer(None)
    today = now(driver) // DAY * DAY

    for value, moment in ((5, today), (7, today + 1), (11, today - 1)):
        use(driver, customer, value, timestamp=moment)

    assert used(driver, made, customer) == [18]


def test_summaries_by_day_leave_out_days_without_usage(driver: Driver) -> None:
    made, customer = meter(driver), driver.customer(None)
    today = now(driver) // DAY * DAY
    use(driver, customer, 4, timestamp=today)
    use(driver, customer, 9, timestamp=today - 2 * DAY)

    first = used(driver, made, customer, value_grouping_window="day", limit=1)

    assert (used(driver, made, customer, value_grouping_window="day"), first) == ([4, 9], [4])


def test_payload_keys_are_those_of_the_meter(driver: Driver) -> None:
    made = meter(
        driver,
        customer_mapping={"type": "by_id", "event_payload_key": "who"},
        value_settings={"event_payload_key": "bytes"},
    )
    customer = driver.customer(None)

    taken = driver.sdk().billing.meter_events.create(
        {"event_name": "calls", "payload": {"who": customer.id, "bytes": "12"}, "identifier": "one"}
    )

    assert (taken.identifier, taken.payload.to_dict()) == ("one", {"who": customer.id, "bytes": "12"})
    assert used(driver, made, customer) == [12]


def test_an_identifier_counts_once_within_a_day(driver: Driver) -> None:
    made, customer = meter(driver), driver.customer(None)
    use(driver, customer, 5, identifier="same")

    with pytest.raises(stripe.InvalidRequestError, match="An event already exists with identifier same."):
        use(driver, customer, 5, identifier="same")
    driver.advance("P1DT1S")
    use(driver, customer, 6, identifier="same")

    assert used(driver, made, customer) == [11]


def test_a_cancelled_event_counts_no_more(driver: Driver) -> None:
    made, customer = meter(driver), driver.customer(None)
    use(driver, customer, 5, identifier="wrong")
    use(driver, customer, 2, identifier="right")

    cancelled = driver.sdk().billing.meter_event_adjustments.create(
        {"event_name": "calls", "type": "cancel", "cancel": {"identifier": "wrong"}}
    )

    assert (cancelled.status, cancelled.cancel.identifier) == ("complete", "wrong")
    assert used(driver, made, customer) == [2]


def test_an_event_is_cancelled_within_a_day_only(driver: Driver) -> None:
    made, customer = meter(driver), driver.customer(None)
    use(driver, customer, 5, identifier="old")
    driver.advance("P1DT1S")
    values = {"event_name": "calls", "type": "cancel", "cancel": {"identifier": "old"}}

    assert refusal(lambda: driver.sdk().billing.meter_event_adjustments.create(values))[1] == "cancel[identifier]"
    assert used(driver, made, customer) == [5]


def test_the_window_of_timestamps_has_two_ends(driver: Driver) -> None:
    meter(driver)
    customer, moment = driver.customer(None), now(driver)

    use(driver, customer, timestamp=moment - 35 * DAY + 60)
    use(driver, customer, timestamp=moment + 290)

    assert refusal(lambda: use(driver, customer, timestamp=moment - 35 * DAY - 60)) == (
        "timestamp_too_far_in_past",
        "timestamp",
    )
    assert refusal(lambda: use(driver, customer, timestamp=moment + 360)) == ("timestamp_in_future", "timestamp")


@pytest.mark.parametrize(
    ("payload", "code"),
    [
        ({"value": "1"}, "meter_event_no_customer_defined"),
        ({"stripe_customer_id": "cus_nobody", "value": "1"}, "meter_event_customer_not_found"),
        ({"stripe_customer_id": "{customer}", "value": "many"}, "meter_event_invalid_value"),
        ({"stripe_customer_id": "{customer}", "value": "Infinity"}, "meter_event_invalid_value"),
        ({"stripe_customer_id": "{customer}"}, "meter_event_invalid_value"),
        ({"stripe_customer_id": "{customer}", "value": "1234567890123456"}, "meter_event_value_too_many_digits"),
        ({"stripe_customer_id": "{customer}", "value": "1e-13"}, "meter_event_value_too_many_digits"),
    ],
)
def test_a_payload_that_cannot_be_counted_is_refused(driver: Driver, payload: dict[str, str], code: str) -> None:
    meter(driver)
    customer = driver.customer(None)
    sent = {key: value.replace("{customer}", customer.id) for key, value in payload.items()}

    assert (
        refusal(lambda: driver.sdk().billing.meter_events.create({"event_name": "calls", "payload": sent}))[0] == code
    )


def test_events_without_an_active_meter_are_refused(driver: Driver) -> None:
    made, customer = meter(driver), driver.customer(None)
    driver.sdk().billing.meters.deactivate(made.id)

    assert refusal(lambda: use(driver, customer))[0] == "archived_meter"
    assert refusal(lambda: use(driver, customer, event_name="other"))[0] == "no_meter"


def test_a_customer_on_a_test_clock_uses_in_its_time(driver: Driver) -> None:
    meter(driver)
    frozen = now(driver) - 400 * DAY
    clock = driver.sdk().test_helpers.test_clocks.create({"frozen_time": frozen})
    customer = driver.sdk().customers.create({"test_clock": clock.id})

    assert use(driver, customer).timestamp == frozen
