"""Whatever is reported and however time passes: the usage that went in is the quantity that is billed, once."""

from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.stripe_sandbox.driver import Driver
from tests.stripe_sandbox.metering import invoices, meter, metered_price, subscribe, use

DAY = 86400
# What happens next: usage of an amount, taken back or not, some time ago; or days that pass; or another price.
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("use"), st.decimals(0, 500, places=3), st.booleans()),
        st.tuples(st.just("wait"), st.integers(1, 20), st.none()),
        st.tuples(st.just("switch"), st.sampled_from(["3", "0.25"]), st.none()),
    ),
    min_size=1,
    max_size=8,
)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
@pytest.mark.parametrize("is_cancelled_at_last", [False, True])
def test_usage_in_is_quantity_out(driver: Driver, is_cancelled_at_last: bool, steps: list[tuple]) -> None:
    driver.sandbox.reset()
    of = meter(driver)
    made, customer = subscribe(driver, metered_price(driver, of))
    item, reported = made["items"].data[0].id, Decimal(0)

    for number, (what, value, is_taken_back) in enumerate(steps):
        if what == "wait":
            driver.advance(f"P{value}D")
        elif what == "switch":
            price = metered_price(driver, of, each=value)
            driver.sdk().subscription_items.update(item, {"price": price.id})
        else:
            use(driver, customer, value, identifier=f"event-{number}")
            reported += 0 if is_taken_back else value
            if is_taken_back:
                cancel = {"event_name": "calls", "type": "cancel", "cancel": {"identifier": f"event-{number}"}}
                driver.sdk().billing.meter_event_adjustments.create(cancel)
    if is_cancelled_at_last:
        driver.sdk().subscriptions.cancel(made.id, {"invoice_now": True})
    else:
        driver.advance("P40D")

    lines = [line for invoice in invoices(driver, made) for line in invoice.lines.data]
    assert sum((Decimal(str(line.quantity_decimal)) for line in lines), Decimal(0)) == reported
