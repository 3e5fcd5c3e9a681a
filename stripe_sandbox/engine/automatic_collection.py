"""Decides when an invoice goes on by itself and when it stops to: `auto_advance`, and the end of a subscription.

Documented: an invoice with `auto_advance` false does not advance without an explicit action, and cancelling a
subscription stops this for all finalized invoices of its customer. Not established, so assumed: that false on an open
renewal invoice stops the retries and what would follow the last of them, that true takes the schedule up again where
it stopped, and that an end by a plan or by the account's switch stops as much as one by a call.
"""

from stripe_sandbox.store.unit import StripeObject, Unit

TIMERS = ("invoice_finalization", "invoice_retry")


def stop(unit: Unit, invoice: StripeObject) -> None:
    """From here on it waits for somebody to act. The caller emits the event; safe to repeat."""
    invoice.update(auto_advance=False, automatically_finalizes_at=None, next_payment_attempt=None)
    for kind in TIMERS:
        unit.unschedule(kind, invoice["id"])


def stop_for_customer(unit: Unit, customer_id: str) -> None:
    """Stop it for every open invoice of the customer, with an event for each that went on."""
    where = "customer = ? AND json_extract(data, '$.status') = 'open'"
    for invoice in unit.select("invoice", where=where, values=(customer_id,)):
        stop(unit, invoice)
        unit.emit("invoice.updated", invoice)
