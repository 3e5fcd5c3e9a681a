"""Reactions: a payment failed or waits for the bank's question, for no subscription; the payer is told once of each.

What a subscription owes is told by its case (`write_case_mails`), or not at all: a first payment and a change of plan
have a person standing at the page that shows how it went.
"""

from datetime import datetime
from typing import Any

from billing import notices
from billing.errors import NotYet
from billing.models import ChargeAttempt, Invoice, Transition
from billing.money import Money
from billing.selectors.pay_link import pay_url
from billing.selectors.payment_failure import DeclineCause, decline_cause
from billing.terms import Authentication, InvoiceStatus

_BY_HAND = "manual"
_SENT = "send_invoice"


def announce_payment_failure(transition: Transition, *, now: datetime) -> None:
    """Put the mail into the outbox if the invoice is still open. One per invoice, however many tries fail.

    Where only the bank's question is open, the mail asks for an answer and for no other card. Raises NotYet while
    the invoice's row has not come, or is the draft that it was before it was charged; the reaction is then tried
    again.
    """
    charge = ChargeAttempt.objects.get(stripe_charge_id=transition.stripe_id)
    if not charge.stripe_invoice_id:
        return
    invoice = (
        Invoice.objects.filter(stripe_invoice_id=charge.stripe_invoice_id).select_related("organization").first()
    )
    if invoice is None or invoice.status == InvoiceStatus.DRAFT:
        raise NotYet()
    cause = decline_cause(charge)
    kind = "action_required" if cause == DeclineCause.CONFIRM else "payment_failed"
    _tell(kind, invoice, transition, attempt=charge, cause=cause)


def announce_bank_question(transition: Transition, *, now: datetime) -> None:
    """Tell the payer that the bank wants a payment confirmed that nobody was there to confirm. Once per invoice.

    Nothing if the question was answered meanwhile.
    """
    invoice = Invoice.objects.select_related("organization").get(stripe_invoice_id=transition.stripe_id)
    if invoice.authentication == Authentication.REQUIRED:
        _tell("action_required", invoice, transition)


def _tell(kind: str, invoice: Invoice, transition: Transition, **words: Any) -> None:
    if invoice.status != InvoiceStatus.OPEN or invoice.organization is None or _is_told_elsewhere(invoice):
        return
    notices.enqueue(
        kind,
        key=f"{kind}:{invoice.stripe_invoice_id}",
        organization=invoice.organization,
        cause_at=transition.business_at,
        invoice=invoice,
        pay_url=pay_url(invoice),
        amount=Money(invoice.amount_remaining_minor, invoice.currency),
        **words,
    )


def _is_told_elsewhere(invoice: Invoice) -> bool:
    is_collected = invoice.collection_method != _SENT and invoice.billing_reason != _BY_HAND
    return bool(invoice.stripe_subscription_id) or not is_collected
