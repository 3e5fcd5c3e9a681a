"""One row of each kind of Stripe's objects that is kept for staff, with an organization of its own."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db.models import Model

from billing.models import (
    CreditNote,
    Discount,
    Dispute,
    EarlyFraudWarning,
    InvoicePayment,
    Refund,
    StripeAccount,
    SubscriptionSchedule,
)
from tests.billing.factories import NOW
from tests.factories import OrganizationFactory


def mirrored(number: int) -> dict[str, Any]:
    return {"organization": OrganizationFactory(), "livemode": bool(number % 2), "fetched_at": NOW}


def refund(number: int) -> Refund:
    return Refund.objects.create(
        **mirrored(number),
        stripe_refund_id=f"re_{number:04}",
        stripe_charge_id=f"ch_{number:04}",
        status="failed",
        currency="eur",
        amount_minor=4800,
        reason="requested_by_customer",
        failure_reason="expired_or_canceled_card",
        created_at=NOW,
    )


def dispute(number: int) -> Dispute:
    return Dispute.objects.create(
        **mirrored(number),
        stripe_dispute_id=f"dp_{number:04}",
        stripe_charge_id=f"ch_{number:04}",
        status="needs_response",
        reason="fraudulent",
        network_reason_code="10.4",
        currency="eur",
        amount_minor=4800,
        evidence_due_at=NOW + timedelta(days=9),
        created_at=NOW,
    )


def early_fraud_warning(number: int) -> EarlyFraudWarning:
    return EarlyFraudWarning.objects.create(
        **mirrored(number),
        stripe_early_fraud_warning_id=f"issfr_{number:04}",
        stripe_charge_id=f"ch_{number:04}",
        fraud_type="made_with_stolen_card",
        is_actionable=bool(number % 2),
        created_at=NOW,
    )


def credit_note(number: int) -> CreditNote:
    return CreditNote.objects.create(
        **mirrored(number),
        stripe_credit_note_id=f"cn_{number:04}",
        stripe_customer_id=f"cus_{number:04}",
        stripe_invoice_id=f"in_{number:04}",
        number=f"OAK-0019-CN-{number:02}",
        type="post_payment",
        status="issued",
        reason="order_change",
        currency="eur",
        total_minor=1200,
        pdf_url="https://pay.example/cn.pdf",
        created_at=NOW,
    )


def invoice_payment(number: int) -> InvoicePayment:
    return InvoicePayment.objects.create(
        **mirrored(number),
        stripe_invoice_payment_id=f"inpay_{number:04}",
        stripe_invoice_id=f"in_{number:04}",
        stripe_payment_intent_id=f"pi_{number:04}",
        status="paid",
        currency="eur",
        amount_requested_minor=4800,
        amount_paid_minor=4800,
        created_at=NOW,
    )


def discount(number: int) -> Discount:
    return Discount.objects.create(
        **mirrored(number),
        stripe_discount_id=f"di_{number:04}",
        stripe_customer_id=f"cus_{number:04}",
        stripe_subscription_id=f"sub_{number:04}",
        stripe_coupon_id=f"AUTUMN{number}",
        is_removed=bool(number % 2),
        starts_at=NOW,
    )


def subscription_schedule(number: int) -> SubscriptionSchedule:
    return SubscriptionSchedule.objects.create(
        **mirrored(number),
        stripe_schedule_id=f"sub_sched_{number:04}",
        stripe_customer_id=f"cus_{number:04}",
        stripe_subscription_id=f"sub_{number:04}",
        status="active",
        end_behavior="release",
        current_phase_end=NOW + timedelta(days=23),
        next_stripe_price_id="price_1",
        next_quantity=3,
        created_at=NOW,
    )


def stripe_account(number: int) -> StripeAccount:
    row, _ = StripeAccount.objects.get_or_create(
        livemode=bool(number % 2),
        defaults={
            "stripe_account_id": f"acct_{number:04}",
            "paused_until": NOW,
            "pause_reason": "stripe_key_refused",
        },
    )
    return row


MIRRORED: dict[type[Model], tuple[Callable[[int], Any], Callable[[Any], str]]] = {
    CreditNote: (credit_note, lambda row: row.number),
    Discount: (discount, lambda row: row.stripe_coupon_id),
    Dispute: (dispute, lambda row: row.stripe_charge_id),
    EarlyFraudWarning: (early_fraud_warning, lambda row: row.stripe_charge_id),
    InvoicePayment: (invoice_payment, lambda row: row.stripe_invoice_id),
    Refund: (refund, lambda row: row.stripe_refund_id),
    StripeAccount: (stripe_account, lambda row: row.stripe_account_id),
    SubscriptionSchedule: (subscription_schedule, lambda row: row.stripe_schedule_id),
}
