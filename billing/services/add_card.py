"""Use case: open a hosted page on which a person adds a card; the card itself never reaches us."""

from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction

from accounts.models import Organization, User
from billing import audit, clock
from billing.errors import CheckoutEnded, StripeRefused, UnderWay
from billing.gateway import checkout_sessions
from billing.mirror.customers import ensure_customer
from billing.models import CardSetup
from billing.rules.return_urls import return_url
from billing.terms import CheckoutState


def add_card(
    organization: Organization, *, becomes_default: bool, request_key: UUID, actor: User | None
) -> CardSetup:
    """Open the page and return the setup; send the person to its `url`. With `becomes_default` the card pays then.

    Safe to repeat: the same `request_key` reaches the same page. Raises CheckoutEnded for a page that is over,
    UnderWay, StripeUnreachable, StripeRefused.
    """
    setup = CardSetup.objects.filter(organization=organization, request_key=request_key).first()
    if setup is None:
        customer = ensure_customer(organization)
        try:
            with transaction.atomic():
                setup = CardSetup.objects.create(
                    organization=organization,
                    started_by=actor,
                    request_key=request_key,
                    stripe_customer_id=str(customer.stripe_customer_id),
                    becomes_default=becomes_default,
                )
                audit.record("card_setup_started", subject=str(setup.uuid), organization=organization, actor=actor)
        except IntegrityError:
            raise UnderWay() from None
    return _open(setup)


def _open(setup: CardSetup) -> CardSetup:
    if setup.state == CheckoutState.OPEN:
        return setup
    if setup.state != CheckoutState.RECORDED:
        raise CheckoutEnded("This page was used, or is over. Nothing was charged. Please begin again.")
    back = return_url("card_added", site_url=settings.SITE_URL)
    try:
        session = checkout_sessions.create_setup(
            reference=str(setup.uuid),
            stripe_customer_id=setup.stripe_customer_id,
            success_url=back + "?session_id={CHECKOUT_SESSION_ID}",
            cancel_url=return_url("payment_methods", site_url=settings.SITE_URL),
            key=f"{setup.uuid}:session",
        )
    except StripeRefused as error:
        CardSetup.objects.filter(pk=setup.pk, state=CheckoutState.RECORDED).update(
            state=CheckoutState.FAILED, failure=error.message[:200], ended_at=clock.system_now()
        )
        raise
    CardSetup.objects.filter(pk=setup.pk, state=CheckoutState.RECORDED).update(
        state=CheckoutState.OPEN, stripe_session_id=session["id"], url=session["url"]
    )
    setup.refresh_from_db()
    return setup
