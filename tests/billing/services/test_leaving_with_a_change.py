"""Leaving while a change of plan waits for its payment: it is given up, and nothing of it is charged later."""

from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest

from billing.errors import ChangeUnpaid
from billing.gateway.client import client
from billing.models import CancelRequest, PlanChange
from billing.services.cancel_now import Leaving, cancel_now
from billing.services.cancellation import cancel_at_date, cancel_at_period_end
from tests.billing.services.changing import make_unpaid
from tests.billing.shop import Shop

pytestmark = pytest.mark.django_db(transaction=True)


def at_the_end(shop: Shop) -> CancelRequest:
    return cancel_at_period_end(
        shop.organization, reason="", comment="", request_key=uuid4(), actor=shop.owner, now=shop.now
    )


def at_once(shop: Shop) -> CancelRequest:
    return cancel_now(shop.organization, Leaving(), request_key=uuid4(), actor=shop.owner, now=shop.now)


@pytest.mark.parametrize("leave", [at_the_end, at_once])
def test_the_invoice_of_the_change_is_voided_and_the_change_is_over(
    shop: Shop, leave: Callable[[Shop], CancelRequest]
) -> None:
    subscription, waiting = make_unpaid(shop)

    request = leave(shop)
    shop.look_at(subscription)

    assert request.state == "succeeded"
    assert client().v1.invoices.retrieve(waiting.stripe_invoice_id)["status"] == "void"
    found = client().v1.subscriptions.retrieve(subscription.stripe_subscription_id)
    assert found["items"]["data"][0]["price"]["id"] == shop.growth.stripe_price_id
    assert found["cancel_at"] is not None or found["status"] == "canceled"
    assert not PlanChange.objects.filter(pk=waiting.pk, state="awaiting_payment").exists()


def test_a_day_cannot_be_chosen_before_the_change_is_settled(shop: Shop) -> None:
    make_unpaid(shop)

    with pytest.raises(ChangeUnpaid):
        cancel_at_date(
            shop.organization,
            ends_on=(shop.now + timedelta(days=9)).date(),
            reason="",
            comment="",
            request_key=uuid4(),
            actor=shop.owner,
            now=shop.now,
        )

    assert not CancelRequest.objects.exists()
