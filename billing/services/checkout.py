"""Use case: sell a subscription through Stripe's hosted checkout; what may be sold is the rules' business."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction

from accounts.models import Organization, User
from billing import audit, clock, intents
from billing.errors import (
    AlreadySubscribed,
    CheckoutEnded,
    InvalidInput,
    LeaseLost,
    LeaseTaken,
    StripeRefused,
    UnderWay,
)
from billing.gateway import checkout_sessions, objects
from billing.gateway.checkout_sessions import SubscriptionCheckout
from billing.mirror import work
from billing.mirror.customers import ensure_customer
from billing.mirror.promotion_codes import offer_for_price, refusal_of_code
from billing.mirror.refresh import refresh
from billing.mirror.refs import ObjectRef
from billing.models import (
    CheckoutIntent,
    Customer,
    Price,
    TrialRedemption,
    give_back_reservations,
    reserve_code,
)
from billing.rules.checkout import refuse_other_currency, refuse_second_subscription
from billing.rules.promotion import Promotion
from billing.rules.return_urls import return_url
from billing.rules.seats import check_quantity, quantity_for
from billing.rules.trial import TrialTerms, checkout_trial
from billing.selectors.catalogue import price_for
from billing.selectors.seats import people_of
from billing.selectors.trial import (
    another_trial_is_allowed,
    email_digest,
    has_redeemed_trial,
    running_local_trial,
)
from billing.terms import CheckoutState, CodeEntry, ObjectKind, SubscriptionStatus

_LEASE_WAIT_SECONDS = 2.0
_UNFINISHED = (CheckoutState.RECORDED.value, CheckoutState.OPEN.value)


@dataclass(frozen=True, slots=True)
class _Order:
    """What is bought, and the code that lowers it."""

    price: Price
    quantity: int
    promotion: Promotion | None = None

    def kept(self) -> dict[str, Any]:
        """The same as fields of the intent."""
        return {
            "price": self.price,
            "quantity": self.quantity,
            "promotion_code": self.promotion.code if self.promotion else "",
            "stripe_promotion_code_id": self.promotion.stripe_promotion_code_id if self.promotion else "",
        }


def start_checkout(
    organization: Organization,
    *,
    lookup_key: str,
    request_key: UUID,
    actor: User | None,
    now: datetime,
    seats: int | None = None,
    promotion_code: str = "",
) -> CheckoutIntent:
    """Open the hosted page for one price and return the intent; send the person to its `url`.

    `now` is business time. Without `seats` a plan that has them is bought for the people who are there;
    `promotion_code` is as it was typed, or empty. Safe to repeat: the same `request_key`, and another tab, reach the
    same session. Raises UnknownPlan, CurrencyLocked, AlreadySubscribed, CheckoutEnded, UnderWay, StripeUnreachable,
    and the refusals of a number of seats and of a code.
    """
    price = price_for(lookup_key)
    quantity = _quantity(organization, price=price, seats=seats)
    customer = ensure_customer(organization)
    order = _order(customer, price=price, quantity=quantity, code=promotion_code, now=now)
    intent = _unfinished(organization, order=order)
    customer = _seen_at_stripe(customer)
    if intent is not None and intent.stripe_customer_id != customer.stripe_customer_id:
        _end(intent, CheckoutState(_expire(intent)["status"]))
        intent = None
    # Only now: a session that was completed until that look has its subscription at Stripe.
    _refuse_what_cannot_be_sold(customer, price, now=now)
    if intent is None:
        if CheckoutIntent.objects.filter(organization=organization, request_key=request_key).exists():
            raise CheckoutEnded()
        intent = _record(customer, order=order, request_key=request_key, actor=actor, now=now)
    try:
        return _open_session(intent)
    except StripeRefused as error:
        # Another may have used the code up since the look: then a second look says so.
        _order(customer, price=price, quantity=quantity, code=promotion_code, now=now)
        raise refusal_of_code(error) from error


def _order(customer: Customer, *, price: Price, quantity: int, code: str, now: datetime) -> _Order:
    if not code:
        return _Order(price, quantity)
    if settings.PROMOTION_CODE_ENTRY != CodeEntry.OURS:
        raise InvalidInput("Codes are not taken here. Nothing was charged.", field="promotion_code")
    offer = offer_for_price(
        customer.organization,
        code=code,
        price=price,
        quantity=quantity,
        stripe_customer_id=str(customer.stripe_customer_id),
        now=now,
    )
    return _Order(price, quantity, offer.promotion)


def _seen_at_stripe(customer: Customer) -> Customer:
    """The customer as Stripe has it now; a new one in the place of one that was deleted there meanwhile."""
    # Another click may hold the customer; then that one brings the currency, and Stripe refuses a wrong one, too.
    with suppress(LeaseTaken, LeaseLost):
        refresh(ObjectRef(ObjectKind.CUSTOMER, str(customer.stripe_customer_id)), wait_seconds=_LEASE_WAIT_SECONDS)
    customer.refresh_from_db()
    return ensure_customer(customer.organization) if customer.is_deleted else customer


def _quantity(organization: Organization, *, price: Price, seats: int | None) -> int:
    terms, used = price.plan.seat_terms, people_of(organization).used
    if seats is None:
        return quantity_for(terms, used=used)
    check_quantity(terms, quantity=seats, used=used)
    return seats


def _refuse_what_cannot_be_sold(customer: Customer, price: Price, *, now: datetime) -> None:
    """Asks Stripe, not our rows: a webhook may be on its way."""
    live = objects.list_live_subscriptions(str(customer.stripe_customer_id))
    # Whoever is sent away because of one shall find it on the billing page, even if its events were lost.
    work.want(ObjectRef(ObjectKind.SUBSCRIPTION, subscription["id"]) for subscription in live)
    refuse_second_subscription((subscription["status"] for subscription in live), now=now)
    refuse_other_currency(customer_currency=customer.currency, price_currency=price.currency)


def _unfinished(organization: Organization, *, order: _Order) -> CheckoutIntent | None:
    """The organization's open checkout if it still sells just this; one that does not is closed at Stripe first."""
    intent = (
        CheckoutIntent.objects.select_related("price")
        .filter(organization=organization, state__in=_UNFINISHED)
        .first()
    )
    if intent is None:
        return None
    if intent.state == CheckoutState.RECORDED and not intents.is_key_safe(intent.created_at):
        _end(intent, CheckoutState.FAILED, failure="never reached Stripe")
        return None
    try:
        intent = _open_session(intent)
        session = objects.fetch(ObjectKind.CHECKOUT_SESSION, str(intent.stripe_session_id))
    except StripeRefused as error:
        # Its inputs are out of date, such as a trial's end or a setting; or Stripe knows the session no longer.
        _end(intent, CheckoutState.FAILED, failure=error.message[:200])
        return None
    if session["status"] == "open" and CheckoutIntent.objects.filter(pk=intent.pk, **order.kept()).exists():
        return intent
    if session["status"] == "open":
        session = _expire(intent)
    if session["status"] == "complete":
        _refuse_unless_over(session["subscription"])
    _end(intent, CheckoutState(session["status"]))
    return None


