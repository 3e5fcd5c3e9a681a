"""What tests of dunning need: a renewal that fails, the worker's rounds, and time that moves to the next moment."""

from datetime import datetime
from typing import Any

from billing.gateway.client import client
from billing.mirror.refresh import refresh
from billing.mirror.refs import ObjectRef
from billing.models import DunningAttempt, DunningCase, Subscription
from billing.services.claim_due_cases import claim_due_cases
from billing.services.end_dunning import close_at_deadline, send_last_notices, take_final_actions
from billing.services.make_attempts import make_attempts
from billing.terms import ObjectKind
from tests.billing.shop import Shop

POOR = "pm_card_sandbox_sequence_insufficient_funds,ok"
"""A card whose first charge fails for want of funds and whose second is paid."""


def failed_renewal(shop: Shop, token: str = POOR) -> tuple[Subscription, DunningCase]:
    """A subscription whose first renewal failed with this test card, and its case."""
    subscription = shop.subscribe()
    shop.charge_only(subscription, token)
    shop.look_at(subscription)
    shop.advance("P36D")
    look(shop, subscription)
    return subscription, DunningCase.objects.get(stripe_subscription_id=subscription.stripe_subscription_id)


def look(shop: Shop, subscription: Subscription) -> None:
    """What the webhooks about a subscription and its newest invoice lead to."""
    shop.look_at(subscription)
    shop.renewal(subscription)
    shop.look_at(subscription)


def pursue(shop: Shop) -> None:
    """One round of the worker, and what follows from it."""
    now = shop.now
    claim_due_cases(now)
    make_attempts(now)
    send_last_notices(now)
    close_at_deadline(now)
    take_final_actions(now)
    shop.work_off()


def advance_to(shop: Shop, moment: datetime | None) -> None:
    """Move business time to a minute after `moment`."""
    assert moment is not None
    seconds = int((moment - shop.now).total_seconds()) + 60
    if seconds > 0:
        shop.advance(f"PT{seconds}S")


def new_card(shop: Shop, subscription: Subscription, token: str = "pm_card_visa") -> str:
    """The customer gives another card, which webhooks tell us of; its id."""
    card = shop.charge_only(subscription, token)
    refresh(ObjectRef(ObjectKind.PAYMENT_METHOD, card))
    shop.look_at(subscription)
    return card


def charges_of(case: DunningCase) -> list[Any]:
    """All charges of the case's invoice at Stripe, the newest first."""
    payments = client().v1.invoice_payments.list(params={"invoice": case.stripe_invoice_id})["data"]
    intents = [payment["payment"]["payment_intent"] for payment in payments]
    found = [client().v1.charges.list(params={"payment_intent": intent, "limit": 100})["data"] for intent in intents]
    return [charge for charges in found for charge in charges]


def only_attempt() -> DunningAttempt:
    return DunningAttempt.objects.get()
