"""Use case: staff say that Stripe retries an invoice no more, and its case goes on if Stripe says so, too."""

from django.db import transaction

from billing import casework
from billing.casework import StaffWish
from billing.errors import CaseClosed, ConflictStays, NoConflict, TryUnderWay
from billing.mirror.refresh import refresh
from billing.mirror.refs import ObjectRef
from billing.models import CaseRequest, DunningCase, Invoice
from billing.selectors.dunning import policy_of
from billing.terms import CaseAction, CaseState, InvoiceStatus, ObjectKind

_LEASE_WAIT_SECONDS = 2.0
_WHY = "conflict_settled"


def settle_conflict(case_id: int, *, wish: StaffWish) -> CaseRequest:
    """Fetch the invoice, and plan the case anew only if no next payment attempt is planned at Stripe (rule O3).

    Nothing is ended without notice: a deadline that came meanwhile moves on. Safe to repeat with the same request
    key. Raises NoConflict, CaseClosed, ConflictStays, TryUnderWay, LeaseTaken, StripeUnreachable.
    """
    known = DunningCase.objects.get(pk=case_id)
    done = casework.repeated(known, wish)
    if done is not None:
        return done
    refresh(ObjectRef(ObjectKind.INVOICE, known.stripe_invoice_id), wait_seconds=_LEASE_WAIT_SECONDS)
    with transaction.atomic():
        case = casework.locked(case_id)
        done = casework.repeated(case, wish)
        if done is not None:
            return done
        _require_settled(case)
        before = casework.audited(case)
        if case.last_notice_at is None:
            case.deadline_at = max(case.deadline_at, wish.now + policy_of(case).last_notice_before)
        casework.note(case, _WHY, at=wish.now)
        casework.plan_again(case, now=wish.now, why=_WHY)
        return casework.record_request(case, CaseAction.SETTLE_CONFLICT, wish, before=before)


def _require_settled(case: DunningCase) -> None:
    casework.require_going_on(case)
    if case.state != CaseState.CONFLICT:
        raise NoConflict()
    invoice = Invoice.objects.get(stripe_invoice_id=case.stripe_invoice_id)
    if invoice.status != InvoiceStatus.OPEN:
        raise CaseClosed("The invoice is not open any more, so the case ends by itself. Nothing was changed.")
    if invoice.next_payment_attempt_at is not None:
        raise ConflictStays()
    if casework.is_in_flight(case):
        raise TryUnderWay()
