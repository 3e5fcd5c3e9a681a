"""Lines of a draft: added, changed and removed one by one or together; lists of lines and of invoices."""

from typing import Any

import pytest
import stripe

from tests.stripe_sandbox.deals import coupon
from tests.stripe_sandbox.driver import Driver

DAY_SECONDS = 86400


def draft_with(driver: Driver, *amounts: int, **params: Any) -> Any:
    """A draft of a new customer with one line for each amount."""
    draft = driver.sdk().invoices.create({"customer": driver.customer().id, "currency": "usd", **params})
    lines = [{"amount": amount, "description": f"Work {amount}"} for amount in amounts]
    return driver.sdk().invoices.add_lines(draft.id, {"lines": lines})


def test_added_lines_are_invoice_items_and_count(driver: Driver) -> None:
    price = driver.sdk().prices.create({"product": driver.price().product, "currency": "usd", "unit_amount": 250})
    draft = draft_with(driver, 700)
    more = [{"pricing": {"price": price.id}, "quantity": 3, "metadata": {"job": "7"}}]

    after = driver.sdk().invoices.add_lines(draft.id, {"lines": more, "invoice_metadata": {"case": "1"}})

    assert [(line.amount, line.quantity) for line in after.lines.data] == [(700, 1), (750, 3)]
    assert (after.total, after.metadata["case"], after.lines.data[1].metadata["job"]) == (1450, "1", "7")
    items = driver.sdk().invoice_items.list({"invoice": draft.id}).data
    assert {item.id for item in items} == {line.parent.invoice_item_details.invoice_item for line in after.lines.data}
    assert driver.event_types()[-1] == "invoice.updated"


def test_waiting_item_can_be_added_once(driver: Driver) -> None:
    draft = draft_with(driver, 100)
    item = driver.sdk().invoice_items.create({"customer": draft.customer, "amount": 900, "currency": "usd"})
    lines = {"lines": [{"invoice_item": item.id, "description": "Late"}]}

    after = driver.sdk().invoices.add_lines(draft.id, lines)

    assert [(line.amount, line.description) for line in after.lines.data][1] == (900, "Late")
    assert driver.sdk().invoice_items.retrieve(item.id).invoice == draft.id
    with pytest.raises(stripe.InvalidRequestError) as caught:
        driver.sdk().invoices.add_lines(draft.id, lines)
    assert caught.value.param == "lines[0][invoice_item]"


def test_removed_lines_are_deleted_or_wait_again(driver: Driver) -> None:
    draft = draft_with(driver, 100, 200, 300)
    gone, kept, free = draft.lines.data
    removal = [{"id": gone.id, "behavior": "delete"}, {"id": free.id, "behavior": "unassign"}]

    after = driver.sdk().invoices.remove_lines(draft.id, {"lines": removal})

    assert ([line.id for line in after.lines.data], after.total) == ([kept.id], 200)
    waiting = driver.sdk().invoice_items.list({"customer": draft.customer, "pending": True}).data
    assert [item.amount for item in waiting] == [300]
    assert "invoiceitem.deleted" in driver.event_types()


def test_change_of_a_line_reaches_its_item_and_the_sums(driver: Driver) -> None:
    draft = draft_with(driver, 1000, 500)
    first, second = draft.lines.data
    half = coupon(driver, percent_off=50)

    driver.sdk().invoices.line_items.update(draft.id, first.id, {"amount": 2000, "description": "More work"})
    changes = [{"id": second.id, "discounts": [{"coupon": half.id}]}]
    after = driver.sdk().invoices.update_lines(draft.id, {"lines": changes})

    assert [(line.id, line.amount) for line in after.lines.data] == [(first.id, 2000), (second.id, 500)]
    assert after.total == 2250
    item = driver.sdk().invoice_items.retrieve(first.parent.invoice_item_details.invoice_item)
    assert (item.amount, item.description) == (2000, "More work")


def test_line_of_a_subscription_takes_terms_but_no_other_amount(driver: Driver) -> None:
    made = driver.subscribe(driver.customer(), driver.price(1000))
    driver.set_clock(made["items"].data[0].current_period_end + 60)
    renewal = driver.sdk().invoices.list({"subscription": made.id, "status": "draft"}).data[0]
    [line] = renewal.lines.data
    vat = driver.sdk().tax_rates.create({"display_name": "VAT", "percentage": 10, "inclusive": False})

    driver.sdk().invoices.line_items.update(renewal.id, line.id, {"tax_rates": [vat.id], "metadata": {"note": "x"}})

    after = driver.sdk().invoices.retrieve(renewal.id)
    assert (after.total, after.lines.data[0].metadata.to_dict()) == (1100, {"note": "x"})
    with pytest.raises(stripe.InvalidRequestError, match="amount"):
        driver.sdk().invoices.line_items.update(renewal.id, line.id, {"amount": 1})
    with pytest.raises(stripe.InvalidRequestError):
        driver.sdk().invoices.remove_lines(renewal.id, {"lines": [{"id": line.id, "behavior": "delete"}]})
    driver.sdk().invoices.line_items.update(renewal.id, line.id, {"tax_rates": ""})
    assert driver.sdk().invoices.retrieve(renewal.id).total == 1000


def test_lines_of_a_final_invoice_stay(driver: Driver) -> None:
    draft = draft_with(driver, 1000)
    driver.sdk().invoices.finalize_invoice(draft.id)
    name = draft.lines.data[0].id

    for call in (
        lambda: driver.sdk().invoices.add_lines(draft.id, {"lines": [{"amount": 1}]}),
        lambda: driver.sdk().invoices.remove_lines(draft.id, {"lines": [{"id": name, "behavior": "delete"}]}),
        lambda: driver.sdk().invoices.update_lines(draft.id, {"lines": [{"id": name, "amount": 1}]}),
        lambda: driver.sdk().invoices.line_items.update(draft.id, name, {"amount": 1}),
    ):
        with pytest.raises(stripe.InvalidRequestError) as caught:
            call()
        assert caught.value.code == "invoice_not_editable"


def test_lines_are_listed_page_by_page_both_ways(driver: Driver) -> None:
    draft = draft_with(driver, *range(100, 600, 100))
    lines = driver.sdk().invoices.line_items
    names = [line.id for line in draft.lines.data]

    first = lines.list(draft.id, {"limit": 2})
    last = lines.list(draft.id, {"limit": 2, "starting_after": names[2]})
    before = lines.list(draft.id, {"limit": 2, "ending_before": names[3]})

    assert ([line.id for line in first.data], first.has_more) == (names[:2], True)
    assert ([line.id for line in last.data], last.has_more) == (names[3:], False)
    assert ([line.id for line in before.data], before.has_more) == (names[1:3], True)
    with pytest.raises(stripe.InvalidRequestError) as caught:
        lines.list(draft.id, {"starting_after": "il_none"})
    assert caught.value.param == "starting_after"


def test_invoices_are_listed_by_due_date(driver: Driver) -> None:
    sent = [draft_with(driver, 1000, collection_method="send_invoice", days_until_due=days).id for days in (3, 10)]
    soon, late = (driver.sdk().invoices.finalize_invoice(name) for name in sent)
    draft_with(driver, 1000)

    within = driver.sdk().invoices.list({"due_date": {"lte": soon.due_date + DAY_SECONDS}}).data
    after = driver.sdk().invoices.list({"due_date": {"gt": soon.due_date}}).data

    assert [each.id for each in within] == [soon.id]
    assert [each.id for each in after] == [late.id]
    assert driver.sdk().invoices.list({"due_date": late.due_date}).data[0].id == late.id
