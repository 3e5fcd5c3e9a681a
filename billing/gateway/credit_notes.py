"""Credit notes at Stripe for money that went back by a refund of ours."""

from typing import Any

import stripe

from billing.gateway.client import call, client
from billing.gateway.refunds import MADE_BY


def link_refund(
    stripe_invoice_id: str,
    stripe_refund_id: str,
    *,
    amount_minor: int,
    lines: list[tuple[str, int]],
    reason: str,
    request_uuid: str,
    key: str,
) -> stripe.CreditNote:
    """Write a credit note about a refund that was made (`re_…`); Stripe sends no mail and moves no money for it.

    `lines` name lines of the invoice (`il_…`) and how much is taken of each, in minor units; without any the note
    takes the plain amount, tax included. Safe to repeat with the key below 23 h of system time. Raises StripeRefused,
    StripeUnreachable (outcome unknown).
    """
    what: dict[str, Any] = {"amount": amount_minor}
    if lines:
        what = {
            "lines": [
                {"type": "invoice_line_item", "invoice_line_item": line_id, "amount": taken_minor}
                for line_id, taken_minor in lines
            ]
        }
    return call(
        client().v1.credit_notes.create,
        key=key,
        invoice=stripe_invoice_id,
        refunds=[{"type": "refund", "refund": stripe_refund_id, "amount_refunded": amount_minor}],
        email_type="none",
        reason=reason,
        metadata={MADE_BY: request_uuid},
        **what,
    )


def find(stripe_invoice_id: str, *, request_uuid: str) -> str:
    """The id (`cn_…`) of the credit note that this request of ours made, or an empty string."""
    page = call(client().v1.credit_notes.list, invoice=stripe_invoice_id, limit=100)
    found = (note for note in page.auto_paging_iter() if (note["metadata"] or {}).get(MADE_BY) == request_uuid)
    return next((str(note["id"]) for note in found), "")
