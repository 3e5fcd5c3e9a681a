"""Reaction: what happened is recorded for the customer's own programs; nothing is sent here."""

from datetime import datetime
from typing import Any

from billing import outgoing
from billing.models import ChargeAttempt, Invoice, Subscription, Transition
from billing.rules.outgoing import kind_of
from billing.selectors.customer_state import invoice_as_dict, subscription_as_dict
from billing.terms import ObjectKind
from billing.terms.outgoing import OutgoingKind


def record_outgoing_event(transition: Transition, *, now: datetime) -> None:
    """Record the event that names this transition, and the whole state if it is another now. `now` is business time.

    Nothing for an organization that has no address. The state is read here, under the addresses' locks, so that
    later events never tell of earlier states. Safe to repeat.
    """
    organization = transition.organization
    if organization is None or organization.erased_at is not None:
        return
    endpoints = outgoing.lock_endpoints(organization.pk)
    if not endpoints:
        return
    cause = f"transition:{transition.pk}"
    kind = kind_of(
        transition.kind,
        aspect=transition.aspect,
        from_state=transition.from_state,
        to_state=transition.to_state,
    )
    data = _data(kind, transition) if kind else None
    if kind and data:
        outgoing.record(
            kind,
            cause=cause,
            organization_id=organization.pk,
            data=data,
            to=endpoints,
            at=transition.business_at,
        )
    outgoing.record_state(organization, cause=cause, to=endpoints, now=now)


def _data(kind: OutgoingKind, transition: Transition) -> dict[str, Any] | None:
    """The object as it is, beside the change; None where it is none of the customer's, such as a draft."""
    organization = str(transition.organization.uuid) if transition.organization else ""
    if transition.kind == ObjectKind.SUBSCRIPTION:
        row = Subscription.objects.filter(stripe_subscription_id=transition.stripe_id).first()
        change = {"what": transition.aspect, "before": transition.from_state, "after": transition.to_state}
        return (
            {"organization": organization, "subscription": subscription_as_dict(row), "change": change}
            if row
            else None
        )
    failure: dict[str, Any] = {}
    invoice_id = transition.stripe_id
    if kind == OutgoingKind.INVOICE_PAYMENT_FAILED:
        charge = ChargeAttempt.objects.filter(stripe_charge_id=transition.stripe_id).first()
        if charge is None or not charge.stripe_invoice_id:
            return None
        invoice_id = charge.stripe_invoice_id
        # Why a card was refused may be nobody's to know, a thief's least: only that it was.
        failure = {
            "charge": charge.stripe_charge_id,
            "amount_minor": charge.amount_minor,
            "currency": charge.currency,
        }
    invoice = Invoice.objects.filter(stripe_invoice_id=invoice_id, is_deleted=False).first()
    if invoice is None:
        return None
    told: dict[str, Any] = {"organization": organization, "invoice": invoice_as_dict(invoice)}
    return {**told, "failed_payment": failure} if failure else told
