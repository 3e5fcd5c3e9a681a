"""The list of invoices: open ones first, in pages, with documents for those who manage the billing."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from billing.models import CreditNote
from tests.billing.admin import mirrored_rows
from tests.billing.factories import ChargeAttemptFactory
from tests.billing.situations import DAY, buy, give_invoice
from tests.billing.web.reading import words

pytestmark = pytest.mark.django_db


def test_an_open_invoice_stands_on_top_with_its_pay_link(catalogue, alice, browser_of, now) -> None:
    subscription = buy(alice.organization, now=now)
    give_invoice(subscription, number="OLD-1", status="open", created_at=now - 40 * DAY, due_at=now + DAY)
    give_invoice(subscription, number="NEW-1", created_at=now)

    page = browser_of(alice).get("/billing/invoices/")

    text = words(page)
    assert text.index("OLD-1") < text.index("NEW-1")
    assert 'href="http://127.0.0.1:12111/i/acct_1/test_1">Pay' in page.content.decode()


def test_drafts_and_deleted_invoices_are_not_shown(catalogue, alice, browser_of, now) -> None:
    subscription = buy(alice.organization, now=now)
    give_invoice(subscription, number="DRAFT-1", status="draft")
    give_invoice(subscription, number="GONE-1", is_deleted=True)

    text = words(browser_of(alice).get("/billing/invoices/"))

    assert "No invoices yet" in text


def test_the_second_page_goes_on_where_the_first_ended(catalogue, alice, browser_of, now) -> None:
    subscription = buy(alice.organization, now=now)
    for number in range(15):
        give_invoice(subscription, number=f"N-{number:02}", created_at=now - timedelta(days=number))
    browser = browser_of(alice)

    first, second = browser.get("/billing/invoices/"), browser.get("/billing/invoices/?page=2")

    assert "1 to 12 of 15" in words(first)
    assert "13 to 15 of 15" in words(second)
    assert "N-12" not in words(first)
    assert "N-12" in words(second)


@pytest.mark.parametrize("query", ["page=0", "page=x", "page=-1", "page=9999999999", "show=mine"])
def test_a_list_that_does_not_exist_is_a_clear_400(catalogue, alice, browser_of, query) -> None:
    assert browser_of(alice).get(f"/billing/invoices/?{query}").status_code == 400


def test_only_open_ones_can_be_shown(catalogue, alice, browser_of, now) -> None:
    subscription = buy(alice.organization, now=now)
    give_invoice(subscription, number="OPEN-1", status="open")
    give_invoice(subscription, number="PAID-1")

    text = words(browser_of(alice).get("/billing/invoices/?show=open"))

    assert "OPEN-1" in text
    assert "PAID-1" not in text


def test_a_member_sees_the_list_without_the_documents(catalogue, alice, bob, browser_of, now) -> None:
    give_invoice(buy(alice.organization, now=now), number="PAID-1")

    page = browser_of(bob).get("/billing/invoices/")

    assert "PAID-1" in words(page)
    assert "test_1" not in page.content.decode()


def test_another_organizations_invoices_are_not_in_the_list(catalogue, alice, charlie, browser_of, now) -> None:
    give_invoice(buy(alice.organization, now=now), number="PAID-1")

    assert "PAID-1" not in words(browser_of(charlie).get("/billing/invoices/"))


def credit(invoice, **changed):
    row = mirrored_rows.credit_note(changed.pop("number", 1))
    CreditNote.objects.filter(pk=row.pk).update(stripe_invoice_id=invoice.stripe_invoice_id, **changed)


def test_a_credit_note_stands_under_its_invoice_with_amount_and_file(catalogue, alice, bob, browser_of, now) -> None:
    credit(give_invoice(buy(alice.organization, now=now), number="PAID-1"), total_minor=1200)

    page, of_member = browser_of(alice).get("/billing/invoices/"), browser_of(bob).get("/billing/invoices/")

    assert "PAID-1 Invoice Credit note OAK-0019-CN-01, −€12.00 PDF" in words(page).replace("Renewal", "Invoice")
    assert 'href="https://pay.example/cn.pdf"' in page.content.decode()
    assert "OAK-0019-CN-01" in words(of_member)
    assert "cn.pdf" not in of_member.content.decode()


def test_a_voided_credit_note_is_not_shown(catalogue, alice, browser_of, now) -> None:
    credit(give_invoice(buy(alice.organization, now=now)), status="void")

    assert "Credit note" not in words(browser_of(alice).get("/billing/invoices/"))


@pytest.mark.parametrize(("back", "word"), [(4800, "Refunded"), (3000, "Paid")])
def test_what_was_sent_back_is_said_with_its_sum(catalogue, alice, browser_of, now, back: int, word: str) -> None:
    invoice = give_invoice(buy(alice.organization, now=now), number="PAID-1")
    ChargeAttemptFactory(
        organization=alice.organization,
        stripe_invoice_id=invoice.stripe_invoice_id,
        status="succeeded",
        amount_refunded_minor=back,
    )

    text = words(browser_of(alice).get("/billing/invoices/"))

    assert f"{word} €{back // 100}.00 sent back" in text


def test_an_invoice_past_its_day_says_so(catalogue, alice, browser_of, now) -> None:
    subscription = buy(alice.organization, now=now)
    give_invoice(subscription, number="LATE-1", status="open", due_at=now - DAY)
    give_invoice(subscription, number="SOON-1", status="open", due_at=now + DAY)

    text = words(browser_of(alice).get("/billing/invoices/"))

    assert text.count("Overdue") == text.count("Was due") == 1
    assert text.count("Due ") == 1


def test_more_invoices_cost_no_more_queries(catalogue, alice, browser_of, now) -> None:
    browser = browser_of(alice)
    subscription = buy(alice.organization, now=now)
    credit(give_invoice(subscription))
    with CaptureQueriesContext(connection) as few:
        browser.get("/billing/invoices/")

    for number in range(2, 11):
        credit(give_invoice(subscription, number=f"N-{number}"), number=number)
    with CaptureQueriesContext(connection) as many:
        browser.get("/billing/invoices/")

    assert len(many) == len(few)
