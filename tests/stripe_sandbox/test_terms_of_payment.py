"""A subscription whose collection changes: invoices that come later are sent or charged, those that exist stay."""

import pytest
import stripe

from tests.stripe_sandbox.driver import Driver


def test_later_invoices_are_sent_and_open_ones_stay(driver: Driver) -> None:
    customer = driver.customer()
    begun = driver.subscribe(customer, driver.price())

    changed = driver.sdk().subscriptions.update(begun.id, {"collection_method": "send_invoice", "days_until_due": 30})
    driver.advance("P36D")

    latest = driver.sdk().subscriptions.retrieve(begun.id, {"expand": ["latest_invoice"]}).latest_invoice
    first = driver.sdk().invoices.retrieve(begun.latest_invoice)
    assert (changed.collection_method, changed.days_until_due) == ("send_invoice", 30)
    assert (latest.collection_method, latest.status, latest.attempted) == ("send_invoice", "open", False)
    assert latest.due_date - latest.status_transitions.finalized_at == 30 * 86400
    assert (first.collection_method, first.status) == ("charge_automatically", "paid")


def test_a_card_that_is_charged_again_leaves_no_days_behind(driver: Driver) -> None:
    begun = driver.subscribe(driver.customer(), driver.price())
    update = driver.sdk().subscriptions.update
    update(begun.id, {"collection_method": "send_invoice", "days_until_due": 30})

    changed = update(begun.id, {"collection_method": "charge_automatically"})

    assert (changed.collection_method, changed.days_until_due) == ("charge_automatically", None)


@pytest.mark.unverified_against_stripe
@pytest.mark.parametrize("params", [{"collection_method": "send_invoice"}, {"days_until_due": 30}])
def test_days_go_with_invoices_that_are_sent(driver: Driver, params: dict) -> None:
    begun = driver.subscribe(driver.customer(), driver.price())

    with pytest.raises(stripe.InvalidRequestError) as caught:
        driver.sdk().subscriptions.update(begun.id, params)

    assert caught.value.param == "days_until_due"
