"""A checkout whose end nobody told is looked at; one that never reached Stripe ends and gives the trial back."""

from datetime import timedelta

from django.utils import timezone

from billing.gateway.client import client
from billing.models import CheckoutIntent, TrialRedemption, Work
from billing.services.end_old_checkouts import end_old_checkouts
from tests.billing.shop import Shop


def make_old(intent: CheckoutIntent, *, hours: int, **changed: object) -> None:
    CheckoutIntent.objects.filter(pk=intent.pk).update(created_at=timezone.now() - timedelta(hours=hours), **changed)


def test_a_session_that_expired_unheard_ends_its_checkout_and_gives_the_trial_back(shop: Shop) -> None:
    intent = shop.start(shop.growth)
    client().v1.checkout.sessions.expire(str(intent.stripe_session_id))
    make_old(intent, hours=26)

    assert end_old_checkouts(timezone.now()) == 1
    shop.work_off()

    intent.refresh_from_db()
    assert intent.state == "expired"
    assert not TrialRedemption.objects.exists()
    assert end_old_checkouts(timezone.now()) == 0


def test_a_session_that_was_paid_unheard_is_complete(shop: Shop) -> None:
    intent = shop.start(shop.growth)
    shop.pay(intent)
    make_old(intent, hours=26)

    end_old_checkouts(timezone.now())
    shop.work_off()

    intent.refresh_from_db()
    assert intent.state == "complete"
    assert TrialRedemption.objects.count() == 1


def test_one_that_never_reached_stripe_ends_and_gives_the_trial_back(shop: Shop) -> None:
    intent = shop.start(shop.growth)
    make_old(intent, hours=24, state="recorded", stripe_session_id=None)

    assert end_old_checkouts(timezone.now()) == 1

    intent.refresh_from_db()
    assert (intent.state, intent.failure) == ("failed", "never reached Stripe")
    assert not TrialRedemption.objects.exists()


def test_a_young_checkout_is_left_alone(shop: Shop) -> None:
    intent = shop.start(shop.growth)

    assert end_old_checkouts(timezone.now()) == 0

    intent.refresh_from_db()
    assert intent.state == "open"


def test_a_session_that_waits_to_be_looked_at_is_asked_for_once(shop: Shop) -> None:
    make_old(shop.start(shop.growth), hours=26)

    end_old_checkouts(timezone.now())
    end_old_checkouts(timezone.now())

    assert Work.objects.get(kind="checkout.session").want == 1
