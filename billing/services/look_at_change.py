"""Use case: a person comes back to see how their change of plan is; what Stripe says now decides."""

from contextlib import suppress
from datetime import datetime
from uuid import UUID

from accounts.models import Organization
from billing.errors import LeaseLost, LeaseTaken, NotFound, StripeUnreachable
from billing.mirror.glance import glance_at_payment
from billing.mirror.refresh import refresh
from billing.mirror.refs import ObjectRef
from billing.models import PlanChange, settle_change
from billing.selectors.change_outcome import outcome_now
from billing.terms import ChangeBehaviour, ObjectKind, PlanChangeState

_LEASE_WAIT_SECONDS = 2.0
_GLANCE_SECONDS = 2.0
_OPEN = (PlanChangeState.RECORDED.value, PlanChangeState.AWAITING_PAYMENT.value)


def look_at_change(organization: Organization, *, change_uuid: UUID, now: datetime) -> PlanChange:
    """The change as it is now. `now` is business time. Safe to repeat; a silent Stripe leaves it as it was.

    Raises NotFound for a change that is not this organization's.
    """
    found = PlanChange.objects.select_related("preview", "price__plan", "from_price__plan")
    change = found.filter(organization=organization, uuid=change_uuid).first()
    if change is None:
        raise NotFound("There is no such change, or it belongs to another organization. Nothing was changed.")
    if change.state not in _OPEN or change.behaviour == ChangeBehaviour.PERIOD_END:
        return change
    with suppress(LeaseTaken, LeaseLost, StripeUnreachable):
        refresh(ObjectRef(ObjectKind.SUBSCRIPTION, change.stripe_subscription_id), wait_seconds=_LEASE_WAIT_SECONDS)
    settle_change(change, outcome_now(change, now=now), at=now)
    if change.stripe_invoice_id:
        glance_at_payment(change.stripe_invoice_id, seconds=_GLANCE_SECONDS)
    return change
