"""Stripe's lists of everything of one kind, a page at a time; it must not judge what is on them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from billing.gateway.client import call, client
from billing.terms import ObjectKind

PAGE_SIZE = 100

_MORE: dict[ObjectKind, dict[str, Any]] = {
    # Without it the list leaves out what has ended (https://docs.stripe.com/api/subscriptions/list, read 2026-11-21).
    ObjectKind.SUBSCRIPTION: {"status": "all", "expand": ["data.discounts"]},
}


@dataclass(frozen=True, slots=True)
class Page:
    """Objects of a list, the newest first, and whether there are older ones."""

    objects: list[Any]
    has_more: bool


def page_of(kind: ObjectKind, *, after_id: str = "") -> Page:
    """One call: the newest objects of this kind, or those behind `after_id`, at most 100.

    Deleted customers and objects on test clocks are on no list. Raises StripeUnreachable, StripeRateLimited,
    StripeKeyRefused; safe to repeat.
    """
    behind = {"starting_after": after_id} if after_id else {}
    page = call(_listers()[kind], limit=PAGE_SIZE, **behind, **_MORE.get(kind, {}))
    return Page(list(page["data"]), bool(page["has_more"]))


def _listers() -> dict[ObjectKind, Callable[..., Any]]:
    v1 = client().v1
    return {
        ObjectKind.CUSTOMER: v1.customers.list,
        ObjectKind.SUBSCRIPTION: v1.subscriptions.list,
        ObjectKind.SUBSCRIPTION_SCHEDULE: v1.subscription_schedules.list,
        ObjectKind.INVOICE: v1.invoices.list,
        ObjectKind.CHARGE: v1.charges.list,
        ObjectKind.INVOICE_PAYMENT: v1.invoice_payments.list,
        ObjectKind.REFUND: v1.refunds.list,
        ObjectKind.DISPUTE: v1.disputes.list,
        ObjectKind.EARLY_FRAUD_WARNING: v1.radar.early_fraud_warnings.list,
        ObjectKind.CREDIT_NOTE: v1.credit_notes.list,
    }
