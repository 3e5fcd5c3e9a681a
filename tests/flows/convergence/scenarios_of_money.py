"""What happens to payments: they fail, are confirmed, given back, disputed; each function plays one story."""

import contextlib

import stripe

from tests.flows.convergence.stage import Stage


def failed_renewal_with_recovery(stage: Stage) -> None:
    subscription = stage.buy(stage.shop.scale)
    customer = str(subscription["customer"])
    _charge_only(stage, subscription, "pm_card_chargeCustomerFail")
    stage.advance("P36D")
    invoice = stage.renewal(subscription["id"])
    card = _charge_only(stage, subscription, "pm_card_visa")
    with stage.step() as api:
        api.invoices.pay(invoice["id"], params={"payment_method": card})
    assert stage.stripe.subscriptions.retrieve(subscription["id"])["status"] == "active", customer


def two_failures_of_one_invoice(stage: Stage) -> None:
    """The invoice stays open; the second failure is a fact of its own."""
    subscription = stage.buy(stage.shop.scale)
    _charge_only(stage, subscription, "pm_card_chargeCustomerFail")
    stage.advance("P36D")
    with stage.step() as api, contextlib.suppress(stripe.CardError):
        api.invoices.pay(stage.renewal(subscription["id"])["id"])


def renewal_that_the_bank_wants_confirmed(stage: Stage) -> None:
    subscription = stage.buy(stage.shop.scale)
    _charge_only(stage, subscription, "pm_card_authenticationRequired")
    stage.advance("P36D")
    invoice = stage.renewal(subscription["id"])
    assert invoice["status"] == "open"
    with stage.step() as api, contextlib.suppress(stripe.CardError):
        api.invoices.pay(invoice["id"], params={"off_session": False})
    stage.confirm_with_bank(invoice["id"])
    assert stage.renewal(subscription["id"])["status"] == "paid"


def refund_with_later_failure(stage: Stage) -> None:
    """A partial refund arrives, another comes back from the bank a day later."""
    subscription = stage.buy(stage.shop.scale)
    charge = stage.charge_of(subscription["id"])
    with stage.step() as api:
        api.refunds.create(params={"charge": charge, "amount": 1500})
    with stage.step() as api:
        second = api.refunds.create(params={"charge": charge, "amount": 2500})
    stage.advance("P1D")
    stage.control("refunds/fail", refund=second["id"])


def dispute_won(stage: Stage) -> None:
    dispute = stage.control("disputes", charge=stage.charge_of(stage.buy(stage.shop.scale)["id"]))
    with stage.step() as api:
        evidence = {"uncategorized_text": "They used it every day."}
        api.disputes.update(dispute["id"], params={"evidence": evidence, "submit": True})
    stage.advance("P5D")
    if stage.stripe.disputes.retrieve(dispute["id"])["status"] != "won":
        stage.control("disputes/win", dispute=dispute["id"])


def dispute_lost(stage: Stage) -> None:
    """A warning comes first; the bank decides for the customer, and the subscription is ended by hand."""
    subscription = stage.buy(stage.shop.scale)
    charge = stage.charge_of(subscription["id"])
    stage.control("fraud-warnings", charge=charge)
    dispute = stage.control("disputes", charge=charge)
    stage.control("disputes/lose", dispute=dispute["id"])
    with stage.step() as api:
        api.subscriptions.cancel(subscription["id"])


def discount_given_and_removed(stage: Stage) -> None:
    """One for the subscription, one for the customer; a renewal with each; the first is taken away."""
    subscription = stage.buy(stage.shop.scale)
    with stage.step() as api:
        for code in ("COMEBACK", "LOYAL"):
            api.coupons.create(params={"id": code, "percent_off": 25, "duration": "forever"})
    with stage.step() as api:
        api.subscriptions.update(subscription["id"], params={"discounts": [{"coupon": "COMEBACK"}]})
    stage.advance("P36D")
    with stage.step() as api:
        api.subscriptions.update(subscription["id"], params={"discounts": [{"coupon": "LOYAL"}]})
    stage.advance("P3D")


def credit_note_and_void(stage: Stage) -> None:
    """Two notes on the paid invoice, one of them voided; an open invoice is voided."""
    subscription = stage.buy(stage.shop.scale)
    paid = stage.renewal(subscription["id"])["id"]
    notes = []
    for amount in (900, 1100):
        with stage.step() as api:
            notes.append(api.credit_notes.create(params={"invoice": paid, "amount": amount, "credit_amount": amount}))
    with stage.step() as api:
        customer = str(subscription["customer"])
        api.invoice_items.create(params={"customer": customer, "amount": 7000, "currency": "eur"})
        manual = api.invoices.create(params={"customer": customer, "pending_invoice_items_behavior": "include"})
    with stage.step() as api:
        api.invoices.finalize_invoice(manual["id"], params={"auto_advance": False})
    with stage.step() as api:
        note = api.credit_notes.create(params={"invoice": manual["id"], "amount": 500})
    with stage.step() as api:
        api.credit_notes.void_credit_note(note["id"])
    with stage.step() as api:
        api.invoices.void_invoice(manual["id"])


def _charge_only(stage: Stage, subscription: stripe.Subscription, token: str) -> str:
    """From now on renewals are charged to this card; its id."""
    card = stage.use_card(str(subscription["customer"]), token)
    with stage.step() as api:
        api.subscriptions.update(subscription["id"], params={"default_payment_method": card})
    return card


SCENARIOS = (
    failed_renewal_with_recovery,
    two_failures_of_one_invoice,
    renewal_that_the_bank_wants_confirmed,
    refund_with_later_failure,
    dispute_won,
    credit_note_and_void,
)
MORE = (
    dispute_lost,
    discount_given_and_removed,
)
"""Played by `make test-full` only."""
