"""Use case: end checkouts that nobody has heard of any more; what a session became is Stripe's to say."""

from datetime import datetime, timedelta

from django.db import transaction

from billing import clock
from billing.mirror import work
from billing.mirror.refs import ObjectRef
from billing.models import CheckoutIntent, give_back_reservations
from billing.terms import CheckoutState, ObjectKind

# A repeat of the call could open a second session after that.
_KEY_IS_SAFE_FOR = timedelta(hours=23)
# A session lives 24 h (https://docs.stripe.com/api/checkout/sessions/object#expires_at, read 2026-11-20).
_SESSION_IS_OVER_AFTER = timedelta(hours=25)


def end_old_checkouts(now: datetime, *, limit: int = 100) -> int:
    """End what never reached Stripe, and look at sessions whose end was not told; `now` is system time.

    Returns how many of both there were. Safe to repeat: what is looked at ends by the reaction to what it became.
    """
    ended = 0
    unsent = CheckoutIntent.objects.filter(state=CheckoutState.RECORDED, created_at__lt=now - _KEY_IS_SAFE_FOR)
    for intent_id in list(unsent.values_list("pk", flat=True)[:limit]):
        ended += _end_unsent(intent_id)
    old = CheckoutIntent.objects.filter(state=CheckoutState.OPEN, created_at__lt=now - _SESSION_IS_OVER_AFTER)
    sessions = [
        str(stripe_id) for stripe_id in old.order_by("pk").values_list("stripe_session_id", flat=True)[:limit]
    ]
    refs = {ref.key: ref for ref in (ObjectRef(ObjectKind.CHECKOUT_SESSION, stripe_id) for stripe_id in sessions)}
    # What is asked for already, and waits for Stripe, is not asked for again each time.
    work.want(refs[key] for key in work.finished(refs))
    return ended + len(sessions)


def _end_unsent(intent_id: int) -> int:
    """A click at this moment may still open it: whoever is first decides. Trial and code are given back."""
    with transaction.atomic():
        has_ended = CheckoutIntent.objects.filter(pk=intent_id, state=CheckoutState.RECORDED).update(
            state=CheckoutState.FAILED, failure="never reached Stripe", ended_at=clock.system_now()
        )
        if has_ended:
            give_back_reservations(CheckoutIntent.objects.get(pk=intent_id))
    return has_ended
