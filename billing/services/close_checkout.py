"""Reaction: a Checkout session ended; our intent ends with it."""

from datetime import datetime

from billing import clock
from billing.models import CheckoutIntent, CheckoutSession, Transition, give_back_reservations
from billing.terms import CheckoutState

_UNFINISHED = (CheckoutState.RECORDED.value, CheckoutState.OPEN.value)


def close_checkout(transition: Transition, *, now: datetime) -> None:
    """Close the intent of a session that is complete or expired; an expired one gives trial and code back.

    Runs in the transaction of its handled mark; reads the state anew. Safe to repeat.
    """
    session = CheckoutSession.objects.get(stripe_session_id=transition.stripe_id)
    intent = (
        CheckoutIntent.objects.select_for_update()
        .filter(stripe_session_id=session.stripe_session_id, state__in=_UNFINISHED)
        .first()
    )
    if intent is None or session.status not in ("complete", "expired"):
        return
    intent.state = CheckoutState(session.status)
    intent.ended_at = clock.system_now()
    intent.save(update_fields=["state", "ended_at"])
    if intent.state == CheckoutState.EXPIRED:
        give_back_reservations(intent)
