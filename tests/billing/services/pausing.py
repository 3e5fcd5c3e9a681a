"""What tests of pauses do again and again: a break, going on, a year's price, time that passes, what was charged."""

from datetime import timedelta
from uuid import uuid4

from django.db import connection

from billing.errors import (
    BillingError,
)
from billing.gateway.client import client
from billing.models import PauseRequest, Price, Subscription
from billing.money import Money
from billing.selectors.access import access_for
from billing.services.begin_period import begin_periods
from billing.services.pause import PauseLength, pause
from billing.services.resume import resume, resume_offer
from tests.billing.factories import PriceFactory
from tests.billing.shop import Shop

DAY = timedelta(days=1)
UPDATES = {"method": "POST", "path": "/v1/subscriptions*"}
FAULTS = ["http_500_before", "http_500_after_commit", "timeout_after_commit"]


def take_a_break(shop: Shop, *, months: int = 1, request_key=None, **length) -> PauseRequest:
    return pause(
        shop.organization,
        PauseLength(months=months, **length),
        request_key=request_key or uuid4(),
        actor=shop.owner,
        now=shop.now,
    )


def go_on(shop: Shop, *, request_key=None) -> PauseRequest:
    due_now = None if PauseRequest.objects.filter(request_key=request_key or uuid4()).exists() else seen(shop)
    return resume(
        shop.organization,
        shown_minor=due_now.amount_minor if due_now else 0,
        request_key=request_key or uuid4(),
        actor=shop.owner,
        now=shop.now,
    )


def seen(shop: Shop) -> Money | None:
    return resume_offer(shop.organization, shop.now).due_now


def yearly(shop: Shop) -> Price:
    stripe = client().v1
    product = stripe.products.create(params={"name": "Scale"})
    price = stripe.prices.create(
        params={"product": product["id"], "currency": "eur", "unit_amount": 120000, "recurring": {"interval": "year"}}
    )
    return PriceFactory(
        plan=shop.scale.plan, stripe_price_id=price["id"], amount_minor=120000, currency="eur", interval="year"
    )


def pass_time(shop: Shop, subscription: Subscription, duration: str) -> Subscription:
    """Billing time goes on, and the worker does what it finds afterwards."""
    shop.advance(duration)
    shop.look_at(subscription)
    begin_periods(shop.now)
    shop.work_off()
    return shop.look_at(subscription)


def charged(subscription: Subscription) -> list[int]:
    charges = client().v1.charges.list(params={"customer": subscription.stripe_customer_id})["data"]
    return [charge["amount"] for charge in reversed(charges) if charge["status"] == "succeeded"]


def plan_now(shop: Shop) -> str:
    return access_for(shop.organization, shop.now).plan_code


def in_thread(act, shop: Shop) -> str:
    try:
        return act(shop).state
    except BillingError as error:
        return error.code
    finally:
        connection.close()
