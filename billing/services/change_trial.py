"""Use case: staff let a trial last longer or end it now, be it a row of ours or a subscription at Stripe."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from django.db import transaction

from accounts.models import Organization, User
from billing import clock, intents, notices
from billing.errors import CancellationPending, InvalidInput, NotOnTrial, PreviewStale, StripeRefused
from billing.gateway import trials
from billing.gateway.previews import quote_trial_end
from billing.mirror.refresh import refresh
from billing.mirror.refs import ObjectRef
from billing.models import LocalTrial, Subscription, TrialChange
from billing.models.access_record import record_local_trial
from billing.rules.actions import require
from billing.rules.trial import require_extension, require_rest
from billing.selectors.lifecycle import lifecycle_of
from billing.selectors.subscription import current_subscription
from billing.selectors.trial_end import is_billed_at_end
from billing.selectors.trial_words import trial_words
from billing.terms import IntentState, LifecycleState, ObjectKind, SubscriptionAction, SubscriptionStatus

Action = TrialChange.Action
_LEASE_WAIT_SECONDS = 2.0
_LONGEST_REASON = 300
_FAILED_EARLIER = "This could not be done. Please look at the trial and, if you still want it, send it again."


@dataclass(frozen=True, slots=True)
class Wish:
    """Who wants it, why, and under which key; `now` is business time."""

    reason: str
    request_key: UUID
    actor: User
    now: datetime


def extend_trial(organization: Organization, *, ends_at: datetime, wish: Wish) -> TrialChange:
    """Let the running trial last until `ends_at` (UTC, whole seconds count). Nothing is charged; the payer is told.

    Safe to repeat with the same key. Raises NotOnTrial, CancellationPending, InvalidInput (an end in the past, before
    the present one or more than 730 days ahead; no reason), UnderWay, StripeUnreachable (it is done later),
    StripeRefused.
    """
    return _change(organization, Action.EXTEND, ends_at=ends_at.replace(microsecond=0), wish=wish)


def end_trial(organization: Organization, *, shown_minor: int, wish: Wish) -> TrialChange:
    """End the running trial now. One at Stripe is charged for its first period within the call; one of ours is not.

    `shown_minor` is the sum that the page named, in minor units, 0 for nothing; for another one PreviewStale is
    raised. Without a card at Stripe its policy decides what comes. Safe to repeat and raises as `extend_trial`.
    """
    return _change(organization, Action.END, ends_at=None, wish=wish, shown_minor=shown_minor)


def resume_trial_changes(now: datetime, *, seconds: float = 10.0) -> int:
    """Carry out what a crash or Stripe's silence left open; `now` is business time. Returns how many ended."""
    rows = intents.left_open_since(TrialChange.objects.all(), clock.system_now())
    return intents.finish_open(rows, partial(_carry_out, now=now), seconds=seconds)


def _change(
    organization: Organization, action: str, *, ends_at: datetime | None, wish: Wish, shown_minor: int = 0
) -> TrialChange:
    if not wish.reason.strip() or len(wish.reason) > _LONGEST_REASON:
        raise InvalidInput(f"Please give a reason of at most {_LONGEST_REASON} characters.", field="reason")
    repeated = TrialChange.objects.filter(organization=organization, request_key=wish.request_key).first()
    if repeated is not None:
        return _carry_out(repeated, now=wish.now)
    subscription = current_subscription(organization)
    if subscription is not None:
        _look(subscription.stripe_subscription_id)  # A trial that has ended meanwhile would be begun anew.
    lifecycle = lifecycle_of(organization, wish.now)
    wanted = SubscriptionAction.EXTEND_TRIAL if action == Action.EXTEND else SubscriptionAction.END_TRIAL
    require(wanted, lifecycle.state)
    change = TrialChange(
        organization=organization,
        requested_by=wish.actor,
        request_key=wish.request_key,
        action=action,
        reason=wish.reason.strip(),
        ends_at=ends_at,
    )
    if lifecycle.state == LifecycleState.LOCAL_TRIAL:
        return _change_local(change, now=wish.now)
    if lifecycle.subscription is None or lifecycle.subscription.trial_end is None:
        raise NotOnTrial()
    change.stripe_subscription_id = lifecycle.subscription.stripe_subscription_id
    change.ended_before_at = lifecycle.subscription.trial_end
    _check(change, now=wish.now)
    if action == Action.END and _due_now(lifecycle.subscription) != shown_minor:
        raise PreviewStale()
    return _carry_out(_record(change), now=wish.now)


def _due_now(subscription: Subscription) -> int:
    """What Stripe would charge at this moment, in minor units; 0 where nothing is billed."""
    if not is_billed_at_end(subscription):
        return 0
    return quote_trial_end(subscription.stripe_subscription_id).amount_due_minor


