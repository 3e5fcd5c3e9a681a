"""Use case: charge another card from now on, or remove one."""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from accounts.models import Organization, User
from billing import audit, intents
from billing.errors import LeaseLost, LeaseTaken, UnderWay
from billing.mirror.method_changes import LEASE_WAIT_SECONDS, carry_out, change_of, default_change
from billing.mirror.refresh import refresh
from billing.mirror.refs import ObjectRef
from billing.models import PaymentMethodChange
from billing.rules.payment_method import refuse_removal
from billing.selectors.customer import current_customer
from billing.selectors.payment_methods import method_of, use_of
from billing.selectors.subscription import live_subscriptions
from billing.terms import ObjectKind


def make_default(
    organization: Organization, *, stripe_payment_method_id: str, request_key: UUID, actor: User | None
) -> PaymentMethodChange:
    """Charge this method (`pm_…`) from now on: for every running subscription, and as the customer's default.

    Safe to repeat with the same `request_key`. Raises PaymentMethodGone, UnderWay, StripeRefused, StripeUnreachable
    (it is kept and carried out later).
    """
    change = change_of(organization, request_key)
    if change is None:
        method = method_of(organization, stripe_payment_method_id)
        change = _record(default_change(method, organization, request_key=request_key, actor=actor))
    return carry_out(change)


def remove(
    organization: Organization, *, stripe_payment_method_id: str, request_key: UUID, actor: User | None, now: datetime
) -> PaymentMethodChange:
    """Take this method (`pm_…`) away for good. `now` is business time. Safe to repeat with the same `request_key`.

    Raises PaymentMethodNeeded, PaymentMethodGone, UnderWay, StripeRefused, StripeUnreachable (it is kept and carried
    out later).
    """
    change = change_of(organization, request_key)
    if change is None:
        _look_at_all(organization)
        method = method_of(organization, stripe_payment_method_id)
        change = PaymentMethodChange(
            organization=organization,
            requested_by=actor,
            request_key=request_key,
            action=PaymentMethodChange.Action.REMOVE,
            stripe_payment_method_id=method.stripe_payment_method_id,
            stripe_customer_id=method.stripe_customer_id,
        )
        change = _record(change, check=lambda: refuse_removal(use_of(organization, method, now=now)))
    return carry_out(change)


def resume_payment_methods(now: datetime, *, seconds: float = 10.0) -> int:
    """Carry out what a crash or Stripe's silence left open; `now` is system time. Returns how many ended.

    Stops after `seconds`, so that a silent Stripe does not hold up what the worker has to do besides.
    """
    rows = intents.left_open_since(PaymentMethodChange.objects.all(), now)
    return intents.finish_open(rows, carry_out, seconds=seconds)


def _record(change: PaymentMethodChange, *, check: Callable[[], None] | None = None) -> PaymentMethodChange:
    """Commit the decision; one change of an organization's methods is under way at a time."""
    try:
        with transaction.atomic():
            change.save()
            if check is not None:
                check()
            audit.record(
                f"payment_method_{change.action}",
                subject=change.stripe_payment_method_id,
                organization=change.organization,
                actor=change.requested_by,
            )
    except IntegrityError:
        raise UnderWay() from None
    return change


def _look_at_all(organization: Organization) -> None:
    """Before a removal: what Stripe has decides, not what we remember. A busy object is somebody's fresh look."""
    for row in live_subscriptions(organization):
        with suppress(LeaseTaken, LeaseLost):
            refresh(ObjectRef(ObjectKind.SUBSCRIPTION, row.stripe_subscription_id), wait_seconds=LEASE_WAIT_SECONDS)
    customer = current_customer(organization)
    if customer is None or not customer.stripe_customer_id:
        return
    with suppress(LeaseTaken, LeaseLost):
        found = refresh(
            ObjectRef(ObjectKind.CUSTOMER, customer.stripe_customer_id), wait_seconds=LEASE_WAIT_SECONDS
        ).written
        for ref in found.follow:
            if ref.kind == ObjectKind.PAYMENT_METHOD:
                refresh(ref, wait_seconds=LEASE_WAIT_SECONDS)