def _refuse_unless_over(stripe_subscription_id: str) -> None:
    """What a completed checkout made counts until it has ended, also while its first payment is on its way."""
    subscription = objects.fetch(ObjectKind.SUBSCRIPTION, stripe_subscription_id)
    if subscription["status"] not in (SubscriptionStatus.CANCELED, SubscriptionStatus.INCOMPLETE_EXPIRED):
        work.want([ObjectRef(ObjectKind.SUBSCRIPTION, stripe_subscription_id)])
        raise AlreadySubscribed()


def _expire(intent: CheckoutIntent) -> Any:
    session_id = str(intent.stripe_session_id)
    try:
        return checkout_sessions.expire(session_id, key=f"{intent.uuid}:expire")
    except StripeRefused:
        # It was completed or expired between our look and our call: what it is now decides.
        return objects.fetch(ObjectKind.CHECKOUT_SESSION, session_id)


def _record(
    customer: Customer, *, order: _Order, request_key: UUID, actor: User | None, now: datetime
) -> CheckoutIntent:
    """Commit the decision with the one trial and the one use of a code that it reserves, before Stripe is asked."""
    organization = customer.organization
    try:
        with transaction.atomic():
            trial, reservation = _reserve_trial(organization, price=order.price, actor=actor, now=now)
            intent = CheckoutIntent.objects.create(
                organization=organization,
                started_by=actor,
                request_key=request_key,
                trial_days=trial.days,
                trial_end=trial.ends_at,
                stripe_customer_id=str(customer.stripe_customer_id),
                **order.kept(),
            )
            if reservation is not None:
                reservation.checkout_intent = intent
                reservation.save(update_fields=["checkout_intent"])
            reserve_code(intent)
            audit.record("checkout_started", subject=str(intent.uuid), organization=organization, actor=actor)
    except IntegrityError:
        # Another click was first; where it buys the same it opens the same session.
        first = CheckoutIntent.objects.filter(
            organization=organization, state__in=_UNFINISHED, **order.kept()
        ).first()
        if first is None:
            raise UnderWay() from None
        return first
    return intent


