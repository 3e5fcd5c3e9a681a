"""Decides what is asked of Stripe and of the sandbox alike; a flow knows neither which of the two it speaks to.

Each flow takes a stage to make its objects on, and raises AssertionError where an answer is not what our
specification says.
"""

import uuid
from collections.abc import Callable

import stripe

from tests.live_contract.stage import DAY, Stage, same
from tests.live_contract.stories import STORIES


def subscribing_pays_the_first_invoice(stage: Stage) -> None:
    """S1, T1, G11: active at once, the invoice paid in the call."""
    subscription = stage.subscribe(stage.customer(), expand=["latest_invoice"])

    invoice = subscription.latest_invoice
    same(subscription.status, "active", what="status")
    same((invoice.status, invoice.total, invoice.attempt_count), ("paid", 2500, 1), what="first invoice")
    same(invoice.billing_reason, "subscription_create", what="billing_reason")


def a_declining_card_cannot_be_attached(stage: Stage) -> None:
    """M4, G6."""
    customer = stage.customer(None)
    try:
        stage.sdk.payment_methods.attach("pm_card_chargeDeclined", {"customer": customer.id})
    except stripe.CardError as error:
        same((error.http_status, error.code), (402, "card_declined"), what="refusal")
    else:
        raise AssertionError("the card was attached")


def a_trial_begins_without_a_card(stage: Stage) -> None:
    """S7: trialing, with a paid invoice of nothing."""
    subscription = stage.subscribe(stage.customer(None), trial_period_days=7, expand=["latest_invoice"])

    same(subscription.status, "trialing", what="status")
    same((subscription.latest_invoice.status, subscription.latest_invoice.total), ("paid", 0), what="invoice")


def a_key_replays_its_first_answer(stage: Stage) -> None:
    """I1, I2."""
    options = {"idempotency_key": str(uuid.uuid4())}
    first = stage.sdk.customers.create({"name": "A", "test_clock": stage.clock.id}, options)
    again = stage.sdk.customers.create({"name": "A", "test_clock": stage.clock.id}, options)

    same(again.id, first.id, what="replayed id")
    try:
        stage.sdk.customers.create({"name": "B", "test_clock": stage.clock.id}, options)
    except stripe.IdempotencyError as error:
        same(error.http_status, 400, what="status for changed parameters")
    else:
        raise AssertionError("changed parameters were accepted")


def a_renewal_is_billed_after_an_hour(stage: Stage) -> None:
    """T3, T4: the period moves at once; the invoice is a draft, then paid."""
    subscription = stage.subscribe(stage.customer())
    end = subscription["items"].data[0].current_period_end
    stage.advance(end - stage.clock.frozen_time + 60)
    draft = stage.sdk.invoices.list({"subscription": subscription.id}).data[0]
    stage.advance(4 * DAY)

    same(draft.billing_reason, "subscription_cycle", what="billing_reason")
    same(stage.sdk.invoices.retrieve(draft.id).status, "paid", what="renewal invoice")
    same(stage.sdk.subscriptions.retrieve(subscription.id).status, "active", what="status")


def a_failing_renewal_is_past_due(stage: Stage) -> None:
    """S14, M12, assumed: what this card does off session."""
    customer = stage.customer()
    subscription = stage.subscribe(customer)
    method = stage.sdk.payment_methods.attach("pm_card_chargeCustomerFail", {"customer": customer.id})
    stage.sdk.customers.update(customer.id, {"invoice_settings": {"default_payment_method": method.id}})
    stage.advance(35 * DAY)

    same(stage.sdk.subscriptions.retrieve(subscription.id).status, "past_due", what="status")


def cancelling_at_the_end_can_be_undone(stage: Stage) -> None:
    """S19, S20, G30."""
    subscription = stage.subscribe(stage.customer())
    ending = stage.sdk.subscriptions.update(subscription.id, {"cancel_at_period_end": True})
    going_on = stage.sdk.subscriptions.update(subscription.id, {"cancel_at_period_end": False})

    same(ending.cancel_at, ending["items"].data[0].current_period_end, what="cancel_at")
    same((going_on.cancel_at, going_on.canceled_at), (None, None), what="after undoing")


FLOWS: tuple[Callable[[Stage], None], ...] = (
    subscribing_pays_the_first_invoice,
    a_declining_card_cannot_be_attached,
    a_trial_begins_without_a_card,
    a_key_replays_its_first_answer,
    a_renewal_is_billed_after_an_hour,
    a_failing_renewal_is_past_due,
    cancelling_at_the_end_can_be_undone,
    *STORIES,
)
