"""What tests of changes of plan do again and again: previews, what Stripe billed, and deals a customer may have."""

from typing import Any
from uuid import uuid4

from billing.gateway.client import client
from billing.models import ChangePreview, PlanChange, Price, Subscription
from billing.services.change_plan import change_plan
from billing.services.preview_change import preview_change
from tests.billing.factories import PlanFactory, PriceFactory
from tests.billing.shop import Shop


def preview(shop: Shop, price: Price, **changed: Any) -> ChangePreview:
    values = {"actor": shop.owner, "now": shop.now, **changed}
    organization = values.pop("organization", shop.organization)
    return preview_change(organization, lookup_key=price.lookup_key, **values)


def yearly(shop: Shop, *, of: Price, amount_minor: int) -> Price:
    """The yearly price of a plan that is on sale by the month."""
    product = client().v1.prices.retrieve(of.stripe_price_id)["product"]
    made = client().v1.prices.create(
        params={
            "product": product,
            "currency": of.currency,
            "unit_amount": amount_minor,
            "recurring": {"interval": "year"},
        }
    )
    return PriceFactory(
        plan=of.plan,
        stripe_price_id=made["id"],
        amount_minor=amount_minor,
        currency=of.currency,
        interval="year",
    )


def starter(shop: Shop) -> Price:
    """A plan below Growth."""
    return shop.publish(PlanFactory(code="starter", rank=1), amount_minor=1600)


def team(shop: Shop) -> Price:
    """A plan above Scale that is paid per person, for two people at least."""
    return shop.publish(PlanFactory(code="team", rank=4, minimum_seats=2, maximum_seats=50), amount_minor=9000)


def latest_invoice(subscription: Subscription) -> Any:
    found = client().v1.subscriptions.retrieve(
        subscription.stripe_subscription_id, params={"expand": ["latest_invoice"]}
    )
    return found["latest_invoice"]


def give_coupon(subscription: Subscription, **terms: Any) -> None:
    coupon = client().v1.coupons.create(params={"percent_off": 25, "duration": "forever", **terms})
    client().v1.subscriptions.update(
        subscription.stripe_subscription_id, params={"discounts": [{"coupon": coupon["id"]}]}
    )


def give_credit(subscription: Subscription, *, amount_minor: int) -> None:
    client().v1.customers.balance_transactions.create(
        subscription.stripe_customer_id, params={"amount": -amount_minor, "currency": subscription.currency}
    )


def tax(subscription: Subscription, *, percentage: float = 20, inclusive: bool = False) -> None:
    rate = client().v1.tax_rates.create(
        params={"display_name": "VAT", "percentage": percentage, "inclusive": inclusive}
    )
    client().v1.subscriptions.update(subscription.stripe_subscription_id, params={"default_tax_rates": [rate["id"]]})


def use_card(subscription: Subscription, token: str) -> None:
    """From now on this card pays: `pm_card_visa`, `pm_card_chargeCustomerFail`, `pm_card_authenticationRequired`."""
    method = client().v1.payment_methods.attach(token, params={"customer": subscription.stripe_customer_id})
    client().v1.subscriptions.update(
        subscription.stripe_subscription_id,
        params={"default_payment_method": method["id"]},
        options={"idempotency_key": str(uuid4())},
    )


def change(shop: Shop, shown: ChangePreview, **changed: Any) -> PlanChange:
    """A click on "Pay … and change"."""
    values = {"preview_uuid": shown.uuid, "request_key": uuid4(), "actor": shop.owner, "now": shop.now, **changed}
    organization = values.pop("organization", shop.organization)
    return change_plan(organization, **values)


def upgrade(shop: Shop, price: Price | None = None) -> PlanChange:
    return change(shop, preview(shop, price or shop.scale))


def subscribe_paid(shop: Shop, price: Price | None = None) -> Subscription:
    """A subscription that is ten days into a paid month."""
    subscription = shop.subscribe(price=price or shop.growth)
    if subscription.status == "trialing":
        client().v1.subscriptions.update(subscription.stripe_subscription_id, params={"trial_end": "now"})
    shop.advance("P10D")
    return shop.look_at(subscription)


def make_unpaid(shop: Shop, *, card: str = "pm_card_chargeCustomerFail") -> tuple[Subscription, PlanChange]:
    """An upgrade whose payment failed, or which the bank wants to be confirmed."""
    subscription = subscribe_paid(shop)
    use_card(subscription, card)
    shop.look_at(subscription)
    return subscription, upgrade(shop)
