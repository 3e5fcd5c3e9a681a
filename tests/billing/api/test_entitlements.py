"""What a program is told of a feature: the same as every other gate says, and a moment that nobody can mistake."""

import pytest
from django.test import Client

from billing import clock
from billing.terms import ApiScope
from tests.billing.api.asking import bearer, make_key
from tests.billing.situations import buy, put_catalogue_on_sale

pytestmark = pytest.mark.django_db
EXPORTS = "/api/v1/entitlements/exports/"


@pytest.fixture
def program(alice) -> Client:
    put_catalogue_on_sale()
    return Client(headers=bearer(make_key(alice, ApiScope.ENTITLEMENTS_READ.value)[1]))


def test_a_plan_brings_its_features_and_their_limits(alice, program: Client) -> None:
    before = program.get(EXPORTS).json()
    buy(alice.organization, now=clock.business_now())

    assert (before["is_included"], program.get(EXPORTS).json()["is_included"]) == (False, True)
    told = program.get("/api/v1/entitlements/").json()
    assert told["access"]["plan_code"] == "growth"
    assert next(one for one in told["data"] if one["code"] == "exports") == program.get(EXPORTS).json()


@pytest.mark.parametrize(
    "at",
    [
        "",
        "yesterday",
        "2026-11-30",
        "2026-11-30T12:00:00",
        "2026-11-30T12:00:00+01:00",
        "0001-01-01T00:00:00%2B23:00",
    ],
)
def test_a_moment_that_could_be_another_is_refused(program: Client, at: str) -> None:
    answer = program.get(f"{EXPORTS}explain/?at={at}")

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == "at"


def test_a_moment_is_read_with_its_offset(program: Client) -> None:
    told = program.get(f"{EXPORTS}explain/?at=2026-11-30T12:00:00%2B01:00").json()

    assert told["at"] == "2026-11-30T11:00:00+00:00"


@pytest.mark.parametrize("path", ["nothing/", "nothing/explain/"])
def test_a_misspelt_feature_is_not_taken_for_a_refused_one(program: Client, path: str) -> None:
    assert program.get(f"/api/v1/entitlements/{path}").status_code == 404
