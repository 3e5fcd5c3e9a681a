"""Reaction: a refund appeared at Stripe or changed there; our request follows it, or becomes one (rules R1, RF3)."""

from datetime import datetime
from uuid import UUID

from billing import audit, refunding
from billing.errors import NotYet
from billing.models import ChargeAttempt, Invoice, Refund, RefundRequest, Transition
from billing.terms import RefundOrigin, RefundState


def follow_refund(transition: Transition, *, now: datetime) -> None:
    """Take in what Stripe says now of a refund; one that nobody asked for here is adopted as a row.

    Raises NotYet while its charge or, for one that names a request of ours, that request is not there.
    """
    refund = Refund.objects.filter(stripe_refund_id=transition.stripe_id).first()
    if refund is None or not refund.stripe_charge_id:
        return
    charge = ChargeAttempt.objects.select_for_update().filter(stripe_charge_id=refund.stripe_charge_id).first()
    if charge is None:
        raise NotYet()
    request = _request_of(refund)
    if request is not None:
        refunding.settle(refunding.locked(request.pk), refund, now=now)
    elif _uuid(refund) is not None:
        raise NotYet()
    else:
        _adopt(refund, charge, now=now)


def _request_of(refund: Refund) -> RefundRequest | None:
    known = RefundRequest.objects.filter(stripe_refund_id=refund.stripe_refund_id).first()
    uuid = _uuid(refund)
    return known or (RefundRequest.objects.filter(uuid=uuid).first() if uuid else None)


def _uuid(refund: Refund) -> UUID | None:
    """The request that it names; what is no id of ours names none."""
    try:
        return UUID(refund.request_uuid)
    except ValueError:
        return None


def _adopt(refund: Refund, charge: ChargeAttempt, *, now: datetime) -> None:
    """Made in Stripe's dashboard or by another program: it counts as ours do. Whether a note is due is said there."""
    row = RefundRequest.objects.create(
        organization=charge.organization,
        charge=charge,
        invoice=Invoice.objects.filter(stripe_invoice_id=charge.stripe_invoice_id).first(),
        livemode=refund.livemode,
        currency=refund.currency,
        amount_minor=refund.amount_minor,
        net_minor=refund.amount_minor,
        origin=RefundOrigin.STRIPE.value,
        reason=refund.reason,
        requested_at=refund.created_at,
        decided_at=refund.created_at,
        state=RefundState.SENDING.value,
        stripe_refund_id=refund.stripe_refund_id,
    )
    audit.record(
        "refund_adopted",
        subject=str(row.uuid),
        organization=row.organization,
        actor=None,
        charge=charge.stripe_charge_id,
        refund=refund.stripe_refund_id,
        after={"state": row.state, "amount_minor": row.amount_minor, "currency": row.currency},
    )
    refunding.settle(refunding.locked(row.pk), refund, now=now)
