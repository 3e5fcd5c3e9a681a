"""A clock that is wrong: signed deliveries are refused, counted and told; only who has the secret can cause it."""

import time
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from billing.models import StaffTask
from tests.webhooks.deliveries import deliver, event_body, signature
from webhooks import counts
from webhooks.models import InboxEvent
from webhooks.skew import MANY, WITHIN, SkewWatch
from webhooks.tasks import tell_of_skewed_clock

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


def refused(reason: str) -> float:
    return counts._refused.labels(reason)._value.get()


@pytest.mark.django_db
@pytest.mark.fault("X26", "X2")
@pytest.mark.parametrize("skew_seconds", [-600, 600])
def test_a_signed_delivery_ten_minutes_off_is_refused_and_counted(stranger: Client, skew_seconds: int) -> None:
    before = refused("outside the tolerance")
    body = event_body()

    answer = deliver(stranger, body, header=signature(body, at=int(time.time()) + skew_seconds))

    assert (answer.status_code, InboxEvent.objects.count()) == (400, 0)
    assert refused("outside the tolerance") == before + 1


@pytest.mark.fault("X26", "X1")
def test_who_has_no_secret_cannot_make_us_doubt_our_clock(
    stranger: Client, django_assert_num_queries: DjangoAssertNumQueries, db: None
) -> None:
    before = refused("outside the tolerance"), refused("wrong signature")
    body = event_body()
    header = signature(body, secret="whsec_guessed", at=int(time.time()) - 600)

    with django_assert_num_queries(0):
        for _ in range(MANY + 1):
            deliver(stranger, body, header=header)

    assert (refused("outside the tolerance"), refused("wrong signature")) == (before[0], before[1] + MANY + 1)


@pytest.mark.fault("X26")
def test_many_in_a_short_time_are_told_and_few_are_not() -> None:
    told: list[int] = []
    watch = SkewWatch(lambda: told.append(1))

    for number in range(MANY - 1):
        watch.note(now=NOW + timedelta(seconds=number))
    before = len(told)
    watch.note(now=NOW + timedelta(seconds=MANY))

    assert (before, len(told)) == (0, 1)


@pytest.mark.fault("X26")
def test_as_many_over_a_long_time_are_not_told() -> None:
    told: list[int] = []
    watch = SkewWatch(lambda: told.append(1))

    for number in range(3 * MANY):
        watch.note(now=NOW + number * WITHIN / 5)

    assert told == []


@pytest.mark.django_db
@pytest.mark.fault("X26")
def test_staff_are_told_once_a_day() -> None:
    tell_of_skewed_clock()
    tell_of_skewed_clock()

    assert StaffTask.objects.filter(kind="skewed_clock").count() == 1
