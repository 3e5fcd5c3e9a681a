"""Decides which events a customer's programs are told of a transition; it must not know to whom they go."""

from billing.terms import ChargeStatus, InvoiceStatus, ObjectKind, SubscriptionStatus
from billing.terms.outgoing import OutgoingKind

_SUBSCRIPTION_STATUSES = {
    SubscriptionStatus.ACTIVE.value: OutgoingKind.SUBSCRIPTION_ACTIVE,
    SubscriptionStatus.PAST_DUE.value: OutgoingKind.SUBSCRIPTION_PAST_DUE,
    SubscriptionStatus.UNPAID.value: OutgoingKind.SUBSCRIPTION_UNPAID,
    SubscriptionStatus.PAUSED.value: OutgoingKind.SUBSCRIPTION_PAUSED,
    SubscriptionStatus.CANCELED.value: OutgoingKind.SUBSCRIPTION_CANCELED,
}
_INVOICE_STATUSES = {
    InvoiceStatus.OPEN.value: OutgoingKind.INVOICE_OPEN,
    InvoiceStatus.PAID.value: OutgoingKind.INVOICE_PAID,
    InvoiceStatus.VOID.value: OutgoingKind.INVOICE_VOID,
    InvoiceStatus.UNCOLLECTIBLE.value: OutgoingKind.INVOICE_UNCOLLECTIBLE,
}
_STATUS = "status"
_ASKS = "required"

FOLLOWED: tuple[tuple[ObjectKind, str], ...] = (
    *(
        (ObjectKind.SUBSCRIPTION, aspect)
        for aspect in (
            _STATUS,
            "price",
            "quantity",
            "trial_end",
            "cancellation",
            "collection",
            "discounts",
            "payment_method",
        )
    ),
    (ObjectKind.INVOICE, _STATUS),
    (ObjectKind.INVOICE, "authentication"),
    (ObjectKind.CHARGE, _STATUS),
    (ObjectKind.CUSTOMER, "payment_method"),
    (ObjectKind.PAYMENT_METHOD, "card"),
)
"""Kind and aspect of every transition that may be told; of others nothing that a program sees has changed."""


def kind_of(kind: str, *, aspect: str, from_state: str, to_state: str) -> OutgoingKind | None:
    """The one event that names this transition, or None: then at most the whole state has changed."""
    if kind == ObjectKind.SUBSCRIPTION:
        return _of_subscription(aspect, from_state=from_state, to_state=to_state)
    if kind == ObjectKind.INVOICE and aspect == _STATUS:
        return _INVOICE_STATUSES.get(to_state)
    if kind == ObjectKind.INVOICE and aspect == "authentication" and to_state == _ASKS:
        return OutgoingKind.INVOICE_ACTION_REQUIRED
    if kind == ObjectKind.CHARGE and to_state == ChargeStatus.FAILED:
        return OutgoingKind.INVOICE_PAYMENT_FAILED
    return None


def _of_subscription(aspect: str, *, from_state: str, to_state: str) -> OutgoingKind:
    if aspect != _STATUS:
        return OutgoingKind.SUBSCRIPTION_UPDATED
    if not from_state:
        return OutgoingKind.SUBSCRIPTION_CREATED
    return _SUBSCRIPTION_STATUSES.get(to_state, OutgoingKind.SUBSCRIPTION_UPDATED)
