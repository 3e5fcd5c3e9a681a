"""A year of two customers: trial, renewals, changes, declines, 3-D Secure, money back, the end; it all adds up."""

from typing import Any

import pytest
import stripe

from stripe_sandbox.hosted import authentication
from tests.stripe_sandbox.driver import Driver
from tests.stripe_sandbox.money import balance_minor, entries

DISPUTE_FEE_MINOR = 1500


def fee_minor(amount: int) -> int:
    """2.9 % and 30, half up."""
    return (amount * 29 + 500) // 1000 + 30


def everything(driver: Driver, name: str) -> list[Any]:
    """All objects of a list, oldest first."""
    found = list(getattr(driver.sdk(), name).list({"limit": 100}).auto_paging_iter())
    return list(reversed(found))


def status(driver: Driver, subscription: Any) -> str:
    return str(driver.sdk().subscriptions.retrieve(subscription.id).status)


def newest_invoice(driver: Driver, subscription: Any) -> Any:
    return driver.sdk().invoices.list({"subscription": subscription.id, "limit": 1}).data[0]


def newest_charge(driver: Driver, subscription: Any) -> Any:
    return driver.sdk().charges.list({"customer": subscription.customer, "limit": 1}).data[0]


def change_price(driver: Driver, subscription: Any, price: Any, *, how: str) -> None:
    item = driver.sdk().subscriptions.retrieve(subscription.id)["items"].data[0]
    params = {"items": [{"id": item.id, "price": price.id}], "proration_behavior": how}
    driver.sdk().subscriptions.update(subscription.id, params)


def authenticate(driver: Driver, invoice: Any) -> None:
    """The customer answers their bank."""
    payment = driver.sdk().invoice_payments.list({"invoice": invoice.id}).data[0].payment
    authentication.answer(driver.sandbox, payment.payment_intent, is_authenticated=True)


def alice_changes_her_mind(driver: Driver) -> Any:
    """Five months: a trial, its conversion, an upgrade, a downgrade and a decline that she mends."""
    small, large = driver.price(2500), driver.price(6000)
    alice = driver.subscribe(driver.customer(), small, trial_period_days=14)
    assert alice.status == "trialing"
    driver.advance("P15D")
    assert status(driver, alice) == "active"
    driver.advance("P20D")
    change_price(driver, alice, large, how="always_invoice")
    driver.advance("P40D")
    change_price(driver, alice, small, how="create_prorations")
    driver.advance("P45D")
    driver.control("POST", "decline-next", {"customer": alice.customer, "code": "insufficient_funds"})
    driver.advance("P31D")
    assert status(driver, alice) == "past_due"
    driver.sdk().invoices.pay(newest_invoice(driver, alice).id)
    assert status(driver, alice) == "active"
    return alice


def bob_meets_his_bank(driver: Driver) -> Any:
    """A start and one renewal that each want the customer."""
    bob = driver.subscribe(driver.customer("pm_card_authenticationRequired"), driver.price(1900))
    assert bob.status == "incomplete"
    authenticate(driver, newest_invoice(driver, bob))
    assert status(driver, bob) == "active"
    driver.advance("P32D")
    assert status(driver, bob) == "past_due"
    authenticate(driver, newest_invoice(driver, bob))
    assert status(driver, bob) == "active"
    return bob


def money_goes_back(driver: Driver, alice: Any) -> None:
    """A part refunded, one dispute won, one lost, and a refund that the bank sends back."""
    driver.sdk().refunds.create({"charge": newest_charge(driver, alice).id, "amount": 700})
    for words in ("winning_evidence", "losing_evidence"):
        driver.advance("P31D")
        charge = newest_charge(driver, alice)
        dispute = driver.control("POST", "disputes", {"charge": charge.id, "reason": "subscription_canceled"}).body
        driver.sdk().disputes.update(dispute["id"], {"evidence": {"uncategorized_text": words}})
        driver.advance("PT1M")
    driver.advance("P31D")
    refund = driver.sdk().refunds.create({"charge": newest_charge(driver, alice).id})
    driver.control("POST", "refunds/fail", {"refund": refund.id, "reason": "expired_or_canceled_card"})


def both_leave(driver: Driver, alice: Any, bob: Any) -> None:
    """One at the end of the period, one at once."""
    driver.sdk().subscriptions.update(alice.id, {"cancel_at_period_end": True})
    driver.sdk().subscriptions.cancel(bob.id)
    driver.advance("P32D")
    assert (status(driver, alice), status(driver, bob)) == ("canceled", "canceled")


def check_invoices(driver: Driver) -> None:
    for invoice in everything(driver, "invoices"):
        assert invoice.total == sum(line.amount for line in invoice.lines.data), invoice.id
        assert invoice.amount_due == max(invoice.total + invoice.starting_balance, 0), invoice.id
        assert invoice.amount_due == invoice.amount_paid + invoice.amount_remaining, invoice.id


def check_ledger(driver: Driver) -> None:
    charges = [charge for charge in everything(driver, "charges") if charge.paid]
    kept = sum(charge.amount_captured - fee_minor(charge.amount_captured) for charge in charges)
    kept -= sum(refund.amount for refund in everything(driver, "refunds") if refund.status == "succeeded")
    lost = [dispute for dispute in everything(driver, "disputes") if dispute.status == "lost"]
    kept -= sum(dispute.amount + DISPUTE_FEE_MINOR for dispute in lost)
    paid = sum(invoice.amount_paid for invoice in everything(driver, "invoices"))
    assert paid == sum(charge.amount_captured for charge in charges)
    assert balance_minor(driver) == kept == sum(entry.net for entry in entries(driver))


def test_ledger_of_a_whole_year_adds_up(driver: Driver) -> None:
    begun_at = driver.sandbox.clock.now()

    alice = alice_changes_her_mind(driver)
    bob = bob_meets_his_bank(driver)
    money_goes_back(driver, alice)
    both_leave(driver, alice, bob)
    driver.advance("P60D")

    assert [dispute.status for dispute in everything(driver, "disputes")] == ["won", "lost"]
    assert [refund.status for refund in everything(driver, "refunds")] == ["succeeded", "failed"]
    assert driver.sandbox.clock.now() - begun_at > 365 * 86400
    check_invoices(driver)
    check_ledger(driver)
    before = balance_minor(driver)
    driver.advance("P60D")
    assert balance_minor(driver) == before
    with pytest.raises(stripe.InvalidRequestError):
        driver.sdk().subscriptions.cancel(alice.id)
