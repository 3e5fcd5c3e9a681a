"""Whatever our services do during a trial, and in whatever order, no invoice above zero comes before its end."""

from collections.abc import Callable
from datetime import timedelta
from random import Random
from uuid import uuid4

import pytest

from billing.errors import BillingError
from billing.gateway.client import client
from billing.models import ChangePreview, Subscription
from billing.services.allow_trial import allow_trial
from billing.services.cancel_now import Leaving, cancel_now
from billing.services.cancellation import cancel_at_date, cancel_at_period_end, undo_cancellation
from billing.services.change_plan import change_plan
from billing.services.change_trial import Wish, end_trial, extend_trial, resume_trial_changes
from billing.services.preview_change import preview_change
from billing.services.preview_trial_end import preview_trial_end
from billing.services.refuse_trials import refuse_trials
from billing.services.schedule_plan_change import schedule_plan_change, undo_scheduled_change
from billing.services.trial_reminders import remind_of_trials
from billing.terms import ChangeBehaviour
from tests.billing.shop import Shop

pytestmark = pytest.mark.django_db(transaction=True)
DAY = timedelta(days=1)
STEPS = 9


def wish(shop: Shop) -> Wish:
    return Wish(reason="A test", request_key=uuid4(), actor=shop.owner, now=shop.now)


def who(shop: Shop) -> dict[str, object]:
    return {"request_key": uuid4(), "actor": shop.owner, "now": shop.now}


def preview(shop: Shop, random: Random, behaviour: ChangeBehaviour) -> ChangePreview:
    price = random.choice([shop.growth, shop.scale])
    return preview_change(
        shop.organization, actor=shop.owner, now=shop.now, lookup_key=price.lookup_key, behaviour=behaviour
    )


def change_at_once(shop: Shop, random: Random) -> None:
    behaviour = random.choice([ChangeBehaviour.NOW_INVOICE, ChangeBehaviour.NOW_NEXT_INVOICE])
    change_plan(shop.organization, preview_uuid=preview(shop, random, behaviour).uuid, **who(shop))


def change_later(shop: Shop, random: Random) -> None:
    shown = preview(shop, random, ChangeBehaviour.PERIOD_END)
    schedule_plan_change(shop.organization, preview_uuid=shown.uuid, **who(shop))


def extend(shop: Shop, random: Random) -> None:
    extend_trial(shop.organization, ends_at=shop.now + random.randint(1, 60) * DAY, wish=wish(shop))


def cancel(shop: Shop, random: Random) -> None:
    cancel_at_period_end(shop.organization, reason="", comment="", **who(shop))


def cancel_on_day(shop: Shop, random: Random) -> None:
    ends_on = (shop.now + random.randint(1, 30) * DAY).date()
    cancel_at_date(shop.organization, ends_on=ends_on, reason="", comment="", **who(shop))


def sweep(shop: Shop, random: Random) -> None:
    refuse_trials(shop.now)
    resume_trial_changes(shop.now)
    remind_of_trials(shop.now)
    shop.work_off()


def end_as_shown(shop: Shop, random: Random) -> None:
    shown = preview_trial_end(shop.organization, shop.now).amount
    end_trial(shop.organization, shown_minor=shown.amount_minor if shown else 0, wish=wish(shop))


ACTIONS: list[Callable[[Shop, Random], object]] = [
    change_at_once,
    change_later,
    extend,
    cancel,
    cancel_on_day,
    sweep,
    lambda shop, random: shop.advance(f"P{random.randint(1, 3)}D"),
    lambda shop, random: undo_cancellation(shop.organization, **who(shop)),
    lambda shop, random: undo_scheduled_change(shop.organization, **who(shop)),
    lambda shop, random: preview_trial_end(shop.organization, shop.now),
    lambda shop, random: allow_trial(shop.organization, reason="A test", **who(shop)),
]
LAST: list[Callable[[Shop, Random], object]] = [
    end_as_shown,
    lambda shop, random: cancel_now(shop.organization, Leaving(), **who(shop)),
    lambda shop, random: shop.advance("P90D"),
]


def billed_inside(subscription: Subscription) -> list[str]:
    """Invoices above zero that Stripe made before the trial's end."""
    theirs = client().v1.subscriptions.retrieve(subscription.stripe_subscription_id)
    invoices = client().v1.invoices.list(params={"customer": theirs["customer"], "limit": 100})["data"]
    return [row["id"] for row in invoices if row["total"] > 0 and row["created"] < theirs["trial_end"]]


@pytest.mark.parametrize("seed", range(8))
def test_no_order_of_actions_bills_inside_the_trial(shop: Shop, seed: int) -> None:
    random = Random(seed)
    subscription = shop.subscribe(price=shop.growth)
    done = 0

    for action in [*random.choices(ACTIONS, k=STEPS), random.choice(LAST)]:
        try:
            action(shop, random)
            done += 1
        except BillingError:
            pass  # Refused, which must charge nothing either.
        shop.look_at(subscription)
        assert billed_inside(subscription) == []

    assert done >= STEPS // 3, "Too little was done to show anything."


def test_the_look_would_find_an_invoice_inside_a_trial(shop: Shop) -> None:
    subscription = shop.subscribe(price=shop.growth)
    customer = subscription.stripe_customer_id
    client().v1.invoice_items.create(params={"customer": customer, "amount": 100, "currency": "eur"})
    invoice = client().v1.invoices.create(params={"customer": customer, "pending_invoice_items_behavior": "include"})

    assert billed_inside(subscription) == [invoice["id"]]
