"""Use case: write the mails that cases of unpaid invoices call for, once a step, from what holds now."""

from datetime import datetime

from django.db import transaction

from billing import casework, notices
from billing.models import DunningCase, Invoice
from billing.rules.dunning.messages import NO_CARD, NO_MAIL, ONLY_YOU
from billing.selectors.case_words import case_words
from billing.selectors.dunning import policy_of
from billing.terms import CaseStep, InvoiceStatus

_BATCH = 100
_OWN_WORDS = {NO_CARD: "payment_failed_no_card", ONLY_YOU: "payment_only_you"}


def write_case_mails(now: datetime) -> int:
    """Put each mail that is due at `now` (business time) into the outbox. Returns how many were written.

    Nothing is written about an invoice that is not open any more. Safe to repeat and in many workers: the case is
    held meanwhile, and the outbox's key makes each step one.
    """
    due = DunningCase.objects.filter(message_due_at__lte=now).order_by("message_due_at")
    written = 0
    for pk in list(due.values_list("pk", flat=True)[:_BATCH]):
        with transaction.atomic():
            written += _write(casework.locked(pk), now=now)
    return written


def _write(case: DunningCase, *, now: datetime) -> bool:
    if case.message_due_at is None or case.message_due_at > now:
        return False
    case.message_due_at = None
    case.save(update_fields=["message_due_at"])
    invoice = Invoice.objects.get(stripe_invoice_id=case.stripe_invoice_id)
    kind = _kind(case)
    if invoice.status != InvoiceStatus.OPEN or not kind:
        return False
    step = CaseStep(case.message_step)
    notice = notices.enqueue(
        kind,
        key=casework.notice_key(case, step),
        organization=case.organization,
        cause_at=now,
        **case_words(case, invoice, now=now),
    )
    casework.note(case, "mail_written", at=now, step=step.value)
    return notice is not None


def _kind(case: DunningCase) -> str:
    """The templates that the case's policy names for these words, empty for no mail."""
    if case.message_key in _OWN_WORDS:
        return _OWN_WORDS[case.message_key]
    name = policy_of(case).messages.get(case.message_key, case.message_key)
    return "" if name == NO_MAIL else f"payment_failed_{name}"
