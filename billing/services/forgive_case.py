"""Use case: staff give up what an invoice asks for: it is voided at Stripe, and nothing of it is pursued."""

from datetime import datetime

from django.db import transaction

from billing import casework, clock, intents
from billing.casework import StaffWish
from billing.errors import AlreadyPaid, StripeRefused, TryUnderWay, UnderWay
from billing.gateway import invoices
from billing.mirror.refresh import refresh
from billing.mirror.refs import ObjectRef
from billing.models import CaseRequest, Invoice
from billing.terms import CaseAction, CaseState, IntentState, InvoiceStatus, ObjectKind

FORGIVEN = "forgiven"
_FORGIVING = "forgiving"
_LEASE_WAIT_SECONDS = 2.0
_FAILED_EARLIER = "This could not be done. Please look at the invoice and, if need be, send it again."


def forgive_case(case_id: int, *, wish: StaffWish) -> CaseRequest:
    """Void the case's invoice (final at Stripe), and stop the case. From the first moment no try is planned any more.

    The subscription goes on. Safe to repeat with the same request key. Raises CaseClosed, TryUnderWay (a payment may
    be on its way), UnderWay, AlreadyPaid, StripeUnreachable (it is kept and carried out later), StripeRefused.
    """
    with transaction.atomic():
        case = casework.locked(case_id)
        request = casework.repeated(case, wish)
        if request is None:
            casework.require_going_on(case)
            before = casework.audited(case)
            if case.state == CaseState.ATTEMPTING or casework.is_in_flight(case):
                raise TryUnderWay()
            if case.requests.filter(action=CaseAction.FORGIVE.value, state=IntentState.RECORDED.value).exists():
                raise UnderWay()
            casework.ask_customer(case, why=_FORGIVING, at=wish.now)
            request = casework.record_request(case, CaseAction.FORGIVE, wish, before=before)
    return _carry_out(request, now=wish.now)


def resume_forgiving(now: datetime, *, seconds: float = 10.0) -> int:
    """Void what a crash or Stripe's silence left open; `now` is business time. Returns how many ended."""
    forgiving = CaseRequest.objects.filter(action=CaseAction.FORGIVE.value)
    rows = intents.left_open_since(forgiving, clock.system_now())
    return intents.finish_open(rows, lambda request: _resume(request, now=now), seconds=seconds)


def _resume(request: CaseRequest, *, now: datetime) -> CaseRequest:
    """Stripe repeats even a fault of its own under the same key, so whether it was done is looked up first."""
    if _look(request).status == InvoiceStatus.VOID:
        return _end(request, CaseState.STOPPED, reason=FORGIVEN, now=now)
    return _carry_out(request, now=now)


def _carry_out(request: CaseRequest, *, now: datetime) -> CaseRequest:
    """Ask for it once with the request's own key; what the invoice then is decides."""
    if request.state == IntentState.SUCCEEDED:
        return request
    if request.state == IntentState.FAILED:
        raise StripeRefused(_FAILED_EARLIER)
    refused: StripeRefused | None = None
    try:
        invoices.void(request.case.stripe_invoice_id, key=f"{request.uuid}:void")
    except StripeRefused as error:  # It was paid or voided between our look and our call.
        refused = error
    invoice = _look(request)
    if invoice.status == InvoiceStatus.VOID:
        return _end(request, CaseState.STOPPED, reason=FORGIVEN, now=now)
    if invoice.status == InvoiceStatus.PAID:
        _end(request, CaseState.RECOVERED, reason="paid", failure="paid", now=now)
        raise AlreadyPaid()
    _go_on(request, failure=refused.message if refused else f"the invoice is {invoice.status}", now=now)
    raise refused or StripeRefused(_FAILED_EARLIER)


def _look(request: CaseRequest) -> Invoice:
    """The invoice and the subscription as Stripe has them now."""
    for ref in (
        ObjectRef(ObjectKind.INVOICE, request.case.stripe_invoice_id),
        ObjectRef(ObjectKind.SUBSCRIPTION, request.stripe_subscription_id),
    ):
        refresh(ref, wait_seconds=_LEASE_WAIT_SECONDS)
    return Invoice.objects.get(stripe_invoice_id=request.case.stripe_invoice_id)


def _end(
    request: CaseRequest, case_state: CaseState, *, reason: str, now: datetime, failure: str = ""
) -> CaseRequest:
    with transaction.atomic():
        casework.end(casework.locked(request.case_id), case_state, reason=reason, at=now)
        intents.end(request, IntentState.FAILED if failure else IntentState.SUCCEEDED, failure=failure)
    return request


def _go_on(request: CaseRequest, *, failure: str, now: datetime) -> None:
    """Stripe would not: the case is pursued as before, and a person hears of it."""
    with transaction.atomic():
        case = casework.locked(request.case_id)
        if (
            intents.end(
                request,
                IntentState.FAILED,
                failure=failure,
                failed_kind="dunning_not_forgiven",
                said="Forgiving an invoice",
            )
            and case.waits_for == _FORGIVING
        ):
            casework.plan_again(case, now=now, why="not_forgiven")
