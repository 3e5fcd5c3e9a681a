"""Use case: what follows from a dispute or a bank's warning by policy: tasks, and the end of a subscription."""

from datetime import datetime
from uuid import NAMESPACE_URL, UUID, uuid5

from django.conf import settings

from billing import clock, intents
from billing.errors import NotYet
from billing.models import (
    CancelRequest,
    ChargeAttempt,
    Dispute,
    EarlyFraudWarning,
    Invoice,
    Subscription,
    Transition,
    open_staff_task,
    resolve_staff_tasks,
)
from billing.rules.dispute.amounts import amount_words, is_above
from billing.rules.dispute.deadline import AWAITING, is_inquiry
from billing.terms import DisputeStatus

TO_ANSWER = "dispute_to_answer"
DUE = "dispute_due"
_WON = "dispute_won"
_WARNING = "early_fraud_warning"
_CANCELED = "subscription_canceled"
_CANCEL = "cancel"
_COMMENT = "Ended after its payment was disputed at the bank"


def meet_dispute(transition: Transition, *, now: datetime) -> None:
    """An answer is awaited: a task says by when. Who says to have cancelled is cancelled at once, by policy.

    Safe to repeat. Raises NotYet while we do not know the charge.
    """
    dispute = _dispute(transition)
    if dispute.status not in AWAITING:
        return
    kind = "Inquiry" if is_inquiry(dispute.status) else "Chargeback"
    due = f"answer by {dispute.evidence_due_at:%d %b %Y}" if dispute.evidence_due_at else "no answer is possible"
    open_staff_task(
        TO_ANSWER,
        about=f"{dispute.stripe_dispute_id}:{dispute.status}",
        organization_id=dispute.organization_id,
        summary=f"{kind} {dispute.stripe_dispute_id} ({dispute.reason.replace('_', ' ')}): {due}",
    )
    if dispute.reason == _CANCELED:
        _end_subscription(dispute)


def close_dispute(transition: Transition, *, now: datetime) -> None:
    """Nothing is awaited any more: the tasks that asked for an answer are done. Safe to repeat."""
    dispute = _dispute(transition)
    if dispute.status in AWAITING:
        return
    for kind in (TO_ANSWER, DUE):
        resolve_staff_tasks(kind, about=dispute.stripe_dispute_id, at=clock.system_now())


def meet_loss(transition: Transition, *, now: datetime) -> None:
    """The money is gone: by policy the subscription that it paid ends, and its access. Safe to repeat.

    Raises NotYet while we do not know the charge.
    """
    dispute = _dispute(transition)
    if dispute.status == DisputeStatus.LOST:
        _end_subscription(dispute)


def meet_win(transition: Transition, *, now: datetime) -> None:
    """The money is back: where the policy had ended the subscription, a person offers it again. Safe to repeat."""
    dispute = _dispute(transition)
    ended = CancelRequest.objects.filter(request_key=_request_key(dispute)).first()
    if dispute.status == DisputeStatus.WON and ended is not None:
        open_staff_task(
            _WON,
            about=dispute.stripe_dispute_id,
            organization_id=dispute.organization_id,
            summary=f"{dispute.stripe_dispute_id} is won; {ended.stripe_subscription_id} was ended because of it: "
            "offer the plan again",
        )


def meet_fraud_warning(transition: Transition, *, now: datetime) -> None:
    """A bank holds a charge for fraud: refund first, below a sum, so that no dispute comes of it. Safe to repeat.

    A person does it. Raises NotYet while we do not know the charge.
    """
    warning = _warning(transition)
    if not warning.is_actionable:
        return
    charge = _charge(warning.stripe_charge_id)
    left = charge.amount_captured_minor - charge.amount_refunded_minor
    what = warning.fraud_type.replace("_", " ")
    if not is_above(left, charge.currency, major=settings.EARLY_FRAUD_REFUND_BELOW):
        advice = f"refund {charge.stripe_charge_id} in full and cancel, before it becomes a dispute"
    else:
        advice = f"look at {charge.stripe_charge_id}: a full refund now would keep a dispute away"
    open_staff_task(
        _WARNING,
        about=warning.stripe_early_fraud_warning_id,
        organization_id=warning.organization_id,
        summary=f"Early fraud warning ({what}), {amount_words(left, charge.currency)}: {advice}",
    )


def close_fraud_warning(transition: Transition, *, now: datetime) -> None:
    """It was refunded, or has become a dispute. Safe to repeat."""
    warning = _warning(transition)
    if not warning.is_actionable:
        resolve_staff_tasks(_WARNING, about=warning.stripe_early_fraud_warning_id, at=clock.system_now())


def _dispute(transition: Transition) -> Dispute:
    return Dispute.objects.select_related("organization").get(stripe_dispute_id=transition.stripe_id)


def _warning(transition: Transition) -> EarlyFraudWarning:
    return EarlyFraudWarning.objects.get(stripe_early_fraud_warning_id=transition.stripe_id)


def _charge(stripe_charge_id: str) -> ChargeAttempt:
    charge = ChargeAttempt.objects.filter(stripe_charge_id=stripe_charge_id).first()
    if charge is None:
        raise NotYet()
    return charge


def _request_key(dispute: Dispute) -> UUID:
    return uuid5(NAMESPACE_URL, f"dispute:{dispute.stripe_dispute_id}")


def _end_subscription(dispute: Dispute) -> None:
    """Record the end of the subscription that the disputed charge paid, once; the sweep carries it out."""
    if settings.DISPUTE_LOST_POLICY != _CANCEL:
        return
    invoice = Invoice.objects.filter(stripe_invoice_id=_charge(dispute.stripe_charge_id).stripe_invoice_id).first()
    if invoice is None or not invoice.stripe_subscription_id:
        return
    running = Subscription.objects.filter(stripe_subscription_id=invoice.stripe_subscription_id, ended_at=None)
    subscription = running.select_related("organization").first()
    key = _request_key(dispute)
    if subscription is None or subscription.organization is None:
        return
    if CancelRequest.objects.filter(organization=subscription.organization, request_key=key).exists():
        return
    request = CancelRequest(
        organization=subscription.organization,
        requested_by=None,
        request_key=key,
        action=CancelRequest.Action.CANCEL_NOW,
        stripe_subscription_id=subscription.stripe_subscription_id,
        comment=_COMMENT,
    )
    older = CancelRequest.objects.filter(stripe_subscription_id=request.stripe_subscription_id)
    intents.record(request, event="subscription_cancel_now", supersedes=older, dispute=dispute.stripe_dispute_id)
