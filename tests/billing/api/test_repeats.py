"""A write is carried out once, however often its program sends it, and whatever happens in between."""

from datetime import timedelta
from threading import Barrier, Thread
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client

from billing import clock
from billing.models import ApiRequest
from billing.services.answer_once import answer_request, forget_requests
from billing.services.rotate_api_key import rotate_api_key
from tests.billing.api.asking import bearer, make_key, post
from tests.billing.api.sample_urls import notes_of

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.billing.api.sample_urls")]
NOTES = "/api/v1/notes/"


@pytest.fixture
def secret(alice) -> str:
    return make_key(alice, "subscription:write", "webhooks:write")[1]


def write(client: Client, secret: str, text: str = "a note", *, key: str = "note-1", path: str = NOTES):
    return post(client, path, {"text": text}, **bearer(secret, **{"Idempotency-Key": key}))


def test_a_repeat_gets_the_same_answer_and_does_nothing(alice, secret, client) -> None:
    first, second = write(client, secret), write(client, secret)

    assert (first.status_code, second.status_code) == (201, 201)
    assert second.content == first.content
    assert (first.get("Idempotent-Replayed"), second["Idempotent-Replayed"]) == (None, "true")
    assert second["Idempotency-Key"] == "note-1"
    assert notes_of(alice.organization).count() == 1


def test_the_order_and_spacing_of_the_json_do_not_matter(secret, client) -> None:
    bodies = ['{"text": "a", "lines": [{"quantity": 1}]}', '{"lines":[{"quantity":1}],"text":"a"}']

    answers = [post(client, NOTES, body, **bearer(secret, **{"Idempotency-Key": "n"})) for body in bodies]

    assert answers[1].content == answers[0].content


@pytest.mark.parametrize(("text", "path"), [("another", NOTES), ("a note", f"{NOTES}?really=yes")])
def test_the_same_key_with_another_request_is_refused(alice, secret, client, text: str, path: str) -> None:
    write(client, secret)

    answer = write(client, secret, text, path=path)

    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_key_reused")
    assert notes_of(alice.organization).count() == 1


def test_a_refusal_is_repeated_too(secret, client) -> None:
    first, second = write(client, secret, "stale"), write(client, secret, "stale")

    assert (first.status_code, second.status_code) == (409, 409)
    assert (second["Idempotent-Replayed"], second["Content-Type"]) == ("true", "application/problem+json")
    assert second.json() == first.json()


def test_what_passes_by_itself_is_carried_out_again_as_the_same_wish(alice, secret, client) -> None:
    first, second = write(client, secret, "busy"), write(client, secret, "busy")

    assert (first.status_code, first.json()["code"]) == (409, "under_way")
    assert second.status_code == 201
    assert notes_of(alice.organization).count() == 1


def test_after_a_crash_the_repeat_takes_up_the_same_wish(alice, secret) -> None:
    client = Client(raise_request_exception=False)

    crashed, answer = write(client, secret, "crash"), write(client, secret, "crash")

    assert (crashed.status_code, answer.status_code) == (500, 201)
    assert notes_of(alice.organization).get().subject == answer.json()["id"]


def test_a_process_that_died_holds_the_key_for_a_minute_only(alice, secret, client) -> None:
    write(client, secret)
    now = clock.system_now()
    ApiRequest.objects.update(state="running", status=None, answer="", lease_until=now + timedelta(seconds=50))

    during = write(client, secret)
    ApiRequest.objects.update(lease_until=now - timedelta(seconds=1))
    after = write(client, secret)

    assert (during.status_code, during.json()["code"], during["Retry-After"]) == (409, "request_in_progress", "1")
    assert (after.status_code, notes_of(alice.organization).count()) == (201, 1)


def test_an_attempt_that_was_overtaken_does_not_overwrite_the_answer(secret, client) -> None:
    write(client, secret)
    row = ApiRequest.objects.get()
    ApiRequest.objects.update(state="running", attempt=2)

    answer_request(row, status=500, answer="{}", content_type="", now=clock.system_now())

    row.refresh_from_db()
    assert (row.state, row.status) == ("running", 201)


def test_a_secret_is_given_once_and_kept_nowhere(secret, client) -> None:
    first, second = (write(client, secret, path="/api/v1/secrets/") for _ in range(2))

    assert first.json() == {"secret": "whsec_shown_once"}
    assert (second.status_code, second.json()["code"]) == (409, "answer_shown_once")
    assert "whsec" not in ApiRequest.objects.get().answer


def test_a_key_that_was_rotated_is_the_same_program_and_another_is_not(alice, client) -> None:
    old, secret = make_key(alice, "subscription:write")
    first = write(client, secret)
    _, new_secret = rotate_api_key(
        alice.organization,
        old.uuid,
        overlap=timedelta(hours=1),
        request_key=uuid4(),
        actor=alice.user,
        now=clock.system_now(),
    )

    repeated = write(client, new_secret)
    of_another = write(client, make_key(alice, "subscription:write")[1])

    assert repeated.content == first.content
    assert of_another.content != first.content


def test_without_a_key_each_write_is_one_of_its_own(alice, secret, client) -> None:
    for _ in range(2):
        post(client, NOTES, {"text": "a note"}, **bearer(secret))

    assert notes_of(alice.organization).count() == 2


@pytest.mark.parametrize("key", ["", "a" * 256, "ä"])
def test_a_key_that_is_none_is_refused(alice, secret, client, key: str) -> None:
    answer = write(client, secret, key=key)

    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, "Idempotency-Key")
    assert notes_of(alice.organization).count() == 0


def test_what_is_refused_before_it_is_done_uses_up_no_key(alice, secret, client) -> None:
    other = make_key(alice, "subscription:read")[1]

    refused = write(client, other)

    assert (refused.status_code, ApiRequest.objects.count()) == (403, 0)


def test_answers_are_kept_for_their_time_and_never_less_than_a_day(secret, client, settings) -> None:
    write(client, secret)
    now = clock.system_now()
    settings.API_REPEAT_HOURS = 1

    assert forget_requests(now + timedelta(hours=23)) == 0
    assert forget_requests(now + timedelta(hours=25)) == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_at_once_one_is_carried_out(alice, client) -> None:
    secret = make_key(alice, "subscription:write")[1]
    start, answers = Barrier(4), []

    def send() -> None:
        start.wait()
        answers.append(write(Client(), secret))
        connection.close()

    threads = [Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    done = [answer.json()["id"] for answer in answers if answer.status_code == 201]
    assert {answer.status_code for answer in answers} <= {201, 409}
    assert len(set(done)) == 1
    assert notes_of(alice.organization).count() == 1
