"""Looks for missing events in the admin: who asks for one, how far it is, and that it finds what never came."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from billing import clock
from billing.models import AuditEntry, Subscription
from tests.billing.shop import Shop
from tests.flows.test_convergence import work_off
from webhooks import backfill
from webhooks.admin.backfills import percent
from webhooks.models import Backfill, InboxEvent
from webhooks.tasks import carry_on_backfill

pytestmark = pytest.mark.django_db(transaction=True)
LIST = "/admin/webhooks/backfill/"
PAGE = "/admin/webhooks/backfill/start/"


@pytest.fixture
def shop(sandbox, transactional_db) -> Iterator[Shop]:
    sandbox.ask("POST", "/_sandbox/webhooks/pause")
    yield Shop.open(sandbox)
    sandbox.ask("POST", "/_sandbox/reset")
    sandbox.ask("POST", "/_sandbox/webhooks/resume")


def days(since: float, until: float = 0) -> dict[str, str]:
    """From and until so many days ago in billing time, as a browser sends it."""
    now = clock.business_now()
    return {
        "since": f"{now - timedelta(days=since):%Y-%m-%dT%H:%M}",
        "until": f"{now - timedelta(days=until) + timedelta(minutes=1):%Y-%m-%dT%H:%M}",
    }


def look(**fields: Any) -> Backfill:
    now = timezone.now()
    given = {"livemode": False, "since_at": now - timedelta(hours=10), "until_at": now, "asked_by": "schedule"}
    return Backfill.objects.create(**{**given, **fields})


def test_a_look_asked_for_by_staff_brings_in_what_never_came(shop: Shop, staff: Client, superuser: User) -> None:
    shop.pay(shop.start(shop.scale))

    answer = staff.post(PAGE, days(1), follow=True)
    asked = Backfill.objects.get()
    carry_on_backfill(asked.pk)
    work_off(shop)

    assert "The look was asked for" in answer.content.decode()
    asked.refresh_from_db()
    assert (asked.state, asked.asked_by) == ("finished", f"staff {superuser.pk}")
    assert asked.events_found == InboxEvent.objects.filter(source="backfill").count() > 0
    assert Subscription.objects.get().status == "active"
    entry = AuditEntry.objects.get(action="backfill_started")
    assert (entry.actor, entry.subject) == (superuser, str(asked.pk))
    assert entry.details == {"since": asked.since_at.isoformat(), "until": asked.until_at.isoformat()}


def test_a_look_whose_message_was_lost_is_done_by_the_schedule(shop: Shop, superuser: User) -> None:
    shop.pay(shop.start(shop.scale))
    now = clock.business_now()
    asked = backfill.ask_for(since=now - timedelta(days=1), until=now, actor=superuser)
    Backfill.objects.update(started_at=timezone.now() - timedelta(hours=2))

    backfill.backfill_recent()

    asked.refresh_from_db()
    assert asked.state == "finished"
    assert asked.events_found > 0


@pytest.mark.parametrize(
    ("since", "until", "words"),
    [(45, 0, "Stripe keeps events for 30 days."), (1, 2, "This must be later than the beginning.")],
)
def test_a_time_that_stripe_does_not_have_is_explained(
    staff: Client, sandbox: Any, since: int, until: int, words: str
) -> None:
    answer = staff.post(PAGE, days(since, until))

    assert words in answer.content.decode()
    assert not Backfill.objects.exists()


@pytest.mark.parametrize(
    ("state", "hours_ago", "expected"),
    [("running", None, 0), ("running", 4, 40), ("running", 10, 99), ("finished", None, 100)],
)
def test_the_list_says_how_far_a_look_is(staff: Client, state: str, hours_ago: int | None, expected: int) -> None:
    reached_at = None if hours_ago is None else timezone.now() - timedelta(hours=hours_ago)
    row = look(state=state, reached_at=reached_at)

    page = staff.get(LIST).content.decode()

    assert abs(percent(row) - expected) <= 1
    assert f"{percent(row)} %" in page


def test_the_page_of_a_look_names_who_asked(staff: Client, superuser: User) -> None:
    row = look(asked_by=f"staff {superuser.pk}", state="failed", error="stripe_unreachable")

    page = staff.get(f"{LIST}{row.pk}/change/").content.decode()

    assert "staff@example.com" in page
    assert "stripe_unreachable" in page


def test_more_looks_cost_no_more_queries(
    staff: Client, superuser: User, django_assert_max_num_queries: Callable[..., Any]
) -> None:
    for _ in range(8):
        look(asked_by=f"staff {superuser.pk}")

    with django_assert_max_num_queries(12):
        staff.get(LIST)


def test_who_may_only_view_starts_nothing(clerk: Callable[..., Client], sandbox: Any) -> None:
    client = clerk("view_backfill")

    answers = [client.get(LIST), client.get(PAGE), client.post(PAGE, days(1))]

    assert [answer.status_code for answer in answers] == [200, 403, 403]
    assert not Backfill.objects.exists()


def test_who_may_not_view_sees_no_list(clerk: Callable[..., Client]) -> None:
    assert clerk("view_inboxevent").get(LIST).status_code == 403
