"""All of one customer in one read: everything is there, nothing of others, and the number of queries stays."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from billing.models import CustomerNote, Invoice
from billing.selectors.customer_page import SHOWN, customer_page
from tests.billing.busy_customer import busy_customer
from tests.billing.factories import NOW, CustomerFactory
from tests.factories import OrganizationFactory

pytestmark = pytest.mark.django_db


def test_all_of_it_is_read_the_newest_first() -> None:
    page = customer_page(busy_customer(rows=2).pk, now=NOW)

    assert page.customer is not None
    assert (page.access.plan_code, page.access.reason) == ("growth", "grace")
    assert [row.name for row in page.members.shown] == ["Alice Nguyen"]
    assert [row.plan_name for row in page.subscriptions.shown] == ["Growth"]
    assert {row.table for row in page.back.shown} == {"refund", "dispute"}
    assert {row.table for row in page.open.shown} == {"case", "task"}
    assert [row.text for row in page.notes.shown] == ["Note 1", "Note 0"]
    moments = [row.created_at for row in page.charges.shown]
    assert moments == sorted(moments, reverse=True)
    assert len(page.mails.shown) == 2
    assert any("raised the seats" in entry.words for entry in page.entries)


def test_a_long_list_is_cut_and_says_so() -> None:
    page = customer_page(busy_customer(rows=SHOWN + 1).pk, now=NOW)

    for rows in (page.invoices, page.charges, page.back, page.open, page.mails, page.notes):
        assert (len(rows.shown), rows.has_more) == (SHOWN, True)


def test_nothing_of_another_customer_and_nothing_of_the_other_mode_is_read() -> None:
    busy_customer()
    other = OrganizationFactory()
    CustomerFactory(organization=other, livemode=True)

    page = customer_page(other.pk, now=NOW)

    assert page.customer is None
    for rows in (page.members, page.subscriptions, page.invoices, page.charges, page.back, page.open):
        assert rows.shown == ()
    assert (page.mails.shown, page.notes.shown, page.entries) == ((), (), ())


def test_an_erased_note_is_not_shown() -> None:
    organization = busy_customer()
    CustomerNote.objects.update(text="", erased_at=NOW)

    assert customer_page(organization.pk, now=NOW).notes.shown == ()


def test_more_rows_cost_no_more_queries() -> None:
    organizations = [busy_customer(rows=rows) for rows in (1, 12)]
    counts = []
    for organization in organizations:
        with CaptureQueriesContext(connection) as queries:
            customer_page(organization.pk, now=NOW)
        counts.append(len(queries))

    # The timeline's newest entries are of fewer kinds where there are many of each.
    assert counts[1] <= counts[0]
    assert Invoice.objects.filter(organization=organizations[1]).count() >= 12
