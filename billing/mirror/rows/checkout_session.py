"""Writes what Stripe says of a Checkout session; what that means for our intent is a reaction's business."""

from django.conf import settings

from billing.mirror import shapes
from billing.mirror.refs import ObjectRef
from billing.mirror.rows.owner import organization_id_of
from billing.mirror.written import Fetched, Written, status_change
from billing.models import CheckoutSession, Subscription
from billing.terms import ObjectKind


def write(fetched: Fetched) -> Written:
    if fetched.obj is None:
        return Written()
    obj = fetched.obj
    row = CheckoutSession.objects.select_for_update().filter(stripe_session_id=fetched.ref.stripe_id).first()
    if row is None:
        row = CheckoutSession(stripe_session_id=fetched.ref.stripe_id)
    before = row.status
    row.livemode = settings.STRIPE_LIVE_MODE
    row.mode = shapes.text(obj, "mode")
    row.status = shapes.text(obj, "status")
    row.payment_status = shapes.text(obj, "payment_status")
    row.client_reference_id = shapes.text(obj, "client_reference_id")
    row.stripe_customer_id = shapes.text(obj, "customer")
    row.stripe_subscription_id = shapes.text(obj, "subscription")
    row.stripe_setup_intent_id = shapes.text(obj, "setup_intent")
    row.fetched_at = fetched.system_at
    row.save()
    return Written(
        organization_id_of(row.stripe_customer_id),
        changes=status_change(before, row.status),
        follow=_follow(row.stripe_subscription_id),
    )


def _follow(stripe_subscription_id: str) -> tuple[ObjectRef, ...]:
    known = Subscription.objects.filter(stripe_subscription_id=stripe_subscription_id).exists()
    if not stripe_subscription_id or known:
        return ()
    return (ObjectRef(ObjectKind.SUBSCRIPTION, stripe_subscription_id),)
