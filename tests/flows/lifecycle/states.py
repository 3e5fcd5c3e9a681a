"""Brings an organization into each state of the table, by what leads there in real life."""

from collections.abc import Callable

from billing.gateway.client import client
from billing.mirror.customers import ensure_customer
from billing.terms import LifecycleState as State
from tests.flows.lifecycle.life import Life

STARTER, GROWTH, SCALE, GROWTH_BY_THE_YEAR = range(4)


def bring(life: Life, state: State, *, with_discount: bool = False) -> None:
    """`with_discount`: a promotion code is in use, where the way leads by a state that takes one."""
    _WAYS[state](life, with_discount)
    life.settle()
    assert life.lifecycle.state == state


def _subscribed(life: Life, with_discount: bool, *, number: int = STARTER) -> None:
    life.buy(number)
    life.settle()
    if with_discount:
        life.use_code()
        life.settle()


def _from_stripe(life: Life, with_discount: bool, **terms: object) -> str:
    """Somebody made the subscription in Stripe's dashboard."""
    customer = ensure_customer(life.shop.organization)
    discounts = [{"promotion_code": _code(life)}] if with_discount else []
    made = client().v1.subscriptions.create(
        params={
            "customer": str(customer.stripe_customer_id),
            "items": [{"price": life.prices[STARTER].stripe_price_id}],
            "discounts": discounts,
            **terms,
        }
    )
    life.settle()
    return made["id"]


def _code(life: Life) -> str:
    return str(client().v1.promotion_codes.list(params={"code": life.code})["data"][0]["id"])


def _local_trial(life: Life, with_discount: bool) -> None:
    life.start_trial()


def _incomplete(life: Life, with_discount: bool) -> None:
    _from_stripe(life, with_discount, payment_behavior="default_incomplete")


def _trialing(life: Life, with_discount: bool) -> None:
    _subscribed(life, with_discount, number=GROWTH)


def _trial_cancelling(life: Life, with_discount: bool) -> None:
    _trialing(life, with_discount)
    life.cancel_at_end()


def _cancelling(life: Life, with_discount: bool) -> None:
    _subscribed(life, with_discount)
    life.cancel_at_end()


def _ended(life: Life, with_discount: bool) -> None:
    _subscribed(life, with_discount)
    life.cancel_now()


def _change_scheduled(life: Life, with_discount: bool) -> None:
    _subscribed(life, with_discount, number=SCALE)
    life.change(STARTER)


def _change_unpaid(life: Life, with_discount: bool) -> None:
    _subscribed(life, with_discount)
    life.use_card("declines")
    life.settle()
    life.change(SCALE)


def _collection_paused(life: Life, with_discount: bool) -> None:
    _subscribed(life, with_discount)
    life.pause(1)


def _paused(life: Life, with_discount: bool) -> None:
    _from_stripe(
        life,
        with_discount,
        trial_period_days=3,
        trial_settings={"end_behavior": {"missing_payment_method": "pause"}},
    )
    life.wait(4)


def _past_due(life: Life, with_discount: bool) -> None:
    _subscribed(life, with_discount)
    life.use_card("declines")
    life.settle()
    life.wait(35)


def _unpaid(life: Life, with_discount: bool) -> None:
    life.shop.sandbox.ask("POST", "/_sandbox/settings", {"retries": "fixed:1", "after_retries": "unpaid"})
    _past_due(life, with_discount)


_WAYS: dict[State, Callable[[Life, bool], None]] = {
    State.NONE: lambda life, with_discount: None,
    State.LOCAL_TRIAL: _local_trial,
    State.INCOMPLETE: _incomplete,
    State.TRIALING: _trialing,
    State.TRIAL_CANCELLING: _trial_cancelling,
    State.ACTIVE: _subscribed,
    State.CHANGE_SCHEDULED: _change_scheduled,
    State.CHANGE_UNPAID: _change_unpaid,
    State.CANCELLING: _cancelling,
    State.COLLECTION_PAUSED: _collection_paused,
    State.PAUSED: _paused,
    State.PAST_DUE: _past_due,
    State.UNPAID: _unpaid,
    State.ENDED: _ended,
}