def _check(change: TrialChange, *, now: datetime) -> None:
    if change.ends_at is not None:
        require_extension(change.ends_at, present_ends_at=change.ended_before_at, now=now)
    else:
        require_rest(change.ended_before_at, now=now)


def _record(change: TrialChange) -> TrialChange:
    """Commit the wish; an older one for the same subscription that never reached Stripe is superseded by it."""
    older = TrialChange.objects.filter(stripe_subscription_id=change.stripe_subscription_id)
    return intents.record(
        change, event=f"trial_{change.action}", supersedes=older, change=str(change.uuid), **_told(change)
    )


def _told(change: TrialChange) -> dict[str, Any]:
    """What the audit keeps of it; `ends_at` None means at once."""
    return {
        "before": {"trial_ends_at": change.ended_before_at},
        "after": {"trial_ends_at": change.ends_at},
        "reason": change.reason,
    }


def _change_local(change: TrialChange, *, now: datetime) -> TrialChange:
    """Move the end of a trial without a card, under its row's lock. The sweep writes to who is at its end."""
    with transaction.atomic():
        trial = LocalTrial.objects.select_for_update().get(organization=change.organization)
        change.local_trial, change.ended_before_at = trial, trial.ends_at
        if trial.ended_at is not None:
            raise NotOnTrial()
        _check(change, now=now)
        trial.ends_at = change.ends_at or max(now, trial.started_at + timedelta(seconds=1))
        trial.save(update_fields=["ends_at"])
        none = TrialChange.objects.none()
        record_local_trial(trial.organization_id, business_at=now)
        intents.record(
            change, event=f"trial_{change.action}", supersedes=none, trial=str(trial.uuid), **_told(change)
        )
        return _end(change, IntentState.SUCCEEDED, now=now)


def _carry_out(change: TrialChange, *, now: datetime) -> TrialChange:
    """Look, tell Stripe with the change's own key, read back, and close it. Raises for one that failed."""
    if change.state == IntentState.SUCCEEDED:
        return change
    if change.state == IntentState.FAILED:
        raise StripeRefused(_FAILED_EARLIER)
    subscription = _look(change.stripe_subscription_id)
    if _is_done(change, subscription):
        return _end(change, IntentState.SUCCEEDED, now=now)
    try:
        _require_time(change, subscription, now=now)
        _tell_stripe(change)
    except (NotOnTrial, CancellationPending, InvalidInput, StripeRefused) as error:
        _end(change, IntentState.FAILED, now=now, failure=error.message)
        raise
    _look(change.stripe_subscription_id)
    return _end(change, IntentState.SUCCEEDED, now=now)


def _require_time(change: TrialChange, subscription: Subscription, *, now: datetime) -> None:
    """A wish that waited may have been overtaken: by the trial's end, a cancellation, or its own age."""
    if subscription.status != SubscriptionStatus.TRIALING or subscription.trial_end is None:
        raise NotOnTrial()
    if subscription.cancel_at is not None:
        raise CancellationPending()
    if not intents.is_key_safe(change.created_at):
        raise StripeRefused("It never reached our payment provider.")
    change.ended_before_at = subscription.trial_end
    _check(change, now=now)


def _tell_stripe(change: TrialChange) -> None:
    key = f"{change.uuid}:{change.action}"
    if change.ends_at is not None:
        trials.move_trial_end(change.stripe_subscription_id, ends_at=change.ends_at, key=key)
    else:
        trials.end_trial(change.stripe_subscription_id, key=key)


def _is_done(change: TrialChange, subscription: Subscription) -> bool:
    """Whether Stripe has it already, by an earlier try of ours whose answer was lost."""
    if change.ends_at is not None:
        return subscription.status == SubscriptionStatus.TRIALING and subscription.trial_end == change.ends_at
    return subscription.status != SubscriptionStatus.TRIALING


def _look(stripe_subscription_id: str) -> Subscription:
    refresh(ObjectRef(ObjectKind.SUBSCRIPTION, stripe_subscription_id), wait_seconds=_LEASE_WAIT_SECONDS)
    return Subscription.objects.get(stripe_subscription_id=stripe_subscription_id)


def _end(change: TrialChange, state: IntentState, *, now: datetime, failure: str = "") -> TrialChange:
    """Close the change once, with the mail or the task that follows."""
    said = change.get_action_display()
    with transaction.atomic():
        has_ended = intents.end(change, state, failure=failure, failed_kind="trial_change_failed", said=said)
        if has_ended and state == IntentState.SUCCEEDED and change.ends_at is not None:
            notices.enqueue(
                "trial_extended",
                key=f"trial_extended:{change.uuid}",
                organization=change.organization,
                cause_at=now,
                **trial_words(change.stripe_subscription_id, local_trial=change.local_trial),
            )
    return change
