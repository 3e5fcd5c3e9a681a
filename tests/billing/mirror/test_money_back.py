"""Refunds, disputes, warnings and credit notes: each has a row of its own, whose it is, and a transition."""

import pytest
from djstripe import models as dj

from billing.gateway.client import client
from billing.mirror.refresh import refresh
from billing.mirror.refs import ObjectRef
from billing.models import (
    ChargeAttempt,
    CreditNote,
    Dispute,
    EarlyFraudWarning,
    Invoice,
    InvoicePayment,
    PaymentMethod,
    Refund,
    Transition,
)
from billing.terms import ObjectKind
from tests.billing.shop import Shop

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def charge(shop: Shop) -> ChargeAttempt:
    shop.subscribe()
    return ChargeAttempt.objects.get()


def look(shop: Shop, kind: ObjectKind, stripe_id: str) -> None:
    refresh(ObjectRef(kind, stripe_id))
    shop.work_off()


def refund(charge: ChargeAttempt, amount: int) -> str:
    return client().v1.refunds.create(params={"charge": charge.stripe_charge_id, "amount": amount})["id"]


def states(stripe_id: str) -> list[tuple[str, str]]:
    rows = Transition.objects.filter(stripe_id=stripe_id).order_by("pk")
    return list(rows.values_list("from_state", "to_state"))


def test_a_refund_of_which_only_the_charge_was_told_is_found(shop: Shop, charge: ChargeAttempt) -> None:
    stripe_id = refund(charge, 2000)

    look(shop, ObjectKind.CHARGE, charge.stripe_charge_id)

    row = Refund.objects.get(stripe_refund_id=stripe_id)
    charge.refresh_from_db()
    assert (row.status, row.amount_minor, row.currency, row.organization) == (
        "succeeded",
        2000,
        "eur",
        shop.organization,
    )
    assert (charge.amount_captured_minor, charge.amount_refunded_minor) == (12800, 2000)
    assert states(stripe_id) == [("", "succeeded")]


def test_a_refund_that_fails_later_is_a_second_transition_of_the_same_row(shop: Shop, charge: ChargeAttempt) -> None:
    stripe_id = refund(charge, 2000)
    look(shop, ObjectKind.REFUND, stripe_id)
    shop.sandbox.ask("POST", "/_sandbox/refunds/fail", {"refund": stripe_id})

    look(shop, ObjectKind.REFUND, stripe_id)
    look(shop, ObjectKind.CHARGE, charge.stripe_charge_id)

    charge.refresh_from_db()
    assert Refund.objects.get().failure_reason
    assert charge.amount_refunded_minor == 0
    assert states(stripe_id) == [("", "succeeded"), ("succeeded", "failed")]


@pytest.mark.fault("X16", "W10")
def test_a_refund_before_its_charge_learns_whose_it_is(shop: Shop, charge: ChargeAttempt) -> None:
    stripe_id = refund(charge, 500)
    ChargeAttempt.objects.all().delete()

    look(shop, ObjectKind.REFUND, stripe_id)

    assert Refund.objects.get().organization == shop.organization
    assert ChargeAttempt.objects.get().organization == shop.organization


def test_a_payment_before_its_invoice_learns_whose_it_is(shop: Shop, charge: ChargeAttempt) -> None:
    payment = InvoicePayment.objects.get()
    Invoice.objects.all().delete()

    look(shop, ObjectKind.INVOICE_PAYMENT, payment.stripe_invoice_payment_id)

    assert Invoice.objects.get().organization == shop.organization
    assert InvoicePayment.objects.get().organization == shop.organization


def test_a_detached_card_of_which_nobody_told_is_found_by_what_it_paid(shop: Shop, charge: ChargeAttempt) -> None:
    card = charge.stripe_payment_method_id
    client().v1.payment_methods.detach(card)
    PaymentMethod.objects.all().delete()

    look(shop, ObjectKind.CHARGE, charge.stripe_charge_id)

    assert PaymentMethod.objects.get(stripe_payment_method_id=card).card_last4 == "4242"


