"""The balance of customers at Stripe: what they have to pay less, or more, with their next invoices.

https://docs.stripe.com/api/customer_balance_transactions (read 2026-11-30): below zero is credit, the currency must
be the customer's, and a finalized invoice takes the balance up by itself.
"""

from uuid import UUID

import stripe

from billing.gateway.client import call, client
from billing.money import Money

_MARK = "credit"
"""Under this key our UUID stands in the metadata."""


def give_credit(stripe_customer_id: str, *, amount: Money, reference: UUID, key: str) -> stripe.StripeObject:
    """Let the customer (`cus_…`) pay so much less (above zero); the entry (`cbtxn_…`) bears `reference`.

    Safe to repeat with the same key below 23 h. Raises StripeRefused, StripeObjectMissing, StripeUnreachable
    (outcome unknown).
    """
    entry: stripe.StripeObject = call(
        client().v1.customers.balance_transactions.create,
        stripe_customer_id,
        key=key,
        amount=-amount.amount_minor,
        currency=amount.currency,
        metadata={_MARK: str(reference)},
    )
    return entry


def find_credit(stripe_customer_id: str, *, reference: UUID) -> stripe.StripeObject | None:
    """The entry that bears `reference`, or None if Stripe has none. Safe to repeat. Raises StripeUnreachable."""
    listed = call(client().v1.customers.balance_transactions.list, stripe_customer_id, limit=100)
    for entry in listed.auto_paging_iter():
        if (entry["metadata"] or {}).get(_MARK) == str(reference):
            found: stripe.StripeObject = entry
            return found
    return None
