"""Use case: try a plan without a card; Stripe knows nothing of it, and it ends by itself."""

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction

from accounts.models import Organization, User
from billing import audit
from billing.errors import TrialNotAvailable, UnknownPlan
from billing.models import LocalTrial, Plan, TrialRedemption
from billing.models.access_record import record_local_trial
from billing.rules.actions import require
from billing.selectors.lifecycle import lifecycle_of
from billing.selectors.trial import email_digest, has_redeemed_trial, reserved_trials
from billing.terms import LifecycleState, SubscriptionAction


def start_local_trial(organization: Organization, *, plan_code: str, actor: User, now: datetime) -> LocalTrial:
    """Give the organization the plan from `now` (business time) for the plan's trial days.

    One per person, by normalized e-mail, and one per organization. Safe to repeat: the trial that already runs for
    the same plan is returned. Raises UnknownPlan, AlreadySubscribed, TrialNotAvailable.
    """
    plan = Plan.objects.filter(code=plan_code, is_archived=False, trial_days__gt=0).first()
    if plan is None:
        raise UnknownPlan()
    running = _running(organization, plan=plan, now=now)
    if running is not None:
        return running
    state = lifecycle_of(organization, now).state
    if state == LifecycleState.LOCAL_TRIAL:
        return _begun_meanwhile(organization, plan=plan, now=now)
    require(SubscriptionAction.START_TRIAL, state)
    if has_redeemed_trial(organization, email=actor.email):
        return _begun_meanwhile(organization, plan=plan, now=now)
    try:
        with transaction.atomic():
            # An open checkout may have reserved it; should that be completed after all, this trial ends with it.
            reserved_trials(organization).delete()
            TrialRedemption.objects.create(email_digest=email_digest(actor.email), organization=organization)
            trial = LocalTrial.objects.create(
                organization=organization, plan=plan, started_at=now, ends_at=now + timedelta(days=plan.trial_days)
            )
            record_local_trial(organization.pk, business_at=now)
            audit.record("local_trial_started", subject=str(trial.uuid), organization=organization, actor=actor)
    except IntegrityError:
        return _begun_meanwhile(organization, plan=plan, now=now)
    return trial


def _running(organization: Organization, *, plan: Plan, now: datetime) -> LocalTrial | None:
    return LocalTrial.objects.filter(organization=organization, plan=plan, ended_at=None, ends_at__gt=now).first()


def _begun_meanwhile(organization: Organization, *, plan: Plan, now: datetime) -> LocalTrial:
    """A second click was faster: with the same plan its trial is the answer, otherwise the one trial is used."""
    running = _running(organization, plan=plan, now=now)
    if running is None:
        raise TrialNotAvailable()
    return running
