"""Use case: staff let an organization have another trial, although the person or the card has had one."""

from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from accounts.models import Organization, User
from billing import audit, clock
from billing.errors import InvalidInput, UnderWay
from billing.models import TrialAllowance, TrialRefusal
from billing.terms import IntentState

_LONGEST_REASON = 300
_WITHDRAWN = "allowed by staff"


def allow_trial(
    organization: Organization, *, reason: str, request_key: UUID, actor: User, now: datetime
) -> TrialAllowance:
    """Let the trial that is about to be refused go on, or else the next checkout begin with one.

    `now` is business time. One that is not used yet is returned as it is, so this is safe to repeat.
    Raises InvalidInput without a reason, UnderWay for two at the same moment.
    """
    reason = reason.strip()
    if not reason or len(reason) > _LONGEST_REASON:
        raise InvalidInput(f"Please give a reason of at most {_LONGEST_REASON} characters.", field="reason")
    allowances = TrialAllowance.objects.filter(organization=organization)
    known = allowances.filter(request_key=request_key).first() or allowances.filter(used_at=None).first()
    if known is not None:
        return known
    try:
        with transaction.atomic():
            allowance = TrialAllowance.objects.create(
                organization=organization, granted_by=actor, request_key=request_key, reason=reason
            )
            _let_go_on(allowance, now=now)
            audit.record(
                "trial_allowed",
                subject=str(allowance.uuid),
                organization=organization,
                actor=actor,
                reason=reason,
                subscription=allowance.stripe_subscription_id,
            )
    except IntegrityError:
        raise UnderWay() from None
    return allowance


def _let_go_on(allowance: TrialAllowance, *, now: datetime) -> None:
    """Withdraw a refusal that has not been sent to Stripe; its trial uses the allowance.

    The sweep marks a refusal as sent in one statement, as this does: one of the two comes first.
    """
    waiting = TrialRefusal.objects.filter(
        organization=allowance.organization, state=IntentState.RECORDED, sent_at=None
    )
    refusal = waiting.first()
    if refusal is None:
        return
    if waiting.filter(pk=refusal.pk).update(
        state=IntentState.FAILED, failure=_WITHDRAWN, ended_at=clock.system_now()
    ):
        allowance.used_at, allowance.stripe_subscription_id = now, refusal.stripe_subscription_id
        allowance.save(update_fields=["used_at", "stripe_subscription_id"])
