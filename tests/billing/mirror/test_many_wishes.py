"""Wishes for many objects at once: what one by one would have come to, in a fixed number of statements."""

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from billing.mirror import work
from billing.mirror.refs import ObjectRef
from billing.models import Work
from billing.terms import ObjectKind

pytestmark = pytest.mark.django_db


def subscriptions(count: int) -> list[ObjectRef]:
    return [ObjectRef(ObjectKind.SUBSCRIPTION, f"sub_{number}") for number in range(count)]


def test_each_event_counts_and_is_kept_for_the_timeline() -> None:
    known, new = subscriptions(2)
    work.want([known], event_id="evt_0")

    work.want_many({known: ["evt_1", "evt_2"], new: ["evt_3"]})

    rows = {row.stripe_id: (row.kind, row.want, row.done, row.event_ids) for row in Work.objects.all()}
    assert rows == {
        "sub_0": ("subscription", 3, 0, ["evt_0", "evt_1", "evt_2"]),
        "sub_1": ("subscription", 1, 0, ["evt_3"]),
    }


def test_more_objects_cost_no_more_statements(django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
    work.want_many({ref: ["evt_1"] for ref in subscriptions(5)})

    with django_assert_max_num_queries(5):  # Three, and the begin and end of the transaction.
        work.want_many({ref: ["evt_2"] for ref in subscriptions(25)})

    assert Work.objects.filter(want__gte=1).count() == 25


def test_news_of_a_dead_object_has_it_tried_once_more() -> None:
    (ref,) = subscriptions(1)
    work.want([ref])
    Work.objects.update(dead_at=timezone.now(), faults=work.FAULTS_UNTIL_DEAD)

    work.want_many({ref: ["evt_1", "evt_2"]})

    row = Work.objects.get()
    assert (row.dead_at, row.faults) == (None, work.FAULTS_UNTIL_DEAD - 1)


def test_a_lease_that_is_held_stays_held() -> None:
    (ref,) = subscriptions(1)
    work.want([ref])
    lease = work.claim(ref)

    work.want_many({ref: ["evt_1"]})

    row = Work.objects.get()
    assert (row.fence, row.want, row.lease_until is not None) == (lease.fence, 2, True)
