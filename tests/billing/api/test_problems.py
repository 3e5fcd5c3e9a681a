"""Every failure has one shape, whoever found it: our rules, REST framework, Django, or nobody."""

import re
from collections.abc import Callable

import pytest
from django.test import Client

from billing.api.problems import FRAMEWORK_CODES, problem_of
from billing.errors import CardDeclined, StripeRefused
from tests.billing.api.asking import PROBLEM, bearer, make_key, post

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.billing.api.sample_urls")]
NOTES = "/api/v1/notes/"


def raw(client: Client, method: str, path: str, body: str, kind: str, **headers: str):
    return client.generic(method, path, body, content_type=kind, headers=headers)


CAUSES: dict[str, tuple[int, Callable]] = {
    "not_authenticated": (401, lambda client, key: client.get(NOTES)),
    "api_key_invalid": (401, lambda client, key: client.get(NOTES, headers=bearer("bk_test_1"))),
    "api_key_of_other_environment": (
        401,
        lambda client, key: client.get(NOTES, headers=bearer(key.replace("bk_test", "bk_live"))),
    ),
    "malformed_json": (400, lambda client, key: raw(client, "POST", NOTES, "{", "application/json", **bearer(key))),
    "invalid_input": (400, lambda client, key: post(client, NOTES, {}, **bearer(key))),
    "api_version_unknown": (
        400,
        lambda client, key: client.get(NOTES, headers=bearer(key, **{"API-Version": "1999-01-01"})),
    ),
    "scope_missing": (403, lambda client, key: client.get("/api/v1/entries/", headers=bearer(key))),
    "not_found": (404, lambda client, key: client.get("/api/v1/nowhere")),
    "method_not_allowed": (405, lambda client, key: client.delete(NOTES, headers=bearer(key))),
    "not_acceptable": (406, lambda client, key: client.get(NOTES, headers=bearer(key, Accept="text/csv"))),
    "preview_stale": (409, lambda client, key: post(client, NOTES, {"text": "stale"}, **bearer(key))),
    "unsupported_media_type": (
        415,
        lambda client, key: raw(client, "POST", NOTES, "text=1", "application/x-www-form-urlencoded", **bearer(key)),
    ),
    "bad_request": (
        400,
        lambda client, key: raw(client, "POST", NOTES, "[" * 3_000_000, "application/json", **bearer(key)),
    ),
    "server_error": (500, lambda client, key: client.get("/api/v1/broken/")),
}


@pytest.mark.parametrize("code", CAUSES)
def test_a_failure_is_a_problem_with_its_code(alice, code: str) -> None:
    status, ask = CAUSES[code]
    client = Client(raise_request_exception=False)

    answer = ask(client, make_key(alice, "subscription:read", "subscription:write")[1])

    told = answer.json()
    assert (answer.status_code, answer["Content-Type"], told["code"]) == (status, PROBLEM, code)
    assert told["type"].endswith(f"/api/docs/errors/#{code}")
    assert told["status"] == status
    assert told["request_id"] == answer["X-Request-ID"]
    assert re.fullmatch(r"[A-Z][^!]*\.", told["detail"])
    assert answer.has_header("WWW-Authenticate") == (status == 401)


def test_faults_in_fields_are_named_by_their_way(alice, client) -> None:
    secret = make_key(alice, "subscription:write")[1]

    answer = post(client, NOTES, {"lines": [{"quantity": 2}, {"quantity": 0}]}, **bearer(secret))

    errors = {(one["field"], one["code"]) for one in answer.json()["errors"]}
    assert errors == {("text", "required"), ("lines.1.quantity", "min_value")}


@pytest.mark.parametrize("body", ["[" * 100_000, '{"text": NaN}', '"text', "\xff", '["text"]', '"text"', "7", "null"])
def test_a_body_that_no_endpoint_can_mean_is_refused(alice, client, body: str) -> None:
    secret = make_key(alice, "subscription:write")[1]

    answer = raw(client, "POST", NOTES, body, "application/json", **bearer(secret))

    assert (answer.status_code, answer.json()["code"]) in [(400, "malformed_json"), (400, "invalid_input")]


def test_a_browser_that_writes_without_its_token_is_refused(alice) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(alice.user)

    answer = post(client, NOTES, {"text": "a note"})

    assert (answer.status_code, answer.json()["code"]) == (403, "csrf_failed")


def test_a_method_that_is_not_there_is_told_which_are(alice, client) -> None:
    answer = client.delete(NOTES, headers=bearer(make_key(alice, "subscription:write")[1]))

    assert set(answer["Allow"].split(", ")) == {"GET", "HEAD", "POST"}


def test_a_nul_is_refused(alice, client) -> None:
    answer = client.get(f"{NOTES}?a=%00", headers=bearer(make_key(alice, "subscription:read")[1]))

    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_input")


def test_every_code_stands_on_its_page(client) -> None:
    page = client.get("/api/docs/errors/")

    text = page.content.decode()
    assert page.status_code == 200
    assert [code for code in {*CAUSES, *FRAMEWORK_CODES} if f'id="{code}"' not in text] == []


def test_a_decline_tells_no_thief_why() -> None:
    refused = CardDeclined("Stolen card.", code="card_declined", decline_code="stolen_card", charge="ch_1")

    told = problem_of(refused)

    assert (told["code"], told["status"], told["needs_confirmation"]) == ("card_declined", 402, False)
    assert not re.search("stolen|ch_1", str(told), re.IGNORECASE)


def test_stripes_own_words_are_for_programmers() -> None:
    told = problem_of(StripeRefused("No such price: price_1", code="resource_missing", param="items[0]"))

    assert (told["code"], told["status"]) == ("stripe_refused", 409)
    assert "price_1" not in str(told)
    assert problem_of(StripeRefused("The schedule is over."))["detail"] == "The schedule is over."
