"""Lists that stay quick: few queries, a bounded count, and a search that does not read two tables whole."""

import pytest
from django.db import connection
from django.db.models import Model
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.admin import quick_list
from accounts.models import Membership, Organization, User
from billing.models import Invoice
from tests.billing.admin.rows import ROWS
from tests.billing.admin.test_pages import address, shown
from tests.billing.factories import InvoiceFactory
from tests.factories import MembershipFactory, OrganizationFactory
from webhooks.models import InboxEvent

pytestmark = pytest.mark.django_db
MOST_QUERIES = 12


@pytest.mark.parametrize(
    "model", [*ROWS, Organization, Membership, User, InboxEvent], ids=lambda model: model.__name__
)
def test_no_list_takes_more_than_twelve_queries(staff: Client, model: type[Model]) -> None:
    for number in (1, 2):
        ROWS[model][0](number) if model in ROWS else MembershipFactory()

    with CaptureQueriesContext(connection) as queries:
        assert staff.get(address(model, "changelist")).status_code == 200

    assert len(queries) <= MOST_QUERIES


def test_a_long_list_is_counted_up_to_a_bound(staff: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quick_list, "MOST_COUNTED", 3)
    InvoiceFactory.create_batch(5)

    with CaptureQueriesContext(connection) as queries:
        answer = staff.get(address(Invoice, "changelist"))

    assert answer.context["cl"].result_count == 3
    counts = [query["sql"] for query in queries if "COUNT(" in query["sql"]]
    assert len(counts) == 1
    assert "LIMIT 3" in counts[0]


@pytest.mark.parametrize("typed", ["in_Whole", "OAK-Whole", "whole studio", "books@whole", "WHOLE", " in_Whole "])
def test_an_invoice_is_found_by_id_number_or_payer(staff: Client, typed: str) -> None:
    payer = OrganizationFactory(name="Whole Wheat Studio", email="books@whole.example")
    wanted = InvoiceFactory(stripe_invoice_id="in_Whole", number="OAK-Whole", organization=payer)
    InvoiceFactory(stripe_invoice_id="in_Whole2", number="OAK-Whole2")

    assert shown(staff.get(address(Invoice, "changelist"), {"q": typed})) == {wanted.pk}


def test_an_id_is_compared_and_no_name_is_read_for_it(staff: Client) -> None:
    InvoiceFactory(stripe_invoice_id="in_Whole")

    with CaptureQueriesContext(connection) as queries:
        staff.get(address(Invoice, "changelist"), {"q": "in_Whole"})

    assert not [query for query in queries if "LIKE" in query["sql"].upper()]


def test_the_people_of_an_organization_are_counted(staff: Client) -> None:
    organization = MembershipFactory().organization
    MembershipFactory(organization=organization)
    lonely = OrganizationFactory()

    rows = staff.get(reverse("admin:accounts_organization_changelist")).context["cl"].result_list

    assert {row.pk: row.people_count for row in rows} == {organization.pk: 2, lonely.pk: 0}
