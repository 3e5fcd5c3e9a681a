"""Money given back at Stripe; it must not know on whose word."""

from typing import Any

import stripe

from billing.gateway.client import call, client

MADE_BY = "refund_request"
"""The metadata that names the row of ours, in refunds and in credit notes."""


def create(stripe_charge_id: str, *, amount_minor: int, reason: str, request_uuid: str, key: str) -> stripe.Refund:
    """Give back a part of a charge (`ch_…`), in minor units. Safe to repeat with the key below 23 h of system time.

    `reason` is one that Stripe takes. Raises StripeRefused with Stripe's code in `details` (charge_already_refunded,
    charge_disputed …), StripeUnreachable (outcome unknown).
    """
    return call(
        client().v1.refunds.create,
        key=key,
        charge=stripe_charge_id,
        amount=amount_minor,
        reason=reason,
        metadata={MADE_BY: request_uuid},
    )


def find(stripe_charge_id: str, *, request_uuid: str) -> str:
    """The id (`re_…`) of the refund that this request of ours made of the charge, or an empty string."""
    page = call(client().v1.refunds.list, charge=stripe_charge_id, limit=100)
    return _made_by(page, request_uuid)


def _made_by(page: Any, request_uuid: str) -> str:
    found = (item for item in page.auto_paging_iter() if (item["metadata"] or {}).get(MADE_BY) == request_uuid)
    return next((str(item["id"]) for item in found), "")
