"""Situations in which an invoice or its payment leads to a mail, from rows as a refresh leaves them."""

from datetime import datetime

from accounts.models import Organization
from billing.models import ChargeAttempt, Customer, Invoice, Notice, Subscription
from billing.services.invoice_notices import announce_overdue_invoice, announce_sent_invoice, send_receipt
from billing.services.payment_failure import announce_payment_failure
from billing.terms import ObjectKind
from tests.billing.factories import NOW, ChargeAttemptFactory, InvoiceFactory
from tests.billing.mail_causes import DAY, moved, subscribe


def fail_payment(organization: Organization, *, past_due_at: datetime = NOW, **changed) -> None:
    subscription = subscribe(organization, status="past_due", past_due_at=past_due_at)
    invoice = InvoiceFactory(
        organization=organization,
        status="open",
        number="OAK-0019",
        stripe_subscription_id=subscription.stripe_subscription_id,
        hosted_invoice_url="http://127.0.0.1:12111/i/acct_1/test_1",
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


def fail_after_the_grace(organization: Organization) -> None:
    fail_payment(organization, past_due_at=NOW - 30 * DAY)


def wait_for_the_bank(organization: Organization) -> None:
    """A renewal that the customer has to confirm: the subscription is past due, and no charge was made."""
    invoice = InvoiceFactory(
        organization=organization,
        status="open",
        number="OAK-0020",
        authentication="required",
        has_been_attempted=True,
    )
    subscription = subscribe(organization, status="past_due", past_due_at=NOW)
    Subscription.objects.filter(pk=subscription.pk).update(stripe_latest_invoice_id=invoice.stripe_invoice_id)
    announce_payment_failure(moved(ObjectKind.SUBSCRIPTION, subscription.stripe_subscription_id, "past_due"), now=NOW)


def fail_for_no_known_reason(organization: Organization) -> None:
    """There was nothing to charge: the subscription is past due, and no charge was made."""
    wait_for_the_bank(organization)
    Notice.objects.all().delete()
    Invoice.objects.update(authentication="none")
    past_due = moved(ObjectKind.SUBSCRIPTION, Subscription.objects.get().stripe_subscription_id, "past_due")
    announce_payment_failure(past_due, now=NOW)


def fail_with_no_card_on_file(organization: Organization) -> None:
    subscription = subscribe(organization, status="past_due", past_due_at=NOW)
    invoice = InvoiceFactory(
        organization=organization,
        status="open",
        number="OAK-0021",
        stripe_subscription_id=subscription.stripe_subscription_id,
    )
    Customer.objects.update(default_stripe_payment_method_id="")
    Subscription.objects.filter(pk=subscription.pk).update(stripe_latest_invoice_id=invoice.stripe_invoice_id)
    announce_payment_failure(moved(ObjectKind.SUBSCRIPTION, subscription.stripe_subscription_id, "past_due"), now=NOW)


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


PAYMENT_MAILS = [
    ("receipt", pay_an_invoice, ["€48.00", "21 Nov 2026 with Visa 4242", "OAK-0021", "/billing/invoices/"]),
    ("receipt", pay_from_outside, ["You paid it on 21 Nov 2026."]),
    ("invoice_sent", send_invoice, ["€48.00", "21 Dec 2026", "OAK-0022", "Nothing is charged by itself", "/pay/"]),
    (
        "invoice_overdue",
        let_an_invoice_lie,
        ["€48.00", "20 Nov 2026", "OAK-0022", "not received the payment", "/pay/"],
    ),
    ("payment_failed", fail_payment, ["€48.00", "OAK-0019", "Visa 4242", "12 Dec 2026", "/pay/"]),
    ("payment_failed", fail_for_want_of_money, ["not enough money on Visa 4242"]),
    ("payment_failed", fail_without_a_card, ["Please use another card, or ask your bank"]),
    ("payment_failed", fail_after_the_grace, ["Your plan stays off until it is paid; nothing is deleted"]),
    ("payment_failed", fail_for_no_known_reason, ["OAK-0020", "Your bank may want you to confirm it"]),
    ("action_required", wait_for_the_bank, ["€48.00", "OAK-0020", "Your card is fine", "12 Dec 2026", "/pay/"]),
    ("action_required", fail_for_want_of_an_answer, ["€48.00", "Your card is fine", "/pay/"]),
    ("payment_failed", fail_with_no_card_on_file, ["OAK-0021", "There is no card on file"]),
]
