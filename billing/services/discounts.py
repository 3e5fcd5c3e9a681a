"""Use case: redeem a promotion code for a running subscription, or remove its discounts."""

from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction

from accounts.models import Organization, User
from billing import audit, clock, intents
from billing.errors import StripeRefused, SumChanged, UnderWay
from billing.gateway import subscriptions
from billing.mirror.discounts import DiscountStep, step_to_apply, step_to_remove
from billing.mirror.promotion_codes import refusal_of_code
from billing.mirror.refresh import refresh
from billing.mirror.refs import ObjectRef
from billing.models import Discount, DiscountChange, PromotionCodeUse, open_staff_task
from billing.money import Money
from billing.terms import IntentState, ObjectKind

_LEASE_WAIT_SECONDS = 2.0
_FAILED_EARLIER = "This could not be done. Please look at your discount and, if you still want it, send it again."


def apply_code(
    organization: Organization, *, code: str, shown: Money, request_key: UUID, actor: User, now: datetime
) -> DiscountChange:
    """Redeem a code from the next invoice on. `shown` is the sum of that invoice that the person has seen.

    `now` is business time. Safe to repeat with the same `request_key`. Raises SumChanged, UnderWay, the refusals of
    `rules/actions` and `rules/promotion`, StripeUnreachable (it is kept and carried out later), StripeRefused.
    """
    change = _repeated(organization, request_key)
    if change is None:
        step = step_to_apply(organization, code=code, now=now)
        change = _record(
            organization,
            step=step,
            action=DiscountChange.Action.APPLY,
            shown=shown,
            request_key=request_key,
            actor=actor,
        )
    return _carry_out(change)


def remove_discounts(
    organization: Organization, *, shown: Money, request_key: UUID, actor: User, now: datetime
) -> DiscountChange:
    """Take the subscription's discounts away, from the next invoice on. `shown` is as in `apply_code`.

    Safe to repeat with the same `request_key`. Raises SumChanged, NoDiscount, UnderWay, StripeUnreachable (it is
    kept and carried out later), StripeRefused, the refusals of `rules/actions`.
    """
    change = _repeated(organization, request_key)
    if change is None:
        step = step_to_remove(organization, now=now)
        change = _record(
            organization,
            step=step,
            action=DiscountChange.Action.REMOVE,
            shown=shown,
            request_key=request_key,
            actor=actor,
        )
    return _carry_out(change)


def resume_discount_changes(now: datetime, *, seconds: float = 10.0) -> int:
    """Carry out what a crash or Stripe's silence left open; `now` is system time. Returns how many ended.

    Stops after `seconds`, so that a silent Stripe does not hold up what the worker has to do besides.
    """
    rows = intents.left_open_since(DiscountChange.objects.all(), now)
    return intents.finish_open(rows, _carry_out, seconds=seconds)


def _repeated(organization: Organization, request_key: UUID) -> DiscountChange | None:
    return DiscountChange.objects.filter(organization=organization, request_key=request_key).first()


def _record(
    organization: Organization,
    *,
    step: DiscountStep,
    action: DiscountChange.Action,
    shown: Money,
    request_key: UUID,
    actor: User,
) -> DiscountChange:
    """Commit the decision with the one use of the code; another that is under way for the subscription stops it."""
    if step.next_sum != shown:
        raise SumChanged()
    promotion = step.promotion
    try:
        with transaction.atomic():
            change = DiscountChange.objects.create(
                organization=organization,
                requested_by=actor,
                request_key=request_key,
                action=action,
                stripe_subscription_id=step.subscription.stripe_subscription_id,
                code=promotion.code if promotion else "",
                stripe_promotion_code_id=promotion.stripe_promotion_code_id if promotion else "",
                discounts=step.discounts,
            )
            if promotion is not None:
                PromotionCodeUse.objects.create(
                    organization=organization,
                    livemode=settings.STRIPE_LIVE_MODE,
                    stripe_promotion_code_id=promotion.stripe_promotion_code_id,
                    code=promotion.code,
                    discount_change=change,
                )
            audit.record(
                f"discount_{action}",
                subject=change.stripe_subscription_id,
                organization=organization,
                actor=actor,
                code=change.code,
            )
    except IntegrityError:
        raise UnderWay() from None
    return change


def _carry_out(change: DiscountChange) -> DiscountChange:
    """Tell Stripe with the change's own key, read back, and close it. Raises for one that failed."""
    if change.state == IntentState.SUCCEEDED:
        return change
    if change.state == IntentState.FAILED:
        raise StripeRefused(_FAILED_EARLIER)
    if not intents.is_key_safe(change.created_at):
        return _settle_by_what_stripe_has(change)
    try:
        subscriptions.set_discounts(
            change.stripe_subscription_id, discounts=change.discounts, key=f"{change.uuid}:discounts"
        )
    except StripeRefused as error:
        _end(change, IntentState.FAILED, failure=error.message[:200])
        raise refusal_of_code(error) from error
    _look_at(change)
    return _end(change, IntentState.SUCCEEDED)


def _settle_by_what_stripe_has(change: DiscountChange) -> DiscountChange:
    """Too late to repeat: the subscription itself says whether Stripe heard us. Raises for what it did not hear."""
    _look_at(change)
    given = Discount.objects.filter(stripe_subscription_id=change.stripe_subscription_id)
    if change.action == DiscountChange.Action.APPLY:
        # Also one that has lowered its invoice since and is gone.
        is_done = given.filter(stripe_promotion_code_id=change.stripe_promotion_code_id).exists()
    else:
        is_done = not given.filter(is_removed=False).exists()
    if is_done:
        return _end(change, IntentState.SUCCEEDED)
    _end(change, IntentState.FAILED, failure="never reached Stripe")
    open_staff_task(
        "discount_failed",
        about=str(change.uuid),
        summary=f"{change.get_action_display()} for {change.stripe_subscription_id} never reached Stripe.",
        organization_id=change.organization_id,
    )
    raise StripeRefused(_FAILED_EARLIER)


def _look_at(change: DiscountChange) -> None:
    refresh(ObjectRef(ObjectKind.SUBSCRIPTION, change.stripe_subscription_id), wait_seconds=_LEASE_WAIT_SECONDS)


def _end(change: DiscountChange, state: IntentState, *, failure: str = "") -> DiscountChange:
    """Close what is open; one that failed gives the use of its code back."""
    with transaction.atomic():
        has_ended = DiscountChange.objects.filter(pk=change.pk, state=IntentState.RECORDED).update(
            state=state, failure=failure, ended_at=clock.system_now()
        )
        if has_ended and state == IntentState.FAILED:
            PromotionCodeUse.objects.filter(discount_change=change).delete()
    change.refresh_from_db()
    return change
