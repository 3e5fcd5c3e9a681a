"""Fetches one object with everything that the mirror reads of it; it must not store anything."""

from collections.abc import Callable
from typing import Any

import stripe

from billing.gateway.client import call, client
from billing.terms import ObjectKind

_EXPANDED: dict[ObjectKind, list[str]] = {
    ObjectKind.CUSTOMER: ["sources", "tax_ids", "discount.source.coupon", "discount.promotion_code"],
    ObjectKind.PAYMENT_METHOD: [],
    ObjectKind.SUBSCRIPTION: ["latest_invoice", "discounts.source.coupon", "discounts.promotion_code"],
    ObjectKind.INVOICE: ["payments", "discounts", "lines.data.discounts"],
    ObjectKind.CHARGE: ["balance_transaction"],
    ObjectKind.REFUND: ["balance_transaction", "failure_balance_transaction"],
    ObjectKind.DISPUTE: [],
    ObjectKind.EARLY_FRAUD_WARNING: [],
    ObjectKind.CREDIT_NOTE: [],
    ObjectKind.INVOICE_PAYMENT: [],
    ObjectKind.SUBSCRIPTION_SCHEDULE: [],
    ObjectKind.CHECKOUT_SESSION: ["line_items"],
    ObjectKind.PAYMENT_INTENT: [],
    ObjectKind.SETUP_INTENT: [],
    ObjectKind.PRODUCT: [],
    ObjectKind.PRICE: ["currency_options", "tiers"],
}


def fetch(kind: ObjectKind, stripe_id: str) -> stripe.StripeObject:
    """The object as Stripe has it now. Raises StripeObjectMissing (404), StripeUnreachable, StripeKeyRefused."""
    expand = _EXPANDED[kind]
    params: dict[str, Any] = {"expand": expand} if expand else {}
    return call(_retrievers()[kind], stripe_id, **params)


def _retrievers() -> dict[ObjectKind, Callable[..., Any]]:
    v1 = client().v1
    return {
        ObjectKind.CUSTOMER: v1.customers.retrieve,
        ObjectKind.PAYMENT_METHOD: v1.payment_methods.retrieve,
        ObjectKind.SUBSCRIPTION: v1.subscriptions.retrieve,
        ObjectKind.INVOICE: v1.invoices.retrieve,
        ObjectKind.CHARGE: v1.charges.retrieve,
        ObjectKind.REFUND: v1.refunds.retrieve,
        ObjectKind.DISPUTE: v1.disputes.retrieve,
        ObjectKind.EARLY_FRAUD_WARNING: v1.radar.early_fraud_warnings.retrieve,
        ObjectKind.CREDIT_NOTE: v1.credit_notes.retrieve,
        ObjectKind.INVOICE_PAYMENT: v1.invoice_payments.retrieve,
        ObjectKind.SUBSCRIPTION_SCHEDULE: v1.subscription_schedules.retrieve,
        ObjectKind.CHECKOUT_SESSION: v1.checkout.sessions.retrieve,
        ObjectKind.PAYMENT_INTENT: v1.payment_intents.retrieve,
        ObjectKind.SETUP_INTENT: v1.setup_intents.retrieve,
        ObjectKind.PRODUCT: v1.products.retrieve,
        ObjectKind.PRICE: v1.prices.retrieve,
    }


def list_charges(payment_intent_id: str) -> list[stripe.StripeObject]:
    """Every try of one PaymentIntent (`pi_…`), the newest first."""
    page = call(client().v1.charges.list, payment_intent=payment_intent_id, limit=100)
    return list(page.auto_paging_iter())


def list_refunds(stripe_charge_id: str) -> list[stripe.StripeObject]:
    """Every refund of one charge (`ch_…`), the newest first."""
    page = call(client().v1.refunds.list, charge=stripe_charge_id, limit=100)
    return list(page.auto_paging_iter())


def list_disputes(stripe_charge_id: str) -> list[stripe.StripeObject]:
    """Every dispute and inquiry about one charge (`ch_…`), the newest first."""
    page = call(client().v1.disputes.list, charge=stripe_charge_id, limit=100)
    return list(page.auto_paging_iter())


def list_credit_notes(stripe_invoice_id: str) -> list[stripe.StripeObject]:
    """Every credit note of one invoice (`in_…`), the newest first."""
    page = call(client().v1.credit_notes.list, invoice=stripe_invoice_id, limit=100)
    return list(page.auto_paging_iter())


def list_payment_methods(stripe_customer_id: str) -> list[stripe.StripeObject]:
    """Every payment method of one customer (`cus_…`), of whatever type."""
    page = call(client().v1.customers.payment_methods.list, stripe_customer_id, limit=100)
    return list(page.auto_paging_iter())


def invoice_id_of(payment_intent_id: str) -> str:
    """The invoice that a PaymentIntent pays (`in_…`), or an empty string. A charge names it no longer."""
    page = call(
        client().v1.invoice_payments.list,
        payment={"type": "payment_intent", "payment_intent": payment_intent_id},
        limit=1,
    )
    return str(page["data"][0]["invoice"]) if page["data"] else ""


def list_subscription_invoices(stripe_subscription_id: str) -> list[stripe.StripeObject]:
    """The latest invoices of one subscription (`sub_…`), the newest first: those of two years at most."""
    page = call(client().v1.invoices.list, subscription=stripe_subscription_id, limit=24)
    return list(page["data"])


def list_live_subscriptions(stripe_customer_id: str) -> list[stripe.StripeObject]:
    """The customer's subscriptions as Stripe has them now, of every status but canceled."""
    page = call(client().v1.subscriptions.list, customer=stripe_customer_id, limit=100)
    return list(page.auto_paging_iter())