def test_dj_stripe_keeps_the_whole_refund(shop: Shop, charge: ChargeAttempt) -> None:
    stripe_id = refund(charge, 500)

    look(shop, ObjectKind.REFUND, stripe_id)

    assert dj.Refund.objects.get(id=stripe_id).stripe_data["amount"] == 500


@pytest.mark.fault("W11")
def test_a_dispute_of_which_only_the_charge_was_told_is_found_and_followed(shop: Shop, charge: ChargeAttempt) -> None:
    opened = shop.sandbox.ask("POST", "/_sandbox/disputes", {"charge": charge.stripe_charge_id})

    look(shop, ObjectKind.CHARGE, charge.stripe_charge_id)
    shop.sandbox.ask("POST", "/_sandbox/disputes/lose", {"dispute": opened["id"]})
    look(shop, ObjectKind.DISPUTE, opened["id"])

    row = Dispute.objects.get()
    charge.refresh_from_db()
    assert charge.is_disputed
    assert (row.status, row.amount_minor, row.organization) == ("lost", 12800, shop.organization)
    assert row.evidence_due_at is not None
    assert states(opened["id"]) == [("", "needs_response"), ("needs_response", "lost")]


def test_an_early_fraud_warning_is_closed_by_a_full_refund(shop: Shop, charge: ChargeAttempt) -> None:
    warning = shop.sandbox.ask("POST", "/_sandbox/fraud-warnings", {"charge": charge.stripe_charge_id})

    look(shop, ObjectKind.EARLY_FRAUD_WARNING, warning["id"])
    refund(charge, 12800)
    look(shop, ObjectKind.EARLY_FRAUD_WARNING, warning["id"])

    row = EarlyFraudWarning.objects.get()
    assert (row.is_actionable, row.organization) == (False, shop.organization)
    assert states(warning["id"]) == [("", "actionable"), ("actionable", "closed")]


def test_a_credit_note_after_payment_is_found_by_its_invoice(shop: Shop, charge: ChargeAttempt) -> None:
    params = {"invoice": charge.stripe_invoice_id, "amount": 1000, "credit_amount": 1000}
    note = client().v1.credit_notes.create(params=params)

    look(shop, ObjectKind.INVOICE, charge.stripe_invoice_id)

    row = CreditNote.objects.get()
    assert (row.status, row.total_minor, row.organization) == ("issued", 1000, shop.organization)
    assert (row.stripe_credit_note_id, row.stripe_invoice_id) == (note["id"], charge.stripe_invoice_id)


def test_a_voided_credit_note_is_seen_although_the_invoice_shows_no_sum_of_it(
    shop: Shop, charge: ChargeAttempt
) -> None:
    stripe = client().v1
    customer = charge.stripe_customer_id
    stripe.invoice_items.create(params={"customer": customer, "currency": "eur", "amount": 5000})
    draft = stripe.invoices.create(
        params={"customer": customer, "pending_invoice_items_behavior": "include", "auto_advance": False}
    )
    stripe.invoices.finalize_invoice(draft["id"])
    note = stripe.credit_notes.create(params={"invoice": draft["id"], "amount": 1000})

    look(shop, ObjectKind.INVOICE, draft["id"])
    stripe.credit_notes.void_credit_note(note["id"])
    look(shop, ObjectKind.INVOICE, draft["id"])

    assert CreditNote.objects.get().voided_at is not None
    assert states(note["id"]) == [("", "issued"), ("issued", "void")]


def test_the_payment_of_an_invoice_leads_from_the_intent_to_the_invoice(charge: ChargeAttempt) -> None:
    row = InvoicePayment.objects.get()

    assert (row.stripe_invoice_id, row.stripe_payment_intent_id) == (
        charge.stripe_invoice_id,
        charge.stripe_payment_intent_id,
    )
    assert (row.status, row.amount_paid_minor, row.is_default) == ("paid", 12800, True)
    assert row.organization == charge.organization
