"""The gated view for programs: the same answer as the page, as JSON."""

import pytest

from billing import clock
from tests.billing.api.asking import bearer, make_key
from tests.billing.factories import NOW
from tests.billing.situations import buy, give_invoice, put_catalogue_on_sale
from tests.factories import MembershipFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def alice(db):
    put_catalogue_on_sale()
    return MembershipFactory(organization__name="Oakline Studio")


def test_a_plan_with_exports_gets_its_invoices(alice, client) -> None:
    give_invoice(buy(alice.organization, now=clock.business_now()), number="OAK-0019", created_at=NOW)
    client.force_login(alice.user)

    answer = client.get("/api/v1/exports/")

    assert answer.status_code == 200
    (invoice,) = answer.json()["invoices"]
    assert (invoice["number"], invoice["total_minor"], invoice["currency"]) == ("OAK-0019", 4800, "eur")
    assert invoice["created_at"] == "2026-11-21T12:00:00Z"


def test_without_the_feature_the_answer_is_402_with_the_offer(alice, client) -> None:
    client.force_login(alice.user)

    answer = client.get("/api/v1/exports/")

    assert answer.status_code == 402
    told = answer.json()
    assert (told["code"], told["detail"]) == (
        "feature_missing",
        "The plan of Oakline Studio does not include exports. Nothing was done.",
    )
    assert {name: told[name] for name in ("feature", "offer")} == {
        "feature": "exports",
        "offer": {
            "plan": "growth",
            "plan_name": "Growth",
            "lookup_key": "growth_month_eur",
            "amount_minor": 4800,
            "currency": "eur",
            "interval": "month",
        },
    }


def test_another_organizations_invoices_never_appear(alice, client) -> None:
    now = clock.business_now()
    give_invoice(buy(alice.organization, now=now), number="OAK-0019")
    charlie = MembershipFactory()
    buy(charlie.organization, now=now)
    client.force_login(charlie.user)

    assert client.get("/api/v1/exports/").json() == {"invoices": []}


def test_who_is_not_signed_in_is_refused(db, client) -> None:
    assert client.get("/api/v1/exports/").status_code == 401


def test_a_key_gets_them_with_its_scope_and_not_without(alice, client) -> None:
    give_invoice(buy(alice.organization, now=clock.business_now()), number="OAK-0019")

    read, refused = (
        client.get("/api/v1/exports/", headers=bearer(make_key(alice, scope)[1]))
        for scope in ("invoices:read", "subscription:read")
    )

    assert [invoice["number"] for invoice in read.json()["invoices"]] == ["OAK-0019"]
    assert (refused.status_code, refused.json()["scope"]) == (403, "invoices:read")


def test_nothing_but_reading_is_allowed(alice, client) -> None:
    buy(alice.organization, now=clock.business_now())
    client.force_login(alice.user)

    assert client.post("/api/v1/exports/", {}, content_type="application/json").status_code == 405
