"""What beat does and how often; the seconds of each entry are system time."""

from typing import Any

# A message that stands in line longer is worth nothing: others stand behind it. It outlives the wake-ups of the
# inbox, so that a flood of events, each second with one, never crowds the sweep out of the line. What comes rarely
# waits until its successor stands in line, or a busy worker could miss it time and again.
_SHORTEST_EXPIRY_SECONDS = 60


def beat_schedule(*, start_token: str) -> dict[str, dict[str, Any]]:
    """Entries for beat's table."""
    entries = {
        "webhooks.process_inbox": _every(5, "webhooks.tasks.process_inbox"),
        "webhooks.backfill_events": _every(600, "webhooks.tasks.backfill_events"),
        # Asks each minute whether the quiet hour has come, so that a machine that was off makes up for its night.
        "webhooks.reconcile_nightly": _every(60, "webhooks.tasks.reconcile_nightly"),
        "webhooks.forget_old_events": _every(3600, "webhooks.tasks.forget_old_events"),
        "webhooks.forget_erased_customers": _every(60, "webhooks.tasks.forget_erased_customers"),
        "billing.forget_mail": _every(3600, "billing.tasks.forget_mail"),
        "billing.send_webhooks": _every(5, "billing.tasks.send_webhooks"),
        "billing.forget_webhooks": _every(3600, "billing.tasks.forget_webhooks"),
        "billing.sweep": _every(5, "billing.tasks.sweep"),
        "billing.collect_due_payments": _every(10, "billing.tasks.collect_due_payments"),
        # Asks each minute what of the night is left to do.
        "billing.true_up_seats_nightly": _every(60, "billing.tasks.true_up_seats_nightly"),
        "billing_project.check_invariants": _every(600, "billing_project.tasks.check_invariants"),
        "billing_project.clear_read_messages": _every(300, "billing_project.tasks.clear_read_messages"),
    }
    if start_token:
        # The launcher waits for the row that this writes: beat, broker and worker of this start have worked together.
        entries["billing_project.mark_start"] = _every(2, "billing_project.tasks.mark_start", start_token)
    return entries


def _every(seconds: int, task: str, *arguments: str) -> dict[str, Any]:
    expires = max(seconds, _SHORTEST_EXPIRY_SECONDS)
    return {"task": task, "schedule": seconds, "args": list(arguments), "options": {"expires": expires}}
