"""Leases and fences: one worker an object, and who comes late writes nothing."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from billing.errors import LeaseLost, LeaseTaken
from billing.mirror import work
from billing.mirror.refs import ObjectRef
from billing.mirror.work import Lease
from billing.models import Work
from billing.selectors.due import count_waiting
from billing.terms import ObjectKind

pytestmark = pytest.mark.django_db

SUB = ObjectRef(ObjectKind.SUBSCRIPTION, "sub_1")
INVOICE = ObjectRef(ObjectKind.INVOICE, "in_1")


def row(ref: ObjectRef = SUB) -> Work:
    return Work.objects.get(pk=ref.key)


def let_lease_end(ref: ObjectRef = SUB) -> None:
    """The lease's time is over, as after a worker that was killed or fell asleep."""
    Work.objects.filter(pk=ref.key).update(lease_until=timezone.now() - timedelta(seconds=1))


def make_due(ref: ObjectRef = SUB) -> None:
    Work.objects.filter(pk=ref.key).update(run_at=timezone.now() - timedelta(seconds=1))


def claim_wanted(ref: ObjectRef = SUB) -> Lease:
    work.want([ref])
    return work.claim(ref)


def finish(lease: Lease) -> None:
    with transaction.atomic():
        work.finish(lease)


def test_a_key_names_provider_mode_kind_and_id(settings) -> None:
    settings.STRIPE_LIVE_MODE = False
    in_test_mode = SUB.key
    settings.STRIPE_LIVE_MODE = True

    assert (in_test_mode, SUB.key) == ("stripe/own/test/subscription/sub_1", "stripe/own/live/subscription/sub_1")


def test_a_claim_gives_the_lease_for_a_minute() -> None:
    before = timezone.now()

    lease = claim_wanted()

    assert (lease.ref, lease.fence, lease.want) == (SUB, 1, 1)
    held = row().lease_until - before
    assert timedelta(seconds=60) <= held < timedelta(seconds=65)


def test_a_second_claim_is_refused_until_the_lease_ends() -> None:
    first = claim_wanted()

    with pytest.raises(LeaseTaken):
        work.claim(SUB)
    assert work.claim_next() is None
    let_lease_end()
    second = work.claim(SUB)

    assert second.fence == first.fence + 1


def test_a_refused_claim_names_the_object() -> None:
    claim_wanted()

    with pytest.raises(LeaseTaken) as refused:
        work.claim(SUB)

    assert refused.value.details == {"object_key": SUB.key}


def test_the_lease_of_one_object_holds_up_no_other() -> None:
    claim_wanted(SUB)

    assert claim_wanted(INVOICE).ref == INVOICE


def test_what_is_finished_is_not_claimed_again_and_may_be_wanted_again() -> None:
    finish(claim_wanted())

    assert work.claim_next() is None
    assert work.finished([SUB.key]) == {SUB.key}
    work.want([SUB])
    assert work.finished([SUB.key]) == set()
    assert work.claim_next() is not None


@pytest.mark.fault("X18", "D4")
def test_finishing_after_a_higher_fence_raises_and_changes_nothing() -> None:
    late = claim_wanted()
    let_lease_end()
    work.claim(SUB)
    before = Work.objects.filter(pk=SUB.key).values().get()

    with pytest.raises(LeaseLost):
        finish(late)

    assert Work.objects.filter(pk=SUB.key).values().get() == before


def test_a_worker_whose_lease_ended_unclaimed_may_still_finish() -> None:
    lease = claim_wanted()
    let_lease_end()

    finish(lease)

    assert (row().done, row().lease_until) == (1, None)


def test_giving_back_after_a_higher_fence_changes_nothing() -> None:
    late = claim_wanted()
    let_lease_end()
    work.claim(SUB)
    before = Work.objects.filter(pk=SUB.key).values().get()

    work.release(late, error="stripe_unreachable")

    assert Work.objects.filter(pk=SUB.key).values().get() == before


@pytest.mark.fault("X14", "D4")
def test_who_asks_during_a_claim_gets_another_fetch() -> None:
    lease = claim_wanted()
    work.want([SUB], event_id="evt_late")

    finish(lease)

    again = work.claim_next()
    assert again is not None
    assert (again.ref, again.want, again.event_ids) == (SUB, 2, ("evt_late",))


def test_many_who_ask_before_a_fetch_share_it() -> None:
    for number in range(10):
        work.want([SUB, SUB], event_id=f"evt_{number}")

    lease = work.claim_next()

    assert lease is not None
    assert lease.event_ids == tuple(f"evt_{number}" for number in range(10))
    finish(lease)
    assert work.claim_next() is None
    assert row().event_ids == []


def test_a_flood_of_events_keeps_only_the_latest_names() -> None:
    for number in range(60):
        work.want([SUB], event_id=f"evt_{number}")

    assert row().event_ids == [f"evt_{number}" for number in range(10, 60)]


def test_the_longest_waiting_object_comes_first() -> None:
    work.want([INVOICE])
    work.want([SUB])
    now = timezone.now()
    Work.objects.filter(pk=INVOICE.key).update(run_at=now - timedelta(seconds=1))
    Work.objects.filter(pk=SUB.key).update(run_at=now - timedelta(seconds=9))

    assert [work.claim_next().ref, work.claim_next().ref] == [SUB, INVOICE]


def test_due_counts_what_is_wanted_and_not_put_off() -> None:
    finish(claim_wanted(INVOICE))
    work.want([SUB])
    assert count_waiting(timezone.now()) == 1

    work.release(work.claim(SUB), error="stripe_unreachable")

    assert count_waiting(timezone.now()) == 0


def test_a_failed_refresh_gives_the_lease_back_and_comes_again_later() -> None:
    lease = claim_wanted()

    work.release(lease, error="stripe_unreachable" + "." * 400)

    kept = row()
    assert (kept.lease_until, kept.attempts, kept.done, len(kept.last_error)) == (None, 1, 0, 300)
    assert work.claim_next() is None
    make_due()
    assert work.claim_next().ref == SUB


def test_who_stands_and_waits_need_not_wait_for_the_back_off() -> None:
    work.release(claim_wanted(), error="stripe_unreachable")

    assert work.claim(SUB).ref == SUB


def test_success_forgets_the_failures() -> None:
    work.release(claim_wanted(), error="stripe_unreachable")

    finish(work.claim(SUB))

    assert (row().attempts, row().last_error) == (0, "")


def test_what_waits_from_the_other_mode_is_left_alone(settings) -> None:
    work.want([SUB])
    settings.STRIPE_LIVE_MODE = True
    work.want([INVOICE])

    assert [work.claim_next().ref, work.claim_next()] == [INVOICE, None]


def test_a_wish_that_rolls_back_was_never_made() -> None:
    with transaction.atomic():
        work.want([SUB])
        transaction.set_rollback(True)

    assert not Work.objects.exists()
