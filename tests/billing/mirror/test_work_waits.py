"""How long an object waits after failures, and what many workers at once may not do."""

import threading
import time
from collections import Counter

import pytest
from django.db import connection, transaction
from django.utils import timezone

from billing.mirror import work
from billing.mirror.refs import ObjectRef
from billing.mirror.work import LONGEST_BACKOFF_SECONDS, Lease
from billing.models import Work
from billing.terms import ObjectKind

pytestmark = pytest.mark.django_db

SUB = ObjectRef(ObjectKind.SUBSCRIPTION, "sub_1")


def row() -> Work:
    return Work.objects.get(pk=SUB.key)


def claim_wanted() -> Lease:
    work.want([SUB])
    return work.claim(SUB)


def finish(lease: Lease) -> None:
    with transaction.atomic():
        work.finish(lease)


def waits_after(attempts: int, *, tries: int) -> list[float]:
    """Seconds until the object comes again after so many failures in a row."""
    waits = []
    for _ in range(tries):
        lease = claim_wanted()
        Work.objects.filter(pk=SUB.key).update(attempts=attempts - 1)
        before = timezone.now()
        work.release(lease, error="stripe_unreachable")
        waits.append((row().run_at - before).total_seconds())
    return waits


@pytest.mark.fault("X22", "D7")
def test_the_back_off_grows_and_is_jittered_and_ends_at_an_hour() -> None:
    waits = {attempts: waits_after(attempts, tries=8) for attempts in (1, 4, 8, 12, 500)}

    for attempts, found in waits.items():
        longest = min(2.0 ** min(attempts, 20), LONGEST_BACKOFF_SECONDS)
        assert all(longest / 2 <= wait < longest + 1 for wait in found), (attempts, found)
        assert max(found) - min(found) > longest / 100, "eight equal waits are no jitter"


@pytest.mark.django_db(transaction=True)
def test_a_claim_waits_for_the_lease_to_come_back() -> None:
    lease = claim_wanted()
    giver = threading.Thread(target=give_back_soon, args=(lease,))
    giver.start()

    second = work.claim(SUB, wait_seconds=10)

    giver.join()
    assert second.fence == 2


def give_back_soon(lease: Lease) -> None:
    time.sleep(0.2)
    finish(lease)
    connection.close()


@pytest.mark.fault("W9", "D4")
@pytest.mark.django_db(transaction=True)
def test_parallel_claimers_never_share_a_lease() -> None:
    work.want([ObjectRef(ObjectKind.INVOICE, f"in_{number}") for number in range(40)])
    claimed: list[Lease] = []
    start = threading.Barrier(6)

    def claim_all() -> None:
        start.wait()
        while lease := work.claim_next():
            claimed.append(lease)
        connection.close()

    workers = [threading.Thread(target=claim_all) for _ in range(6)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    assert set(Counter(lease.ref for lease in claimed).values()) == {1}
    assert len(claimed) == 40
    assert {lease.fence for lease in claimed} == {1}


@pytest.mark.django_db(transaction=True)
def test_parallel_askers_lose_no_wish() -> None:
    def ask() -> None:
        for _ in range(5):
            work.want([SUB])
        connection.close()

    askers = [threading.Thread(target=ask) for _ in range(5)]
    for asker in askers:
        asker.start()
    for asker in askers:
        asker.join()

    assert row().want == 25


@pytest.mark.django_db(transaction=True)
def test_two_objects_that_name_each_other_are_finished_at_once_without_a_circle() -> None:
    def finish_again_and_again(ref: ObjectRef, other: ObjectRef) -> None:
        try:
            for _ in range(40):
                work.want([ref])
                lease = work.claim(ref, wait_seconds=10)
                with transaction.atomic():
                    work.finish(lease, follow=[other])
        except Exception as error:
            failures.append(error)
        finally:
            connection.close()

    failures: list[Exception] = []
    invoice = ObjectRef(ObjectKind.INVOICE, "in_1")
    pairs = ((SUB, invoice), (invoice, SUB))
    workers = [threading.Thread(target=finish_again_and_again, args=pair) for pair in pairs]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    assert failures == []
