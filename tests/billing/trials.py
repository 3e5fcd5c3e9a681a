"""What tests of trials do: begin one of either kind, let staff change it, and look what was charged."""

from datetime import datetime
from uuid import uuid4

from accounts.models import Membership
from billing.gateway.client import client
from billing.mirror.refresh import refresh
from billing.mirror.refs import ObjectRef
from billing.models import LocalTrial, Subscription, TrialChange
from billing.services.change_trial import Wish, end_trial, extend_trial
from billing.services.local_trial import start_local_trial
from billing.services.refuse_trials import refuse_trials
from billing.terms import ObjectKind
from tests.billing.shop import Shop


def begin_trial(shop: Shop, member: Membership | None = None, *, number: str = "4242 4242 4242 4242") -> Subscription:
    """A checkout of the plan with a trial, looked at as its webhooks would have us do."""
    shop.advance("PT1M")  # Stripe dates by the second, and who began first keeps the card.
    who = {"organization": member.organization, "actor": member.user} if member else {}
    intent = shop.start(shop.growth, **who)
    assert shop.pay(intent, number=number).status == 303
    refresh(ObjectRef(ObjectKind.CHECKOUT_SESSION, str(intent.stripe_session_id)))
    shop.work_off()
    return Subscription.objects.get(organization=member.organization if member else shop.organization)


def sweep(shop: Shop) -> int:
    ended = refuse_trials(shop.now)
    shop.work_off()
    return ended


def wish(shop: Shop, **changed) -> Wish:
    values = {"reason": "They asked for it", "request_key": uuid4(), "actor": shop.owner, "now": shop.now}
    return Wish(**{**values, **changed})


def extend(shop: Shop, ends_at: datetime, **changed) -> TrialChange:
    return extend_trial(shop.organization, ends_at=ends_at, wish=wish(shop, **changed))


def end(shop: Shop, *, shown_minor: int = 4800, **changed) -> TrialChange:
    return end_trial(shop.organization, shown_minor=shown_minor, wish=wish(shop, **changed))


def on_trial(shop: Shop) -> Subscription:
    return shop.subscribe(price=shop.growth)


def on_local_trial(shop: Shop) -> LocalTrial:
    return start_local_trial(shop.organization, plan_code="growth", actor=shop.owner, now=shop.now)


def money_of(shop: Shop) -> list[int]:
    """What was charged at Stripe, in minor units."""
    return [charge["amount"] for charge in client().v1.charges.list()["data"] if charge["paid"]]


def stop_answering(shop: Shop, fault: str = "http_500_before") -> None:
    shop.sandbox.fault(fault, times=2, match={"method": "POST", "path": "/v1/subscriptions/*"})
