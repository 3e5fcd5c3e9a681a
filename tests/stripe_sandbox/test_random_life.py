"""Whatever happens to a subscription, in whatever order: invoices and balance add up, and its events tell all."""

from typing import Any

import stripe
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.stripe_sandbox.driver import Driver
from tests.stripe_sandbox.money import balance_minor, entries

WAYS = ("create_prorations", "always_invoice", "none")
ACTS = st.one_of(
    st.tuples(st.just("reprice"), st.sampled_from(WAYS), st.integers(100, 9000)),
    st.tuples(st.just("seats"), st.sampled_from(WAYS), st.integers(1, 20)),
    st.tuples(st.just("wait"), st.just(""), st.integers(1, 40)),
    st.tuples(st.just("refund"), st.just(""), st.integers(1, 3000)),
    st.tuples(st.just("dispute"), st.sampled_from(["winning_evidence", "losing_evidence"]), st.just(0)),
    st.tuples(st.just("credit"), st.sampled_from(["refund_amount", "credit_amount"]), st.integers(1, 2000)),
    st.tuples(st.just("discount"), st.sampled_from(["once", "forever", ""]), st.integers(1, 100)),
    st.tuples(st.just("pause"), st.sampled_from(["keep_as_draft", "mark_uncollectible", "void", ""]), st.just(0)),
    st.tuples(st.just("leave"), st.sampled_from(["true", "false"]), st.just(0)),
    st.tuples(st.just("decline"), st.just("insufficient_funds"), st.integers(1, 2)),
    st.tuples(st.just("pay"), st.just(""), st.just(0)),
)


def act(driver: Driver, made: Any, what: str, how: str, number: int) -> None:
    """One thing that somebody does, or that time brings. Raises what the SDK raises for a refusal."""
    sdk = driver.sdk()
    newest = sdk.invoices.list({"subscription": made.id, "limit": 1}).data[0]
    item = made["items"].data[0].id
    match what:
        case "reprice":
            items = [{"id": item, "price": driver.price(number).id}]
            sdk.subscriptions.update(made.id, {"items": items, "proration_behavior": how})
        case "seats":
            items = [{"id": item, "quantity": number}]
            sdk.subscriptions.update(made.id, {"items": items, "proration_behavior": how})
        case "wait":
            driver.advance(f"P{number}D")
        case "refund":
            sdk.refunds.create({"charge": paid_charges(driver)[0].id, "amount": number})
        case "dispute":
            opened = driver.control("POST", "disputes", {"charge": paid_charges(driver)[0].id})
            if opened.status == 200:
                sdk.disputes.update(opened.body["id"], {"evidence": {"uncategorized_text": how}})
        case "credit":
            sdk.credit_notes.create({"invoice": newest.id, "amount": number, how: number})
        case "discount":
            coupon = sdk.coupons.create({"percent_off": number, "duration": how or "once"})
            sdk.subscriptions.update(made.id, {"discounts": [{"coupon": coupon.id}] if how else ""})
        case "pause":
            sdk.subscriptions.update(made.id, {"pause_collection": {"behavior": how} if how else ""})
        case "leave":
            sdk.subscriptions.update(made.id, {"cancel_at_period_end": how == "true"})
        case "decline":
            driver.control("POST", "decline-next", {"customer": made.customer, "code": how, "times": number})
        case _:
            sdk.invoices.pay(newest.id)


def paid_charges(driver: Driver) -> list[Any]:
    return [charge for charge in driver.sdk().charges.list({"limit": 100}).data if charge.paid]


def check_invoice(invoice: Any) -> None:
    lowered = sum(each.amount for each in invoice.total_discount_amounts or [])
    taxes = sum(each.amount for each in invoice.total_taxes or [] if each.tax_behavior == "exclusive")
    assert invoice.total == sum(line.amount for line in invoice.lines.data) - lowered + taxes, invoice.id
    assert invoice.amount_due == invoice.amount_paid + invoice.amount_remaining, invoice.id
    assert (invoice.status == "paid") <= (invoice.amount_remaining == 0), invoice.id


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=st.lists(ACTS, min_size=3, max_size=9))
def test_everything_adds_up_whatever_happens(driver: Driver, acts: list[tuple[str, str, int]]) -> None:
    driver.sandbox.reset()
    driver.sandbox.courier.pause()
    made = driver.subscribe(driver.customer(), driver.price(2500))

    for one in acts:
        before = driver.sandbox.recent_events(limit=1)
        try:
            act(driver, made, *one)
        except stripe.InvalidRequestError:
            assert driver.sandbox.recent_events(limit=1) == before, one
        except stripe.CardError:
            pass  # A declined charge leaves its traces.
    driver.advance("PT2H")

    for invoice in driver.sdk().invoices.list({"limit": 100}).data:
        check_invoice(invoice)
    charges = paid_charges(driver)
    for charge in charges:
        gone = [each for each in driver.sdk().refunds.list({"charge": charge.id}).data if each.status == "succeeded"]
        assert charge.amount_refunded == sum(each.amount for each in gone) <= charge.amount_captured
    assert balance_minor(driver) == sum(entry.net for entry in entries(driver))
    ended = driver.sdk().subscriptions.retrieve(made.id)
    told = [each for each in driver.sandbox.recent_events(limit=1000) if each["data"]["object"].get("id") == made.id]
    assert told[0]["data"]["object"]["status"] == ended.status
