"""Decides what the next invoice will be by living on, in imagination, until there is one; it must not be paid."""

from stripe_sandbox.engine.timers import HANDLERS
from stripe_sandbox.store.unit import StripeObject, Unit

# Steps without an invoice, such as phases that only change notes, come to an end.
MOST_STEPS = 50
LEADING = ("subscription", "schedule_phase")


def known_invoices(unit: Unit, *, customer_id: str) -> set[str]:
    """The customer's invoices as they are before something is imagined."""
    return {invoice["id"] for invoice in unit.select("invoice", where="customer = ?", values=[customer_id])}


def next_invoice(
    unit: Unit, *, customer_id: str, known: set[str], schedule: StripeObject | None, subscription_id: str | None
) -> StripeObject | None:
    """The first invoice of this schedule or subscription that is not known yet, as the draft that it will be.

    To be called in `unit.imagined()`. None when nothing will be billed any more.
    """
    for _ in range(MOST_STEPS):
        made = [each for each in _invoices(unit, customer_id) if each["id"] not in known]
        if made:
            return made[-1]
        names = [subscription_id, None]
        if schedule is not None:
            names = [schedule["subscription"] or schedule["released_subscription"], schedule["id"]]
        if not _step(unit, names):
            return None
    return None


def _invoices(unit: Unit, customer_id: str) -> list[StripeObject]:
    return unit.select("invoice", where="customer = ?", values=[customer_id])


def _step(unit: Unit, names: list[str | None]) -> bool:
    """Let the next thing happen that these objects wait for; False when they wait for nothing."""
    unit.flush()
    row = unit.connection.execute(
        "SELECT kind, object_id, due_at FROM"
        " (SELECT account, kind, object_id, due_at FROM timers"
        " UNION ALL SELECT account, kind, object_id, due_at FROM clock_timers)"
        " WHERE account = ? AND kind IN (?, ?) AND object_id IN (?, ?) ORDER BY due_at, kind LIMIT 1",
        (unit.account_id, *LEADING, *names),
    ).fetchone()
    if row is None:
        return False
    unit.now = max(unit.now, row["due_at"])
    unit.unschedule(row["kind"], row["object_id"])
    HANDLERS[row["kind"]](unit, row["object_id"])
    return True
