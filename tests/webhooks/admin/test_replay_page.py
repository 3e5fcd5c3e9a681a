"""Handling events again from the admin: counted first, done when confirmed, by who may."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from billing.models import AuditEntry
from webhooks.models import InboxEvent

pytestmark = pytest.mark.django_db
Store = Callable[..., InboxEvent]
LIST = "/admin/webhooks/inboxevent/"
PAGE = "/admin/webhooks/inboxevent/replay/"


def hours(since: int, until: int) -> dict[str, str]:
    """A range from and until so many hours ago, as a browser sends it."""
    now = timezone.now()
    return {
        "since": f"{now - timedelta(hours=since):%Y-%m-%dT%H:%M}",
        "until": f"{now - timedelta(hours=until):%Y-%m-%dT%H:%M}",
    }


def states() -> dict[str, str]:
    return dict(InboxEvent.objects.values_list("event_id", "state"))


def test_one_event_is_confirmed_and_handled_again(staff: Client, store: Store, superuser: User) -> None:
    row = store(state="dead", error="KeyError")

    asked = staff.get(f"{LIST}{row.pk}/replay/", follow=True)
    done = staff.post(PAGE, {"ids": str(row.pk)}, follow=True)

    assert "1 event" in asked.content.decode()
    assert "Handled again: 1." in done.content.decode()
    row.refresh_from_db()
    assert (row.state, row.error, row.replays) == ("new", "", 1)
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.subject, entry.actor) == ("events_replayed", "evt_1", superuser)


def test_the_chosen_events_are_handled_again_and_no_other(staff: Client, store: Store) -> None:
    rows = [store(f"evt_{number}", state="done") for number in range(3)]

    asked = staff.post(LIST, {"action": "replay_chosen", "_selected_action": [row.pk for row in rows[:2]]})
    staff.post(PAGE, {"ids": asked.headers["Location"].split("ids=")[1]})

    assert states() == {"evt_0": "new", "evt_1": "new", "evt_2": "done"}


def test_a_time_range_is_counted_before_it_is_done(staff: Client, store: Store) -> None:
    for number, state in enumerate(["dead", "dead", "done"]):
        store(f"evt_{number}", state=state, received_at=timezone.now() - timedelta(hours=2))
    store("evt_early", state="dead", received_at=timezone.now() - timedelta(hours=9))
    wanted = {**hours(3, 1), "type": "customer.updated", "states": ["dead"]}

    counted = staff.get(PAGE, wanted)

    assert "2 events" in counted.content.decode()
    assert "Dead: 2" in counted.content.decode()
    assert "new" not in states().values()
    staff.post(PAGE, wanted)
    assert states() == {"evt_0": "new", "evt_1": "new", "evt_2": "done", "evt_early": "dead"}


def test_the_form_begins_with_the_dead_of_the_last_day(staff: Client, store: Store) -> None:
    page = staff.get(PAGE).content.decode()

    assert 'type="datetime-local"' in page
    assert "Handle 0" not in page
    assert "checked" in page.split('value="dead"')[1].split(">")[0]


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (hours(1, 3), "This must be later than the beginning."),
        (hours(24 * 40, 1), "At most 31 days at a time."),
        ({"since": "yesterday", "until": ""}, "Enter a valid date/time."),
        ({**hours(3, 1), "type": "invoice.invented"}, "not one of the available choices"),
    ],
)
def test_a_range_that_makes_no_sense_is_explained_and_nothing_happens(
    staff: Client, store: Store, given: dict[str, str], words: str
) -> None:
    store(state="dead", received_at=timezone.now() - timedelta(hours=2))

    answer = staff.post(PAGE, given)

    assert words in answer.content.decode()
    assert states() == {"evt_1": "dead"}


def test_an_empty_range_says_so_and_offers_nothing(staff: Client) -> None:
    page = staff.get(PAGE, hours(3, 1)).content.decode()

    assert "No event" in page
    assert "Nothing came in that time" in page
    assert 'method="post"' not in page.split('id="count"')[1]


@pytest.mark.parametrize("ids", ["", "nonsense", "999999", "1'; DROP TABLE"])
def test_ids_that_are_none_lead_to_nothing(staff: Client, ids: str) -> None:
    page = staff.get(PAGE, {"ids": ids}).content.decode()

    assert "No event" in page


def test_what_cannot_be_applied_is_named_after_the_deed(staff: Client, store: Store) -> None:
    row = store(state="done", body=None)

    answer = staff.post(PAGE, {"ids": str(row.pk)}, follow=True)

    assert "Handled again: 0. Left alone: 1" in answer.content.decode()


def test_looking_at_the_page_changes_nothing(staff: Client, store: Store) -> None:
    row = store(state="dead")

    staff.get(PAGE, {"ids": str(row.pk)})
    staff.get(f"{LIST}{row.pk}/replay/")

    assert states() == {"evt_1": "dead"}


def test_who_may_only_view_can_neither_ask_nor_do(clerk: Callable[..., Client], store: Store) -> None:
    row = store(state="dead")
    client = clerk("view_inboxevent", "change_inboxevent")

    answers = [
        client.get(PAGE),
        client.post(PAGE, {"ids": str(row.pk)}),
        client.get(f"{LIST}{row.pk}/replay/"),
    ]
    client.post(LIST, {"action": "replay_chosen", "_selected_action": [row.pk]})

    assert [answer.status_code for answer in answers] == [403] * 3
    assert states() == {"evt_1": "dead"}
    assert "Handle" not in client.get(LIST).content.decode().split("<main")[-1].split("result_list")[0]


def test_who_has_the_permission_may(clerk: Callable[..., Client], store: Store) -> None:
    row = store(state="dead")

    answer = clerk("view_inboxevent", "replay_inboxevent").post(PAGE, {"ids": str(row.pk)})

    assert answer.status_code == 302
    assert states() == {"evt_1": "new"}


def test_a_foreign_page_cannot_have_events_handled_again(superuser: User, store: Store) -> None:
    row = store(state="dead")
    client = Client(enforce_csrf_checks=True)
    client.force_login(superuser)

    assert client.post(PAGE, {"ids": str(row.pk)}).status_code == 403
    assert states() == {"evt_1": "dead"}
