"""All workers together stay below the rate that the settings allow, and nobody else waits for them."""

import threading
import time
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from billing.errors import StripeRateLimited
from billing.gateway import budget
from billing.mirror.refs import ObjectRef
from billing.models import StripeAccount, Work
from billing.services.sync import refresh_due, request_refresh
from billing.terms import ObjectKind
from tests.billing.shop import Shop

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def ten_calls_a_second(settings) -> None:
    settings.STRIPE_CALLS_PER_SECOND = 10


def spend(calls: int) -> None:
    with budget.paced():
        for _ in range(calls):
            budget.take()


def reserved_ahead() -> timedelta:
    """How far the calls taken reach beyond what is free now."""
    return StripeAccount.objects.get().next_free_at - timezone.now()


def test_a_second_of_calls_is_free_after_a_quiet_time() -> None:
    StripeAccount.objects.create(livemode=False, next_free_at=timezone.now() - timedelta(hours=1))

    spend(10)

    assert abs(reserved_ahead()) < timedelta(seconds=0.5)


def test_each_further_call_waits_its_share() -> None:
    StripeAccount.objects.create(livemode=False, next_free_at=timezone.now())
    before = time.monotonic()

    spend(6)

    assert time.monotonic() - before >= 0.45


def test_workers_share_one_budget() -> None:
    def worker() -> None:
        spend(5)
        connection.close()

    before = timezone.now()
    StripeAccount.objects.create(livemode=False, next_free_at=before)

    threads = [threading.Thread(target=worker) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert StripeAccount.objects.get().next_free_at - before >= timedelta(seconds=2)


def test_a_page_neither_waits_nor_spends() -> None:
    StripeAccount.objects.create(livemode=False, next_free_at=timezone.now() + timedelta(hours=1))
    before = StripeAccount.objects.get().next_free_at

    budget.take()

    assert StripeAccount.objects.get().next_free_at == before


def test_the_worker_spends_a_token_a_call(shop: Shop) -> None:
    subscription = shop.subscribe()
    StripeAccount.objects.update(next_free_at=timezone.now())
    shop.sandbox.requests()
    before = StripeAccount.objects.get().next_free_at

    request_refresh({ObjectRef(ObjectKind.SUBSCRIPTION, subscription.stripe_subscription_id): []})
    refresh_due()

    assert StripeAccount.objects.get().next_free_at > before


def test_a_429_slows_everybody_down_and_the_object_comes_again(shop: Shop) -> None:
    subscription = shop.subscribe()
    shop.sandbox.fault("http_429", times=1, match={"path": "/v1/subscriptions*"})
    StripeAccount.objects.update(next_free_at=timezone.now() - timedelta(hours=1))

    request_refresh({ObjectRef(ObjectKind.SUBSCRIPTION, subscription.stripe_subscription_id): []})
    refresh_due()

    waiting = Work.objects.get(stripe_id=subscription.stripe_subscription_id)
    assert (waiting.last_error, waiting.faults, waiting.dead_at) == (StripeRateLimited.code, 0, None)
    assert waiting.run_at > timezone.now()
    assert reserved_ahead() > timedelta(seconds=0.3)
