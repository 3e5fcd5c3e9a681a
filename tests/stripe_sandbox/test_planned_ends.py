"""Subscriptions that are made with their end, or without their customer at hand."""

import pytest
import stripe

from tests.stripe_sandbox.driver import Driver


@pytest.mark.parametrize(("wanted", "index"), [("min_period_end", 0), ("max_period_end", 1)])
def test_an_end_with_the_beginning_follows_a_period(driver: Driver, wanted: str, index: int) -> None:
    prices = [driver.price(1000), driver.price(9000, interval="year")]
    items = [{"price": price.id} for price in prices]

    begun = driver.sdk().subscriptions.create({"customer": driver.customer().id, "items": items, "cancel_at": wanted})

    ends = sorted(item.current_period_end for item in begun["items"].data)
    assert begun.cancel_at == ends[index]
    assert (begun.cancel_at_period_end, begun.cancellation_details.reason) == (False, "cancellation_requested")


def test_an_end_at_a_moment_is_kept(driver: Driver) -> None:
    begun = driver.subscribe(driver.customer(), driver.price())
    moment = begun["items"].data[0].current_period_end + 86400
    again = driver.subscribe(driver.customer(), driver.price(), cancel_at=moment)

    driver.set_clock(moment + 60)

    after = driver.sdk().subscriptions.retrieve(again.id)
    assert again.cancel_at == moment
    assert (after.status, after.ended_at) == ("canceled", moment)


def test_an_end_in_the_past_is_refused(driver: Driver) -> None:
    with pytest.raises(stripe.InvalidRequestError) as caught:
        driver.subscribe(driver.customer(), driver.price(), cancel_at=1)

    assert caught.value.param == "cancel_at"


@pytest.mark.parametrize(("is_off_session", "status"), [(True, "active"), (False, "incomplete")])
def test_a_card_for_off_session_charges_begins_a_subscription_alone(
    driver: Driver, is_off_session: bool, status: str
) -> None:
    customer = driver.customer("pm_card_authenticationRequiredSetupForOffSession")

    begun = driver.subscribe(customer, driver.price(), off_session=is_off_session)

    assert begun.status == status


@pytest.mark.parametrize("behavior", ["none", "create_prorations"])
def test_a_later_period_is_billed_only_up_to_the_end_that_cuts_it(driver: Driver, behavior: str) -> None:
    begun = driver.subscribe(driver.customer(), driver.price(3000))
    renews_at = begun["items"].data[0].current_period_end
    ends_at = renews_at + 15 * 86400
    driver.sdk().subscriptions.update(begun.id, {"cancel_at": ends_at, "proration_behavior": behavior})

    driver.set_clock(ends_at + 86400)

    last, first = driver.sdk().invoices.list({"subscription": begun.id}).data
    assert first.total == 3000
    assert 1400 <= last.total <= 1610
    assert last.lines.data[0].period.end == ends_at
    assert not driver.sdk().invoice_items.list({"pending": True}).data
