"""Reads which plans will be charged soon to a card that is no longer good by then."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db.models import Exists, F, OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce, NullIf

from billing.models import Customer, PaymentMethod, Subscription
from billing.rules.payment_method import TELL_BEFORE_RENEWAL, expires_before
from billing.selectors.payment_method import charged_payment_method
from billing.selectors.payment_methods import next_charge_at
from billing.terms import SubscriptionStatus


@dataclass(frozen=True, slots=True)
class ExpiringCard:
    """The card that would be charged at `charge_at` (UTC), and is good no longer then."""

    subscription: Subscription
    method: PaymentMethod
    charge_at: datetime


def expiring_cards(now: datetime) -> Iterator[ExpiringCard]:
    """Those that are to be told of at `now` (business time). Reads the few whose card ends; two queries for each."""
    until = now + TELL_BEFORE_RENEWAL
    charged = Coalesce(
        NullIf("stripe_payment_method_id", Value("")),
        Subquery(
            Customer.objects.filter(stripe_customer_id=OuterRef("stripe_customer_id")).values(
                "default_stripe_payment_method_id"
            )[:1]
        ),
    )
    ends_by_then = Q(card_exp_year__lt=until.year) | Q(card_exp_year=until.year, card_exp_month__lt=until.month)
    renews = Q(status=SubscriptionStatus.ACTIVE.value, current_period_end__gt=now, current_period_end__lte=until)
    begins = Q(status=SubscriptionStatus.TRIALING.value, trial_end__gt=now, trial_end__lte=until)
    rows = (
        Subscription.objects.filter(
            renews | begins, livemode=settings.STRIPE_LIVE_MODE, organization__isnull=False, cancel_at=None
        )
        .annotate(charged_id=charged)
        .filter(
            Exists(PaymentMethod.objects.filter(ends_by_then, stripe_payment_method_id=OuterRef("charged_id"))),
            charged_id__isnull=False,
        )
        .select_related("organization")
        .order_by(F("pk").asc())
    )
    for subscription in rows:
        method, charge_at = charged_payment_method(subscription), next_charge_at(subscription)
        if method is None or charge_at is None:
            continue
        if expires_before(charge_at, year=method.card_exp_year, month=method.card_exp_month):
            yield ExpiringCard(subscription, method, charge_at)
