"""What every answer says beside its body: the rate, whether it has changed, who may keep it, the version."""

import time

import pytest

from billing.api.versions import VERSION
from tests.billing.api.asking import bearer, make_key, post

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.billing.api.sample_urls")]
NOTES = "/api/v1/notes/"


@pytest.fixture
def headers(alice) -> dict[str, str]:
    return bearer(make_key(alice, "subscription:read", "subscription:write")[1])


@pytest.fixture
def one_minute() -> None:
    """The minute must not turn within a test that counts."""
    if (left := 60 - time.time() % 60) < 5:
        time.sleep(left)


def test_every_answer_tells_the_rate_a_refusal_too(headers, client, settings, one_minute) -> None:
    settings.API_CALLS_PER_MINUTE = 5

    answers = [client.get(NOTES, headers=headers), post(client, NOTES, {}, **headers)]

    told = [(answer.status_code, answer["RateLimit-Limit"], answer["RateLimit-Remaining"]) for answer in answers]
    assert told == [(200, "5", "4"), (400, "5", "3")]
    assert 1 <= int(answers[0]["RateLimit-Reset"]) <= 60


def test_too_many_are_told_when_to_go_on_and_others_are_not_held_up(
    alice, headers, client, settings, one_minute
) -> None:
    settings.API_CALLS_PER_MINUTE = 2
    for _ in range(2):
        client.get(NOTES, headers=headers)

    answer = client.get(NOTES, headers=headers)

    assert (answer.status_code, answer.json()["code"], answer["RateLimit-Remaining"]) == (429, "rate_limited", "0")
    assert answer["Retry-After"] == answer["RateLimit-Reset"]
    assert client.get(NOTES, headers=bearer(make_key(alice, "subscription:read")[1])).status_code == 200


def test_people_have_a_limit_of_their_own(alice, client, settings) -> None:
    settings.API_BROWSER_CALLS_PER_MINUTE = 7
    client.force_login(alice.user)

    assert client.get(NOTES)["RateLimit-Limit"] == "7"


def test_no_limit_tells_none(headers, client, settings) -> None:
    settings.API_CALLS_PER_MINUTE = 0

    assert not client.get(NOTES, headers=headers).has_header("RateLimit-Limit")


def test_a_cache_that_is_gone_closes_nothing(headers, client, settings, caplog) -> None:
    settings.CACHES = {
        "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": "redis://127.0.0.1:1"}
    }

    assert client.get(NOTES, headers=headers).status_code == 200
    assert "The cache cannot count requests" in caplog.text


def test_what_has_not_changed_is_not_sent_again(headers, client) -> None:
    first = client.get(NOTES, headers=headers)
    same = client.get(NOTES, headers={**headers, "If-None-Match": first["ETag"]})
    post(client, NOTES, {"text": "a note"}, **headers)
    other = client.get(NOTES, headers={**headers, "If-None-Match": first["ETag"]})

    assert (same.status_code, same.content, same["ETag"]) == (304, b"", first["ETag"])
    assert same["API-Version"] == VERSION
    assert (other.status_code, other.json()) == (200, {"notes": 1})


def test_no_shared_cache_keeps_an_answer(headers, client) -> None:
    read = client.get(NOTES, headers=headers)
    written = post(client, NOTES, {"text": "a note"}, **headers)

    assert (read["Cache-Control"], written["Cache-Control"]) == ("private, no-cache", "private, no-store")
    assert {"Authorization", "Cookie"} <= set(read["Vary"].split(", "))


def test_every_answer_names_the_version(headers, client) -> None:
    named = client.get(NOTES, headers={**headers, "API-Version": VERSION})

    assert (named.status_code, named["API-Version"], client.get(NOTES)["API-Version"]) == (200, VERSION, VERSION)
