"""Decides what is asked of the scripted year's turns: a trial's end, other prices, banks, money back, the end.

What a bank does comes some seconds later and is waited for. 3-D Secure is followed until the customer would act.
"""

import time
from collections.abc import Callable
from typing import Any

from tests.live_contract.stage import DAY, Stage, same

PATIENCE_SECONDS = 180


def eventually(look: Callable[[], Any], *, what: str) -> Any:
    """What the look finds once it finds something. Raises AssertionError when it never does."""
    ends_at = time.monotonic() + PATIENCE_SECONDS
    while not (found := look()):
        assert time.monotonic() < ends_at, f"{what}: waited {PATIENCE_SECONDS} seconds"
        time.sleep(1)
    return found


def a_trial_becomes_a_paid_subscription(stage: Stage) -> None:
    """S11, T7: the first paid period begins with the trial's end."""
    subscription = stage.subscribe(stage.customer(), trial_period_days=7)
    stage.advance(8 * DAY)

    found = stage.sdk.subscriptions.retrieve(subscription.id, {"expand": ["latest_invoice"]})
    same(found.status, "active", what="status")
    same((found.latest_invoice.status, found.latest_invoice.total), ("paid", 2500), what="first paid invoice")
    same(found["items"].data[0].current_period_start, subscription.trial_end, what="start of the period")


def an_upgrade_is_billed_at_once(stage: Stage) -> None:
    """T2, PR1: in the same second nothing is used up, so the difference is due."""
    subscription = stage.subscribe(stage.customer())
    change = {"items": [{"id": subscription["items"].data[0].id, "price": stage.new_price(6000).id}]}
    how = {"proration_behavior": "always_invoice", "expand": ["latest_invoice"]}
    invoice = stage.sdk.subscriptions.update(subscription.id, {**change, **how}).latest_invoice

    same((invoice.status, invoice.billing_reason), ("paid", "subscription_update"), what="invoice")
    same(sorted(line.amount for line in invoice.lines.data), [-2500, 6000], what="lines")


def a_downgrade_without_proration_counts_from_the_renewal(stage: Stage) -> None:
    """PR3: nothing moves before the period's end."""
    subscription = stage.subscribe(stage.customer())
    change = {"items": [{"id": subscription["items"].data[0].id, "price": stage.new_price(1000).id}]}
    stage.sdk.subscriptions.update(subscription.id, {**change, "proration_behavior": "none"})
    stage.advance(35 * DAY)

    totals = [each.total for each in stage.sdk.invoices.list({"subscription": subscription.id}).data]
    same(totals, [1000, 2500], what="totals, newest first")


def a_paid_invoice_mends_a_failed_renewal(stage: Stage) -> None:
    """S15, N4: another card pays, and the subscription is active again."""
    customer = stage.customer()
    subscription = stage.subscribe(customer)
    stage.use_card(customer, "pm_card_chargeCustomerFail")
    stage.advance(35 * DAY)
    same(stage.sdk.subscriptions.retrieve(subscription.id).status, "past_due", what="after the renewal")
    stage.use_card(customer, "pm_card_visa")
    [newest] = stage.sdk.invoices.list({"subscription": subscription.id, "limit": 1}).data
    paid = stage.sdk.invoices.pay(newest.id)

    same((paid.status, paid.amount_remaining), ("paid", 0), what="invoice")
    same(stage.sdk.subscriptions.retrieve(subscription.id).status, "active", what="after the payment")


def a_bank_that_asks_leaves_the_start_incomplete(stage: Stage) -> None:
    """S4: the first payment waits for the customer."""
    customer = stage.customer("pm_card_authenticationRequired")
    subscription = stage.subscribe(customer, expand=["latest_invoice.payments.data.payment.payment_intent"])
    intent = subscription.latest_invoice.payments.data[0].payment.payment_intent

    same((subscription.status, subscription.latest_invoice.status), ("incomplete", "open"), what="start")
    same(intent.status, "requires_action", what="payment")


def a_part_is_refunded(stage: Stage) -> None:
    """R1, R2: partial refunds add up; more than the rest is refused."""
    intent = stage.pay("pm_card_visa")
    refund = stage.sdk.refunds.create({"payment_intent": intent.id, "amount": 700})
    charge = stage.sdk.charges.retrieve(intent.latest_charge)

    same(refund.status, "succeeded", what="refund")
    same((charge.amount_refunded, charge.refunded), (700, False), what="charge")


def evidence_wins_a_dispute(stage: Stage) -> None:
    """DS1, DS6, assumed: the words that decide."""
    same(_disputed(stage, "winning_evidence"), "won", what="dispute")


def evidence_loses_a_dispute(stage: Stage) -> None:
    """DS6, assumed: the words that decide."""
    same(_disputed(stage, "losing_evidence"), "lost", what="dispute")


def _disputed(stage: Stage, words: str) -> str:
    disputes = stage.sdk.disputes
    asked = {"payment_intent": stage.pay("pm_card_createDispute").id}
    [opened] = eventually(lambda: disputes.list(asked).data, what="the dispute")
    same((opened.status, opened.amount), ("needs_response", 4200), what="opened dispute")
    disputes.update(opened.id, {"evidence": {"uncategorized_text": words}})

    def verdict() -> str:
        status = str(disputes.retrieve(opened.id).status)
        return status if status in {"won", "lost"} else ""

    return str(eventually(verdict, what="the verdict"))


def a_planned_end_comes(stage: Stage) -> None:
    """S23: cancelled at the period's end, without another invoice."""
    subscription = stage.subscribe(stage.customer(), cancel_at_period_end=True)
    stage.advance(35 * DAY)

    found = stage.sdk.subscriptions.retrieve(subscription.id)
    same((found.status, found.ended_at), ("canceled", subscription.cancel_at), what="end")
    same(len(stage.sdk.invoices.list({"subscription": subscription.id}).data), 1, what="invoices")


STORIES: tuple[Callable[[Stage], None], ...] = (
    a_trial_becomes_a_paid_subscription,
    an_upgrade_is_billed_at_once,
    a_downgrade_without_proration_counts_from_the_renewal,
    a_paid_invoice_mends_a_failed_renewal,
    a_bank_that_asks_leaves_the_start_incomplete,
    a_part_is_refunded,
    evidence_wins_a_dispute,
    evidence_loses_a_dispute,
    a_planned_end_comes,
)
