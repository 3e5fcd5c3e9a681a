"""Use case: a card was added on a hosted page; what became of it is Stripe's to say."""

import time
from contextlib import suppress
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Q

from accounts.models import Organization
from billing import audit, clock
from billing.errors import BillingError, NotFound, PaymentMethodGone, UnderWay
from billing.gateway import objects
from billing.mirror.method_changes import LEASE_WAIT_SECONDS, carry_out, change_of, default_change
from billing.mirror.refresh import refresh
from billing.mirror.refs import ObjectRef
from billing.models import CardSetup, CheckoutSession, PaymentMethod
from billing.selectors.payment_methods import method_of
from billing.terms import CheckoutState, IntentState, ObjectKind

_KEY_IS_SAFE_FOR = timedelta(hours=23)
_SESSION_IS_OVER_AFTER = timedelta(hours=25)


def settle_card(organization: Organization, *, stripe_session_id: str) -> CardSetup:
    """Look at the session (`cs_…`) from which a person comes back; the redirect itself decides nothing.

    A card that was to become the default becomes it, once. Safe to repeat. Raises NotFound for a session that is not
    this organization's, LeaseTaken, UnderWay, StripeUnreachable (a sweep goes on with it).
    """
    setup = CardSetup.objects.filter(organization=organization, stripe_session_id=stripe_session_id).first()
    if setup is None:
        raise NotFound("There is no such page, or it belongs to another organization. Nothing was changed.")
    return _settle(setup)


def resume_card_setups(now: datetime, *, seconds: float = 10.0) -> int:
    """Settle what nobody came back from, as its webhook or its age tells; `now` is system time. How many there were.

    Stops after `seconds`, so that a silent Stripe does not hold up what the worker has to do besides.
    """
    deadline = time.monotonic() + seconds
    CardSetup.objects.filter(state=CheckoutState.RECORDED, created_at__lt=now - _KEY_IS_SAFE_FOR).update(
        state=CheckoutState.FAILED, failure="never reached Stripe", ended_at=now
    )
    told = CheckoutSession.objects.filter(mode="setup").exclude(status="open").values("stripe_session_id")
    is_over = Q(stripe_session_id__in=told) | Q(created_at__lt=now - _SESSION_IS_OVER_AFTER)
    looked_at = 0
    for setup in CardSetup.objects.filter(is_over, state=CheckoutState.OPEN).order_by("pk")[:50]:
        if time.monotonic() > deadline:
            break
        with suppress(BillingError):  # Still unreachable, or refused and so ended: the rows say which.
            _settle(setup)
            looked_at += 1
    return looked_at


def _settle(setup: CardSetup) -> CardSetup:
    if setup.state == CheckoutState.OPEN:
        _look_at(ObjectKind.CHECKOUT_SESSION, str(setup.stripe_session_id))
        session = CheckoutSession.objects.get(stripe_session_id=setup.stripe_session_id)
        if session.status == "complete":
            _complete(setup, session)
        elif session.status == "expired":
            _end_setup(setup, CheckoutState.EXPIRED)
        setup.refresh_from_db()
    change = change_of(setup.organization, setup.uuid)
    if change is not None and change.state == IntentState.RECORDED:
        carry_out(change)
    return setup


def _complete(setup: CardSetup, session: CheckoutSession) -> None:
    """Keep which card came of it, and with it, once, the decision that it pays from now on."""
    intent = objects.fetch(ObjectKind.SETUP_INTENT, session.stripe_setup_intent_id)
    _look_at(ObjectKind.PAYMENT_METHOD, str(intent["payment_method"]))
    try:
        method = method_of(setup.organization, str(intent["payment_method"]))
    except PaymentMethodGone:
        # Taken away again already, or added to a customer whom Stripe has deleted meanwhile.
        _end_setup(setup, CheckoutState.FAILED)
        return
    try:
        with transaction.atomic():
            if not _end_setup(setup, CheckoutState.COMPLETE, method=method):
                return
            audit.record(
                "card_added",
                subject=method.stripe_payment_method_id,
                organization=setup.organization,
                actor=setup.started_by,
            )
            if setup.becomes_default:
                default_change(method, setup.organization, request_key=setup.uuid, actor=setup.started_by).save()
    except IntegrityError:
        # Another change is under way; the next look goes on from here.
        raise UnderWay() from None


def _end_setup(setup: CardSetup, state: CheckoutState, *, method: PaymentMethod | None = None) -> bool:
    return bool(
        CardSetup.objects.filter(pk=setup.pk, state=CheckoutState.OPEN).update(
            state=state,
            stripe_payment_method_id=method.stripe_payment_method_id if method else "",
            ended_at=clock.system_now(),
        )
    )


def _look_at(kind: ObjectKind, stripe_id: str) -> None:
    refresh(ObjectRef(kind, stripe_id), wait_seconds=LEASE_WAIT_SECONDS)
