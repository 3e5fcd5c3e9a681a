"""What happens to subscriptions between the first click and the last day; each function plays one story."""

from tests.billing.factories import PlanFactory
from tests.flows.convergence.stage import VISA, Stage

DECLINED = "4000 0000 0000 0002"
MASTERCARD = "5555 5555 5555 4444"
VISA_DEBIT = "4000 0566 5566 5556"
PAYS_ONLY_ONCE = "4000 0000 0000 0341"


def checkout_burst(stage: Stage) -> None:
    """Four organizations at the checkout at once: one is declined first, one never pays."""
    orders = [stage.order(stage.shop.scale)]
    for name in ("Harbour", "Lantern", "Meadow"):
        organization, owner = stage.neighbour(name)
        orders.append(stage.order(stage.shop.growth, organization=organization, actor=owner))
    stage.pay(orders[2], number=DECLINED)
    # Each with a card of its own: of two trials with one card, begun in the same second, either may be the first.
    for order, number in ((orders[1], MASTERCARD), (orders[0], VISA), (orders[2], VISA_DEBIT)):
        stage.pay(order, number=number)
    stage.advance("P2D")


def trial_and_conversion(stage: Stage) -> None:
    stage.buy(stage.shop.growth)
    stage.advance("P12D")
    stage.advance("P7D")


def trial_that_cannot_be_charged(stage: Stage) -> None:
    stage.buy(stage.shop.growth, number=PAYS_ONLY_ONCE)
    stage.advance("P18D")


def upgrade(stage: Stage) -> None:
    """To the dearer plan with its difference at once, then to two seats."""
    subscription = stage.buy(stage.shop.scale)
    item = subscription["items"]["data"][0]["id"]
    stage.advance("P10D")
    dearer = stage.shop.publish(PlanFactory(code="fleet", rank=4), amount_minor=25600)
    with stage.step() as api:
        change = {"items": [{"id": item, "price": dearer.stripe_price_id}], "proration_behavior": "always_invoice"}
        api.subscriptions.update(subscription["id"], params=change)
    with stage.step() as api:
        api.subscriptions.update(subscription["id"], params={"items": [{"id": item, "quantity": 2}]})


def downgrade_by_schedule(stage: Stage) -> None:
    subscription = stage.buy(stage.shop.scale)
    with stage.step() as api:
        made = api.subscription_schedules.create(params={"from_subscription": subscription["id"]})
    phase = made["phases"][0]
    now = {"start_date": phase["start_date"], "end_date": phase["end_date"]}
    items = [{"price": stage.shop.scale.stripe_price_id, "quantity": 1}]
    later = {"items": [{"price": stage.shop.growth.stripe_price_id, "quantity": 1}], "proration_behavior": "none"}
    with stage.step() as api:
        phases = [{**now, "items": items}, later]
        api.subscription_schedules.update(made["id"], params={"phases": phases, "end_behavior": "release"})
    stage.advance("P36D")
    with stage.step() as api:
        if api.subscription_schedules.retrieve(made["id"])["status"] == "active":
            api.subscription_schedules.release(made["id"])


def cancellation_and_return(stage: Stage) -> None:
    """Cancelled, thought over, cancelled again, ended; two weeks later a new subscription."""
    subscription = stage.buy(stage.shop.scale)
    for is_ending in (True, False, True):
        with stage.step() as api:
            api.subscriptions.update(subscription["id"], params={"cancel_at_period_end": is_ending})
    stage.advance("P32D")
    stage.advance("P14D")
    stage.buy(stage.shop.scale)


def cancellation_that_stands(stage: Stage) -> None:
    subscription = stage.buy(stage.shop.scale)
    with stage.step() as api:
        api.subscriptions.update(subscription["id"], params={"cancel_at_period_end": True})
    stage.advance("P3D")


def pause_and_resume(stage: Stage) -> None:
    subscription = stage.buy(stage.shop.scale)
    with stage.step() as api:
        api.subscriptions.update(subscription["id"], params={"pause_collection": {"behavior": "void"}})
    stage.advance("P36D")
    with stage.step() as api:
        api.subscriptions.update(subscription["id"], params={"pause_collection": ""})
    stage.advance("P35D")


def customer_and_product_deleted(stage: Stage) -> None:
    """Stripe ends the subscription with its customer; a product without prices goes, too."""
    subscription = stage.buy(stage.shop.scale)
    with stage.step() as api:
        product = api.products.create(params={"name": "Never sold"})
    with stage.step() as api:
        api.products.delete(product["id"])
    stage.advance("P3D")
    with stage.step() as api:
        api.customers.delete(str(subscription["customer"]))


SCENARIOS = (
    checkout_burst,
    trial_and_conversion,
    upgrade,
    downgrade_by_schedule,
    cancellation_and_return,
    customer_and_product_deleted,
)
MORE = (
    trial_that_cannot_be_charged,
    cancellation_that_stands,
    pause_and_resume,
)
"""Played by `make test-full` only."""
