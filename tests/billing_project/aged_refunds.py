"""Refunds of a chosen age that wait for something, or that nobody asked for here though they say so."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

from django.utils import timezone

from billing.models import Refund
from tests.billing.admin.rows_of_refunds import refund_request

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def undecided(age: timedelta) -> None:
    refund_request(1, created_at=timezone.now() - age)


def unfinished(age: timedelta) -> None:
    refund_request(1, state="unknown", is_unfinished=True, queued_at=timezone.now() - age)


def on_its_way(age: timedelta) -> None:
    refund_request(1, state="pending", stripe_refund_id="re_1", created_at=timezone.now() - age)


def orphan(age: timedelta) -> None:
    now = timezone.now()
    Refund.objects.create(
        stripe_refund_id="re_2",
        livemode=False,
        status="succeeded",
        currency="eur",
        amount_minor=100,
        request_uuid=str(uuid4()),
        created_at=now - age,
        fetched_at=now,
    )


REFUNDS: list[tuple[str, Callable[[timedelta], Any], timedelta]] = [
    ("refund_undecided", undecided, 7 * DAY),
    ("refund_unfinished", unfinished, 26 * HOUR),
    ("refund_on_its_way", on_its_way, 30 * DAY),
    ("refund_orphan", orphan, 26 * HOUR),
]
