"""What no waiting mends is given up after eight tries, told to a person, and comes back with news or by hand."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from billing.mirror import work
from billing.mirror.refs import ObjectRef
from billing.mirror.work import FAULTS_UNTIL_DEAD, Lease
from billing.models import StaffTask, Work
from billing.terms import ObjectKind

pytestmark = pytest.mark.django_db

SUB = ObjectRef(ObjectKind.SUBSCRIPTION, "sub_1")
OTHER = ObjectRef(ObjectKind.SUBSCRIPTION, "sub_2")


def row(ref: ObjectRef = SUB) -> Work:
    return Work.objects.get(pk=ref.key)


def due() -> Lease | None:
    Work.objects.update(run_at=timezone.now() - timedelta(seconds=1))
    return work.claim_next()


def fail(times: int, *, is_fault: bool = True) -> None:
    for _ in range(times):
        lease = due()
        assert lease is not None
        work.release(lease, error="KeyError", is_fault=is_fault)


def give_up() -> None:
    work.want([SUB])
    fail(FAULTS_UNTIL_DEAD)


@pytest.mark.fault("X25", "D7", "D8")
def test_the_eighth_fault_makes_it_dead_and_opens_one_task() -> None:
    work.want([SUB])

    fail(FAULTS_UNTIL_DEAD - 1)
    alive_before = row().dead_at is None
    fail(1)

    assert alive_before
    assert row().dead_at is not None
    assert due() is None
    assert [(task.kind, "sub_1" in task.summary) for task in StaffTask.objects.all()] == [("dead_letter", True)]


@pytest.mark.fault("X16", "X22", "W10", "D7")
def test_what_passes_by_itself_is_never_given_up() -> None:
    work.want([SUB])

    fail(3 * FAULTS_UNTIL_DEAD, is_fault=False)

    assert row().dead_at is None
    assert due() is not None
    assert StaffTask.objects.count() == 0


@pytest.mark.fault("X25")
def test_another_object_goes_on_beside_a_dead_one() -> None:
    give_up()

    work.want([OTHER])

    lease = due()
    assert lease is not None
    assert lease.ref == OTHER


def test_a_later_event_tries_it_once_more() -> None:
    give_up()

    work.want([SUB], event_id="evt_later")
    fail(1)

    assert row().dead_at is not None
    assert due() is None


def test_another_object_that_names_it_does_not_wake_it() -> None:
    give_up()

    work.want([SUB])

    assert due() is None


def test_a_refresh_that_succeeds_forgets_the_faults() -> None:
    give_up()
    work.want([SUB], event_id="evt_later")
    lease = due()
    assert lease is not None

    with transaction.atomic():
        work.finish(lease)

    assert (row().dead_at, row().faults, row().last_error) == (None, 0, "")


def test_a_person_may_look_at_a_dead_object() -> None:
    give_up()

    lease = work.claim(SUB)
    with transaction.atomic():
        work.finish(lease)

    assert row().dead_at is None


@pytest.mark.fault("X25", "W5", "D8")
def test_a_revived_object_has_all_its_tries_again() -> None:
    give_up()

    revived = work.revive([SUB.key, OTHER.key])
    fail(FAULTS_UNTIL_DEAD - 1)

    assert revived == 1
    assert row().dead_at is None
