"""Which objects each event type leads to: the event's own object first, and only ids that stand in the payload."""

from contextlib import suppress
from typing import Any

import pytest

from tests.webhooks.deliveries import event_body
from webhooks import registry
from webhooks.handlers.payload import IdMissing

INVOICE_NOW = {"id": "in_1", "parent": {"subscription_details": {"subscription": "sub_1"}}}
INVOICE_BEFORE_BASIL = {"id": "in_1", "subscription": "sub_1"}
INVOICE_WITHOUT_SUBSCRIPTION = {"id": "in_1", "parent": None}
SESSION = {"id": "cs_1", "customer": "cus_1", "subscription": "sub_1", "invoice": "in_1", "setup_intent": None}

CASES: list[tuple[str, dict[str, Any], list[str]]] = [
    ("customer.created", {"id": "cus_1"}, ["cus_1"]),
    ("customer.deleted", {"id": "cus_1"}, ["cus_1"]),
    ("customer.tax_id.created", {"id": "txi_1", "customer": "cus_1"}, ["cus_1"]),
    ("customer.discount.created", {"id": "di_1", "customer": "cus_1", "subscription": "sub_1"}, ["cus_1", "sub_1"]),
    ("customer.discount.deleted", {"id": "di_1", "customer": "cus_1", "subscription": None}, ["cus_1"]),
    ("customer.subscription.created", {"id": "sub_1", "customer": "cus_1", "latest_invoice": "in_1"}, ["sub_1"]),
    ("customer.subscription.trial_will_end", {"id": "sub_1"}, ["sub_1"]),
    ("invoice.finalized", INVOICE_NOW, ["in_1"]),
    ("invoice.paid", INVOICE_NOW, ["in_1", "sub_1"]),
    ("invoice.payment_failed", INVOICE_BEFORE_BASIL, ["in_1", "sub_1"]),
    ("invoice.payment_action_required", INVOICE_WITHOUT_SUBSCRIPTION, ["in_1"]),
    (
        "invoice.paid",
        INVOICE_NOW | {"parent": {"subscription_details": {"subscription": {"id": "sub_2"}}}},
        ["in_1", "sub_2"],
    ),
    ("invoice.upcoming", INVOICE_NOW | {"id": None}, ["sub_1"]),
    ("invoice.upcoming", {"parent": None}, []),
    ("invoice_payment.paid", {"id": "inpay_1", "invoice": "in_1"}, ["inpay_1", "in_1"]),
    ("charge.failed", {"id": "ch_1", "payment_intent": "pi_1"}, ["ch_1"]),
    ("charge.succeeded", {"id": "ch_1", "invoice": "in_1"}, ["ch_1", "in_1"]),
    ("charge.refunded", {"id": "ch_1"}, ["ch_1"]),
    ("refund.created", {"id": "re_1", "charge": "ch_1"}, ["re_1", "ch_1"]),
    ("refund.failed", {"id": "re_1", "charge": None}, ["re_1"]),
    ("charge.refund.updated", {"id": "re_1", "charge": "ch_1"}, ["re_1", "ch_1"]),
    ("charge.dispute.funds_withdrawn", {"id": "dp_1", "charge": "ch_1"}, ["dp_1", "ch_1"]),
    ("radar.early_fraud_warning.created", {"id": "issfr_1", "charge": "ch_1"}, ["issfr_1", "ch_1"]),
    ("credit_note.voided", {"id": "cn_1", "invoice": "in_1"}, ["cn_1", "in_1"]),
    (
        "subscription_schedule.released",
        {"id": "sub_sched_1", "subscription": None, "released_subscription": "sub_1"},
        ["sub_sched_1", "sub_1"],
    ),
    ("subscription_schedule.created", {"id": "sub_sched_1", "subscription": None}, ["sub_sched_1"]),
    ("payment_method.attached", {"id": "pm_1", "customer": "cus_1"}, ["pm_1", "cus_1"]),
    ("payment_method.automatically_updated", {"id": "pm_1", "customer": "cus_1"}, ["pm_1"]),
    ("checkout.session.completed", SESSION, ["cs_1", "cus_1", "sub_1", "in_1"]),
    ("checkout.session.completed", {"id": "cs_1", "customer": None}, ["cs_1"]),
    ("checkout.session.expired", SESSION, ["cs_1"]),
    ("product.updated", {"id": "prod_1"}, ["prod_1"]),
    ("price.deleted", {"id": "price_1", "product": "prod_1"}, ["price_1"]),
]


@pytest.mark.parametrize(("event_type", "obj", "expected"), CASES)
def test_an_event_leads_to_the_objects_that_it_names(
    event_type: str, obj: dict[str, Any], expected: list[str]
) -> None:
    refs = registry.objects_of(event_type, body=event_body(event_type=event_type, obj=obj))

    assert [ref.stripe_id for ref in refs] == expected


def test_a_detached_card_leads_to_the_customer_that_it_was_taken_from() -> None:
    data = {"object": {"id": "pm_1", "customer": None}, "previous_attributes": {"customer": "cus_1"}}

    refs = registry.objects_of("payment_method.detached", body=event_body(data=data))

    assert [ref.stripe_id for ref in refs] == ["pm_1", "cus_1"]


def test_the_kinds_of_the_objects_are_right() -> None:
    refs = registry.objects_of("checkout.session.completed", body=event_body(obj=SESSION))

    assert [ref.kind for ref in refs] == ["checkout.session", "customer", "subscription", "invoice"]


@pytest.mark.parametrize("bad_id", [None, "", 7, "cus_\x00", "x" * 256, ["cus_1"]])
def test_an_id_that_could_not_be_stored_is_never_passed_on(bad_id: Any) -> None:
    body = event_body(obj={"id": bad_id, "customer": bad_id, "invoice": bad_id, "charge": bad_id})
    passed_on = []

    for event_type in registry.event_types():
        with suppress(IdMissing):
            passed_on += registry.objects_of(event_type, body=body)

    assert passed_on == []
