"""Who is let in: a program with a key in force, a person with a session; each sees its own organization only."""

from datetime import timedelta

import pytest

from billing import clock
from billing.models import ApiKey, AuditEntry
from billing.services.revoke_api_key import revoke_api_key
from tests.billing.api.asking import bearer, make_key, post
from tests.factories import UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.billing.api.sample_urls")]
NOTES = "/api/v1/notes/"


def test_a_key_acts_for_its_organization_only(alice, charlie, client) -> None:
    secret = make_key(charlie, "subscription:read", "subscription:write")[1]

    written = post(client, NOTES, {"text": "of Charlie"}, **bearer(secret))
    seen = client.get(NOTES, headers=bearer(make_key(alice, "subscription:read")[1]))

    assert (written.status_code, seen.json()) == (201, {"notes": 0})
    assert client.get(NOTES, headers=bearer(secret)).json() == {"notes": 1}


def test_what_a_program_did_names_its_key_in_the_audit_and_what_a_person_did_does_not(alice, client) -> None:
    key, secret = make_key(alice, "subscription:write")
    post(client, NOTES, {"text": "a note"}, **bearer(secret))
    client.force_login(alice.user)

    post(client, NOTES, {"text": "a note"})

    entries = AuditEntry.objects.filter(action="note").order_by("pk")
    assert [(entry.details, entry.actor) for entry in entries] == [
        ({"api_key": key.prefix}, alice.user),
        ({}, alice.user),
    ]


@pytest.mark.parametrize("end", ["revoked", "expired"])
def test_a_key_that_ended_says_so(alice, client, end: str) -> None:
    key, secret = make_key(alice, "subscription:read", life_days=1)
    if end == "revoked":
        revoke_api_key(alice.organization, key.uuid, actor=alice.user, now=clock.system_now())
    else:
        ApiKey.objects.update(expires_at=clock.system_now() - timedelta(seconds=1))

    answer = client.get(NOTES, headers=bearer(secret))

    assert (answer.status_code, answer.json()["code"]) == (401, f"api_key_{end}")


def test_whoever_guesses_the_secret_of_a_known_key_learns_nothing(alice, client) -> None:
    key, secret = make_key(alice, "subscription:read")
    revoke_api_key(alice.organization, key.uuid, actor=alice.user, now=clock.system_now())

    answer = client.get(NOTES, headers=bearer(secret[:-1] + ("A" if secret[-1] != "A" else "B")))

    assert (answer.status_code, answer.json()["code"]) == (401, "api_key_invalid")


def test_a_wrong_key_is_refused_though_the_browser_has_signed_in(alice, client) -> None:
    client.force_login(alice.user)

    assert client.get(NOTES, headers={"Authorization": "Basic YTpi"}).status_code == 401
    assert client.get(NOTES).status_code == 200


def test_the_use_of_a_key_is_noted_once_a_minute(alice, client) -> None:
    key, secret = make_key(alice, "subscription:read")
    client.get(NOTES, headers=bearer(secret))
    key.refresh_from_db()
    first = key.last_used_at
    client.get(NOTES, headers=bearer(secret))
    key.refresh_from_db()
    second = key.last_used_at
    ApiKey.objects.update(last_used_at=first - timedelta(minutes=2))

    client.get(NOTES, headers=bearer(secret))

    key.refresh_from_db()
    assert first is not None
    assert second == first
    assert key.last_used_at > first


def test_members_read_and_owners_write(alice, bob, client) -> None:
    client.force_login(bob.user)

    read, written = client.get(NOTES), post(client, NOTES, {"text": "a note"})

    assert read.status_code == 200
    assert (written.status_code, written.json()["code"]) == (403, "role_missing")
    client.force_login(alice.user)
    assert post(client, NOTES, {"text": "a note"}).status_code == 201


def test_a_person_without_an_organization_is_a_stranger(client) -> None:
    client.force_login(UserFactory())

    assert client.get(NOTES).status_code == 404
