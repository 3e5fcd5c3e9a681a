"""Use case: staff let an organization pay by invoice within some days, or have its card charged again."""

from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from accounts.models import Organization, User
from billing import audit, clock, intents
from billing.errors import (
    InvalidInput,
    NoSubscription,
    PaymentMethodMissing,
    StripeRefused,
    TermsUnchanged,
    UnderWay,
)
from billing.gateway import subscriptions
from billing.mirror.refresh import refresh
from billing.mirror.refs import ObjectRef
from billing.models import InvoiceTermsChange, Subscription, open_staff_task
from billing.rules.actions import require
from billing.selectors.lifecycle import lifecycle_of
from billing.selectors.payment_method import charged_payment_method
from billing.terms import IntentState, ObjectKind, SubscriptionAction

MOST_DAYS = 120
_LONGEST_REASON = 300
_LEASE_WAIT_SECONDS = 2.0
_FAILED_EARLIER = "This could not be done. Please look at how the organization pays and, if need be, send it again."


def set_invoice_terms(
    organization: Organization,
    *,
    days_until_due: int | None,
    reason: str,
    request_key: UUID,
    actor: User,
    now: datetime,
) -> InvoiceTermsChange:
    """From the next invoice on: sent, to be paid within `days_until_due` days, or charged to the card with None.

    Invoices that exist stay as they are (https://docs.stripe.com/billing/collection-method, read 2026-11-30).
    `now` is business time. Safe to repeat with the same `request_key`. Raises InvalidInput, TermsUnchanged,
    PaymentMethodMissing, the refusals of `rules/actions`, UnderWay, StripeUnreachable (it is kept and carried out
    later), StripeRefused.
    """
    reason = reason.strip()
    if not reason or len(reason) > _LONGEST_REASON:
        raise InvalidInput(f"Please give a reason of at most {_LONGEST_REASON} characters.", field="reason")
    if days_until_due is not None and not 1 <= days_until_due <= MOST_DAYS:
        raise InvalidInput(f"Please give 1 to {MOST_DAYS} days.", field="days_until_due")
    change = InvoiceTermsChange.objects.filter(organization=organization, request_key=request_key).first()
    if change is None:
        subscription = _changeable(organization, days_until_due=days_until_due, now=now)
        change = _record(
            InvoiceTermsChange(
                organization=organization,
                requested_by=actor,
                request_key=request_key,
                stripe_subscription_id=subscription.stripe_subscription_id,
                days_until_due=days_until_due,
                reason=reason,
            ),
            terms_before=subscription.terms_days,
            actor=actor,
        )
    return _carry_out(change)


def resume_terms_changes(now: datetime, *, seconds: float = 10.0) -> int:
    """Carry out what a crash or Stripe's silence left open; `now` is system time. Returns how many ended.

    Stops after `seconds`, so that a silent Stripe does not hold up what the worker has to do besides.
    """
    rows = intents.left_open_since(InvoiceTermsChange.objects.all(), now)
    return intents.finish_open(rows, _carry_out, seconds=seconds)


def _changeable(organization: Organization, *, days_until_due: int | None, now: datetime) -> Subscription:
    lifecycle = lifecycle_of(organization, now)
    require(SubscriptionAction.SET_TERMS, lifecycle.state)
    subscription = lifecycle.subscription
    if subscription is None:
        raise NoSubscription()
    if subscription.terms_days == days_until_due:
        raise TermsUnchanged()
    if days_until_due is None and charged_payment_method(subscription) is None:
        raise PaymentMethodMissing()
    return subscription


def _record(change: InvoiceTermsChange, *, terms_before: int | None, actor: User) -> InvoiceTermsChange:
    try:
        with transaction.atomic():
            change.save()
            audit.record(
                "invoice_terms_set" if change.days_until_due else "invoice_terms_ended",
                subject=change.stripe_subscription_id,
                organization=change.organization,
                actor=actor,
                before={"days_until_due": terms_before},
                after={"days_until_due": change.days_until_due},
                reason=change.reason,
                change=str(change.uuid),
                days=change.days_until_due,
            )
    except IntegrityError:
        raise UnderWay() from None
    return change


def _carry_out(change: InvoiceTermsChange) -> InvoiceTermsChange:
    """Tell Stripe with the change's own key, read back, and close it. Raises for one that failed."""
    if change.state == IntentState.SUCCEEDED:
        return change
    if change.state == IntentState.FAILED:
        raise StripeRefused(_FAILED_EARLIER)
    if not intents.is_key_safe(change.created_at):
        return _settle_by_what_stripe_has(change)
    try:
        subscriptions.set_collection(
            change.stripe_subscription_id, days_until_due=change.days_until_due, key=f"{change.uuid}:terms"
        )
    except StripeRefused as error:
        _end(change, IntentState.FAILED, failure=error.message[:200])
        raise
    _look(change)
    return _end(change, IntentState.SUCCEEDED)


def _settle_by_what_stripe_has(change: InvoiceTermsChange) -> InvoiceTermsChange:
    """Too late to repeat under the same key: whether it was done stands at Stripe."""
    _look(change)
    row = Subscription.objects.filter(stripe_subscription_id=change.stripe_subscription_id).first()
    is_done = row is not None and row.terms_days == change.days_until_due
    return _end(
        change, IntentState.SUCCEEDED if is_done else IntentState.FAILED, failure="" if is_done else "never arrived"
    )


def _look(change: InvoiceTermsChange) -> None:
    refresh(ObjectRef(ObjectKind.SUBSCRIPTION, change.stripe_subscription_id), wait_seconds=_LEASE_WAIT_SECONDS)


def _end(change: InvoiceTermsChange, state: IntentState, *, failure: str = "") -> InvoiceTermsChange:
    with transaction.atomic():
        has_ended = InvoiceTermsChange.objects.filter(pk=change.pk, state=IntentState.RECORDED).update(
            state=state, failure=failure, ended_at=clock.system_now()
        )
        if has_ended and state == IntentState.FAILED:
            open_staff_task(
                "terms_change_failed",
                about=str(change.uuid),
                organization_id=change.organization_id,
                summary=f"How {change.stripe_subscription_id} pays could not be changed: {failure}"[:300],
            )
    change.refresh_from_db()
    return change
