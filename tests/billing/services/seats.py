"""What tests of seats do over and over: let people join, choose another number, look at what Stripe has."""

from typing import Any
from uuid import uuid4

from billing.gateway.client import client
from billing.models import ChangePreview, SeatChange, Subscription
from billing.services.change_seats import change_seats
from billing.services.preview_seats import preview_seats
from tests.billing.shop import Shop
from tests.factories import MembershipFactory


def let_join(shop: Shop, count: int) -> None:
    MembershipFactory.create_batch(count, organization=shop.organization, role="member")


def preview(shop: Shop, quantity: int) -> ChangePreview:
    return preview_seats(shop.organization, quantity=quantity, actor=shop.owner, now=shop.now)


def confirm(shop: Shop, shown: ChangePreview, **changed: Any) -> SeatChange:
    values = {"request_key": uuid4(), "actor": shop.owner, "now": shop.now, **changed}
    return change_seats(shop.organization, preview_uuid=shown.uuid, **values)


def choose(shop: Shop, quantity: int) -> SeatChange:
    return confirm(shop, preview(shop, quantity))


def quantity_at_stripe(subscription: Subscription) -> int:
    found = client().v1.subscriptions.retrieve(subscription.stripe_subscription_id)
    return int(found["items"]["data"][0]["quantity"])


def invoices_at_stripe(subscription: Subscription) -> list[Any]:
    """Newest first."""
    listed = client().v1.invoices.list(params={"subscription": subscription.stripe_subscription_id, "limit": 100})
    return list(listed["data"])
