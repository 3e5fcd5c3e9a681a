"""Situations in which an invoice or its payment leads to a mail, from rows as a refresh leaves them."""

from datetime import datetime

from accounts.models import Organization
from billing.models import ChargeAttempt, Invoice, Notice, Refund, Subscription
from billing.services.follow_refund import follow_refund
from billing.services.invoice_notices import announce_overdue_invoice, announce_sent_invoice, send_receipt
from billing.services.payment_failure import announce_bank_question, announce_payment_failure
from billing.terms import ObjectKind
from tests.billing.factories import NOW, ChargeAttemptFactory, InvoiceFactory
from tests.billing.mail_causes import DAY, moved, subscribe


def fail_payment(organization: Organization, **changed) -> None:
    """An invoice of no subscription: those are told of by their cases."""
    invoice = InvoiceFactory(
        organization=organization, status="open", number="OAK-0019", billing_reason="quote_accept"
    )
    charge = ChargeAttemptFactory(
        organization=organization, stripe_invoice_id=invoice.stripe_invoice_id, status="failed", **changed
    )
    announce_payment_failure(moved(ObjectKind.CHARGE, charge.stripe_charge_id, "failed"), now=NOW)


def fail_for_want_of_money(organization: Organization) -> None:
    fail_payment(organization, decline_code="insufficient_funds")


def fail_for_want_of_an_answer(organization: Organization) -> None:
    fail_payment(organization, decline_code="authentication_required")


def fail_without_a_card(organization: Organization) -> None:
    fail_payment(organization, card_brand="", card_last4="")


def wait_for_the_bank(organization: Organization) -> None:
    invoice = InvoiceFactory(
        organization=organization,
        status="open",
        number="OAK-0020",
        billing_reason="quote_accept",
        authentication="required",
    )
    announce_bank_question(moved(ObjectKind.INVOICE, invoice.stripe_invoice_id, "required"), now=NOW)


def pay_an_invoice(organization: Organization) -> None:
    invoice = InvoiceFactory(
        organization=organization, number="OAK-0021", paid_at=NOW, amount_paid_minor=4800, status="paid"
    )
    ChargeAttemptFactory(organization=organization, stripe_invoice_id=invoice.stripe_invoice_id, status="succeeded")
    send_receipt(moved(ObjectKind.INVOICE, invoice.stripe_invoice_id, "paid"), now=NOW)


def pay_from_outside(organization: Organization) -> None:
    pay_an_invoice(organization)
    ChargeAttempt.objects.all().delete()
    Notice.objects.all().delete()
    send_receipt(moved(ObjectKind.INVOICE, Invoice.objects.get().stripe_invoice_id, "paid"), now=NOW)


def send_invoice(organization: Organization, *, due_at: datetime = NOW + 30 * DAY) -> Invoice:
    invoice = InvoiceFactory(
        organization=organization,
        status="open",
        number="OAK-0022",
        collection_method="send_invoice",
        due_at=due_at,
    )
    announce_sent_invoice(moved(ObjectKind.INVOICE, invoice.stripe_invoice_id, "open"), now=NOW)
    return invoice


def let_an_invoice_lie(organization: Organization) -> None:
    subscription = subscribe(organization, status="past_due", collection_method="send_invoice")
    invoice = send_invoice(organization, due_at=NOW - DAY)
    Invoice.objects.update(stripe_subscription_id=subscription.stripe_subscription_id)
    Subscription.objects.update(stripe_latest_invoice_id=invoice.stripe_invoice_id)
    announce_overdue_invoice(moved(ObjectKind.SUBSCRIPTION, subscription.stripe_subscription_id, "past_due"), now=NOW)


def send_money_back(organization: Organization, **changed) -> None:
    invoice = InvoiceFactory(organization=organization, status="paid", number="OAK-0023")
    charge = ChargeAttemptFactory(
        organization=organization, status="succeeded", stripe_invoice_id=invoice.stripe_invoice_id, **changed
    )
    Refund.objects.create(
        organization=organization,
        stripe_refund_id="re_1",
        livemode=False,
        stripe_charge_id=charge.stripe_charge_id,
        status="succeeded",
        currency="eur",
        amount_minor=3000,
        created_at=NOW,
        fetched_at=NOW,
    )
    follow_refund(moved(ObjectKind.REFUND, "re_1", "succeeded"), now=NOW)


def send_money_back_without_a_card(organization: Organization) -> None:
    send_money_back(organization, card_brand="", card_last4="")


PAYMENT_MAILS = [
    ("refund_sent", send_money_back, ["€30.00 back to Visa 4242", "within 5 to 10 days", "OAK-0023"]),
    ("refund_sent", send_money_back_without_a_card, ["€30.00 back the way you paid"]),
    ("receipt", pay_an_invoice, ["€48.00", "21 Nov 2026 with Visa 4242", "OAK-0021", "/billing/invoices/"]),
    ("receipt", pay_from_outside, ["You paid it on 21 Nov 2026."]),
    ("invoice_sent", send_invoice, ["€48.00", "21 Dec 2026", "OAK-0022", "Nothing is charged by itself", "/pay/"]),
    (
        "invoice_overdue",
        let_an_invoice_lie,
        ["€48.00", "20 Nov 2026", "OAK-0022", "not received the payment", "/pay/"],
    ),
    ("payment_failed", fail_payment, ["€48.00", "OAK-0019", "Visa 4242", "/pay/"]),
    ("payment_failed", fail_for_want_of_money, ["not enough money on Visa 4242"]),
    ("payment_failed", fail_without_a_card, ["Please use another card, or ask your bank"]),
    ("action_required", wait_for_the_bank, ["€48.00", "OAK-0020", "Your card is fine", "/pay/"]),
    ("action_required", fail_for_want_of_an_answer, ["€48.00", "Your card is fine", "/pay/"]),
]
