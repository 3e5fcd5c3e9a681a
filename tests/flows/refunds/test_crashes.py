"""Whoever refunds dies at named points, and answers get lost: each refund is made once, and none is an orphan."""

import random
from collections.abc import Callable
from contextlib import suppress

import pytest
from django.db import connection

from billing.errors import BillingError
from billing.mirror.refresh import refresh
from billing.mirror.refs import ObjectRef
from billing.models import ChargeAttempt, RefundLimit, RefundRequest
from billing.terms import ObjectKind
from tests.billing.conftest import shop
from tests.billing.refunding import ask, at_stripe, faults_of, paid, sam, sweep, sweep_later
from tests.billing.shop import Shop
from tests.flows.dunning.crashing import Crash, Crasher
from tests.flows.refunds.points import POINTS, crashes, first_seed

__all__ = ["shop"]

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow, pytest.mark.timeout(7200)]
_MOST_SWEEPS = 6
_SHARE_LOST = 0.25


def test_whatever_dies_each_refund_is_made_once_with_its_note(shop: Shop, quick_commits: None) -> None:
    dear = shop.publish(shop.scale.plan, amount_minor=900_000, interval="year")
    charge = paid(shop, price=dear)
    RefundLimit.objects.update(per_charge_minor=10**6, per_day_minor=10**6)
    sam()
    crasher, seed = Crasher(), first_seed()

    while len(crasher.deaths) < crashes():
        try:
            play(shop, charge, crasher, chance=random.Random(seed))
        except AssertionError as fault:
            raise AssertionError(f"REFUND_SEED={seed}, deaths: {crasher.deaths[-3:]}\n{fault}") from fault
        seed += 1

    assert set(crasher.deaths) <= {point.name for point in POINTS}


def play(shop: Shop, charge: ChargeAttempt, crasher: Crasher, *, chance: random.Random) -> None:
    """One or two refunds are asked for; somebody dies at it, answers get lost, and the sweep comes again."""
    if chance.random() < _SHARE_LOST:
        path = chance.choice(["/v1/refunds", "/v1/credit_notes"])
        shop.sandbox.fault("http_500_after_commit", times=2, match={"method": "POST", "path": path})
    crasher.arm([chance.choice(POINTS)], nth=chance.choice([1, 1, 2]))
    amounts = [chance.randint(1, 150) for _ in range(chance.choice([1, 2]))]
    for amount_minor in amounts:
        _live(crasher, lambda amount_minor=amount_minor: ask(shop, charge, amount_minor))
    _live(crasher, lambda: sweep(shop))
    if chance.random() < 0.5:
        _live(crasher, lambda: _hear(charge))
    crasher.disarm()
    shop.sandbox.ask("DELETE", "/_sandbox/faults")
    for _ in range(_MOST_SWEEPS):
        sweep_later(shop)
        if not RefundRequest.objects.filter(is_unfinished=True).exists():
            break

    assert faults_of(charge) == []
    assert not RefundRequest.objects.filter(state="failed").exists()


def _live(crasher: Crasher, act: Callable[[], object]) -> None:
    """Until the end, or death."""
    with suppress(Crash, BillingError), crasher.watching():
        act()
    assert not connection.in_atomic_block


def _hear(charge: ChargeAttempt) -> None:
    """News of its latest refund come by a webhook."""
    for refund in at_stripe(charge)[:1]:
        refresh(ObjectRef(ObjectKind.REFUND, refund["id"]))
