"""Tells Stripe of a recorded change of payment methods, reads back what became of it, and closes it."""

from datetime import timedelta
from uuid import UUID

from accounts.models import Organization, User
from billing import clock
from billing.errors import StripeRefused
from billing.gateway import customers, payment_methods, subscriptions
from billing.mirror.refresh import refresh
from billing.mirror.refs import ObjectRef
from billing.models import Customer, PaymentMethod, PaymentMethodChange, Subscription, open_staff_task
from billing.selectors.subscription import live_subscriptions
from billing.terms import IntentState, ObjectKind

LEASE_WAIT_SECONDS = 2.0
_KEY_IS_SAFE_FOR = timedelta(hours=23)
_FAILED_EARLIER = "This could not be done. Please look at your cards and, if you still want it, send it again."


def default_change(
    method: PaymentMethod, organization: Organization, *, request_key: UUID, actor: User | None
) -> PaymentMethodChange:
    """The decision, not stored yet: what is charged by itself follows, whether it had a card of its own or not."""
    return PaymentMethodChange(
        organization=organization,
        requested_by=actor,
        request_key=request_key,
        action=PaymentMethodChange.Action.DEFAULT,
        stripe_payment_method_id=method.stripe_payment_method_id,
        stripe_customer_id=method.stripe_customer_id,
        stripe_subscription_ids=[
            row.stripe_subscription_id
            for row in live_subscriptions(organization)
            if row.stripe_customer_id == method.stripe_customer_id
        ],
    )


def change_of(organization: Organization, request_key: UUID) -> PaymentMethodChange | None:
    """The change that was decided under this key."""
    return PaymentMethodChange.objects.filter(organization=organization, request_key=request_key).first()


def carry_out(change: PaymentMethodChange) -> PaymentMethodChange:
    """Tell Stripe with the change's own keys, read back, and close it. Safe to repeat, also a day later.

    Raises StripeRefused for one that failed, StripeUnreachable, LeaseTaken. Must be called outside any transaction.
    """
    if change.state == IntentState.SUCCEEDED:
        return change
    if change.state == IntentState.FAILED:
        raise StripeRefused(_FAILED_EARLIER)
    is_too_late = clock.system_now() - change.created_at > _KEY_IS_SAFE_FOR
    try:
        if not is_too_late:
            _tell(change)
    except StripeRefused as error:
        return _settle_by_what_stripe_has(change, failure=error.message[:200])
    if is_too_late:
        return _settle_by_what_stripe_has(change, failure="never reached Stripe")
    _look_at_what_changed(change)
    return _end(change, IntentState.SUCCEEDED)


def _tell(change: PaymentMethodChange) -> None:
    """Subscriptions first: the one that failed is what the card was given for."""
    method_id, key = change.stripe_payment_method_id, str(change.uuid)
    if change.action == PaymentMethodChange.Action.REMOVE:
        payment_methods.detach(method_id, key=f"{key}:detach")
        return
    for stripe_id in change.stripe_subscription_ids:
        subscriptions.set_default_payment_method(
            stripe_id, stripe_payment_method_id=method_id, key=f"{key}:{stripe_id}"
        )
    customers.set_default_payment_method(
        change.stripe_customer_id, stripe_payment_method_id=method_id, key=f"{key}:customer"
    )


def _settle_by_what_stripe_has(change: PaymentMethodChange, *, failure: str) -> PaymentMethodChange:
    """Refused, or too late to repeat: what Stripe has says whether it is done all the same. Raises if it is not."""
    _look_at_what_changed(change)
    method_id = change.stripe_payment_method_id
    if change.action == PaymentMethodChange.Action.REMOVE:
        is_done = not PaymentMethod.objects.filter(stripe_payment_method_id=method_id).exclude(stripe_customer_id="")
    else:
        others = Subscription.objects.filter(stripe_subscription_id__in=change.stripe_subscription_ids).exclude(
            stripe_payment_method_id=method_id
        )
        customer = Customer.objects.filter(stripe_customer_id=change.stripe_customer_id).first()
        is_done = customer is not None and customer.default_stripe_payment_method_id == method_id and not others
    if is_done:
        return _end(change, IntentState.SUCCEEDED)
    _end(change, IntentState.FAILED, failure=failure)
    open_staff_task(
        "payment_method_failed",
        about=str(change.uuid),
        summary=f"{change.get_action_display()} of {method_id} failed: {failure}",
        organization_id=change.organization_id,
    )
    raise StripeRefused(_FAILED_EARLIER)


def _look_at_what_changed(change: PaymentMethodChange) -> None:
    _look_at(ObjectKind.PAYMENT_METHOD, change.stripe_payment_method_id)
    for row in live_subscriptions(change.organization):
        _look_at(ObjectKind.SUBSCRIPTION, row.stripe_subscription_id)
    _look_at(ObjectKind.CUSTOMER, change.stripe_customer_id)


def _look_at(kind: ObjectKind, stripe_id: str) -> None:
    refresh(ObjectRef(kind, stripe_id), wait_seconds=LEASE_WAIT_SECONDS)


def _end(change: PaymentMethodChange, state: IntentState, *, failure: str = "") -> PaymentMethodChange:
    PaymentMethodChange.objects.filter(pk=change.pk, state=IntentState.RECORDED).update(
        state=state, failure=failure, ended_at=clock.system_now()
    )
    change.refresh_from_db()
    return change