def _reserve_trial(
    organization: Organization, *, price: Price, actor: User | None, now: datetime
) -> tuple[TrialTerms, TrialRedemption | None]:
    # A program's key may have outlived the person who made it; the organization is asked about all the same.
    email = actor.email if actor else organization.email
    running, is_allowed = running_local_trial(organization, now), another_trial_is_allowed(organization)
    trial = checkout_trial(
        plan_trial_days=price.plan.trial_days,
        has_redeemed=has_redeemed_trial(organization, email=email) and not is_allowed,
        local_trial_ends_at=running.ends_at if running else None,
        now=now,
    )
    digest = email_digest(email)
    if not trial.days or (is_allowed and TrialRedemption.objects.filter(email_digest=digest).exists()):
        return trial, None
    return trial, TrialRedemption.objects.create(email_digest=digest, organization=organization)


def _open_session(intent: CheckoutIntent) -> CheckoutIntent:
    """Create the session of a recorded intent; the intent's own key makes a repeat reach the same session."""
    if intent.stripe_session_id:
        return intent
    try:
        session = checkout_sessions.create(_inputs(intent), key=f"{intent.uuid}:session")
    except StripeRefused as error:
        intent.refresh_from_db()
        if intent.stripe_session_id:
            return intent  # A click at the same moment has opened it.
        _end(intent, CheckoutState.FAILED, failure=error.message[:200])
        raise
    CheckoutIntent.objects.filter(pk=intent.pk, state=CheckoutState.RECORDED).update(
        state=CheckoutState.OPEN, stripe_session_id=session["id"], url=session["url"]
    )
    intent.refresh_from_db()
    return intent


def _inputs(intent: CheckoutIntent) -> SubscriptionCheckout:
    return SubscriptionCheckout(
        reference=str(intent.uuid),
        stripe_customer_id=intent.stripe_customer_id,
        stripe_price_id=intent.price.stripe_price_id,
        quantity=intent.quantity,
        success_url=return_url("checkout", site_url=settings.SITE_URL) + "?session_id={CHECKOUT_SESSION_ID}",
        cancel_url=return_url("pricing", site_url=settings.SITE_URL),
        trial_days=intent.trial_days,
        trial_end=intent.trial_end,
        missing_card_policy=settings.TRIAL_MISSING_CARD_POLICY,
        automatic_tax=settings.CHECKOUT_AUTOMATIC_TAX,
        collect_tax_id=settings.CHECKOUT_COLLECT_TAX_ID,
        collect_address=settings.CHECKOUT_COLLECT_ADDRESS,
        stripe_promotion_code_id=intent.stripe_promotion_code_id,
        takes_codes=settings.PROMOTION_CODE_ENTRY == CodeEntry.STRIPE,
    )


def _end(intent: CheckoutIntent, state: CheckoutState, *, failure: str = "") -> None:
    """Close an unfinished intent; one that led nowhere gives the trial and the use of a code back."""
    with transaction.atomic():
        has_ended = CheckoutIntent.objects.filter(pk=intent.pk, state__in=_UNFINISHED).update(
            state=state, failure=failure, ended_at=clock.system_now()
        )
        if has_ended and state != CheckoutState.COMPLETE:
            give_back_reservations(intent)
