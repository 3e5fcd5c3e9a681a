"""Invoices at Stripe that a decision of ours reads or gives up."""

from typing import Any

import stripe

from billing.gateway.client import call, client
from billing.money import Money


def list_open(stripe_subscription_id: str) -> list[stripe.StripeObject]:
    """The open invoices of one subscription (`sub_…`) as Stripe has them now."""
    page = call(client().v1.invoices.list, subscription=stripe_subscription_id, status="open", limit=100)
    return list(page.auto_paging_iter())


def void(stripe_invoice_id: str, *, key: str) -> stripe.Invoice:
    """Give an open invoice (`in_…`) up. Raises StripeRefused for one that is paid or void already."""
    return call(client().v1.invoices.void_invoice, stripe_invoice_id, key=key)


def pay(stripe_invoice_id: str, *, key: str) -> stripe.Invoice:
    """Charge an open invoice (`in_…`) now. Raises CardDeclined, StripeRefused for one that is not open."""
    return call(client().v1.invoices.pay, stripe_invoice_id, key=key)


def collect(stripe_invoice_id: str, *, stripe_payment_method_id: str, key: str) -> stripe.Invoice:
    """Charge an open invoice (`in_…`) to a stored card (`pm_…`), its holder away. Safe to repeat with the key.

    Stripe keeps the first answer to a key, a decline, too, for 24 h at least (O15). Raises CardDeclined (with the
    decline code and the charge, if one was made), StripeRefused for an invoice that is not open any more or a payment
    that the holder has to confirm, StripeUnreachable (outcome unknown).
    """
    return call(
        client().v1.invoices.pay,
        stripe_invoice_id,
        key=key,
        payment_method=stripe_payment_method_id,
        off_session=True,
    )


def preview_unused(stripe_subscription_id: str) -> Money:
    """What Stripe would credit for the rest of the period if it ended now, with tax; zero for none."""
    preview = _preview(stripe_subscription_id, cancel_now=True, proration_behavior="create_prorations")
    return Money(max(0, -preview["total"]), preview["currency"])


def preview_period(stripe_subscription_id: str) -> Money:
    """What a whole period that begins now would charge, as `begin_period` of a subscription charges it."""
    preview = _preview(stripe_subscription_id, billing_cycle_anchor="now", proration_behavior="none")
    return Money(preview["amount_due"], preview["currency"])


def preview_resumption(stripe_subscription_id: str) -> Money:
    """What taking up a subscription whose status is `paused` would charge."""
    preview = _preview(stripe_subscription_id, resume_at="now", billing_cycle_anchor="now")
    return Money(preview["amount_due"], preview["currency"])


def _preview(stripe_subscription_id: str, **details: Any) -> Any:
    return call(
        client().v1.invoices.create_preview, subscription=stripe_subscription_id, subscription_details=details
    )
