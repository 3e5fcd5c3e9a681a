"""Where an object of Stripe's is found: our own page of it, and Stripe's."""

from django.db.models import Model
from django.utils.safestring import SafeString

from billing.admin.shown import link_to
from billing.models import (
    ChargeAttempt,
    CheckoutIntent,
    CreditNote,
    Customer,
    Dispute,
    EarlyFraudWarning,
    Invoice,
    InvoicePayment,
    Price,
    Refund,
    Subscription,
    SubscriptionSchedule,
)
from billing.terms import ObjectKind

# The model of each kind that has a page, and the field that holds Stripe's id.
PAGES: dict[str, tuple[type[Model], str]] = {
    ObjectKind.CUSTOMER.value: (Customer, "stripe_customer_id"),
    ObjectKind.SUBSCRIPTION.value: (Subscription, "stripe_subscription_id"),
    ObjectKind.INVOICE.value: (Invoice, "stripe_invoice_id"),
    ObjectKind.CHARGE.value: (ChargeAttempt, "stripe_charge_id"),
    ObjectKind.REFUND.value: (Refund, "stripe_refund_id"),
    ObjectKind.DISPUTE.value: (Dispute, "stripe_dispute_id"),
    ObjectKind.EARLY_FRAUD_WARNING.value: (EarlyFraudWarning, "stripe_early_fraud_warning_id"),
    ObjectKind.CREDIT_NOTE.value: (CreditNote, "stripe_credit_note_id"),
    ObjectKind.INVOICE_PAYMENT.value: (InvoicePayment, "stripe_invoice_payment_id"),
    ObjectKind.SUBSCRIPTION_SCHEDULE.value: (SubscriptionSchedule, "stripe_schedule_id"),
    ObjectKind.CHECKOUT_SESSION.value: (CheckoutIntent, "stripe_session_id"),
    ObjectKind.PRICE.value: (Price, "stripe_price_id"),
}

_DASHBOARD = "https://dashboard.stripe.com"
# Stripe's dashboard has no page of its own for the others.
_DASHBOARD_FOLDERS = {
    "event": "events",
    ObjectKind.CUSTOMER.value: "customers",
    ObjectKind.SUBSCRIPTION.value: "subscriptions",
    ObjectKind.INVOICE.value: "invoices",
    ObjectKind.CHARGE.value: "payments",
    ObjectKind.PAYMENT_INTENT.value: "payments",
    ObjectKind.DISPUTE.value: "disputes",
    ObjectKind.SUBSCRIPTION_SCHEDULE.value: "subscription_schedules",
    ObjectKind.PRODUCT.value: "products",
    ObjectKind.PRICE.value: "prices",
}


def list_of(kind: str) -> str:
    """The list `app_model` in which a kind's ids are searched; empty where we keep no row of it."""
    if kind not in PAGES:
        return ""
    meta = PAGES[kind][0]._meta
    return f"{meta.app_label}_{meta.model_name}"


def page_of(kind: str, stripe_id: str) -> SafeString | str | None:
    """Our row of the object, linked to its page; None where we have none."""
    if kind not in PAGES:
        return None
    model, field = PAGES[kind]
    row = model._default_manager.filter(**{field: stripe_id}).order_by("pk").first()
    return link_to(row) if row else None


def dashboard_url(kind: str, stripe_id: str, *, is_live: bool) -> str:
    """The object's page in Stripe's dashboard; empty where it has none."""
    folder = _DASHBOARD_FOLDERS.get(kind)
    mode = "" if is_live else "/test"
    return f"{_DASHBOARD}{mode}/{folder}/{stripe_id}" if folder else ""
