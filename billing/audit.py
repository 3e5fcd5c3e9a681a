"""Appends to the record of who did what; it must not decide whether they may."""

from collections.abc import Mapping
from typing import Any

from structlog.contextvars import get_contextvars

from accounts.models import Organization, User
from billing import clock
from billing.models import AuditEntry, AuditNote


def record(
    action: str,
    *,
    subject: str,
    organization: Organization | None,
    actor: User | None,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    reason: str = "",
    **details: Any,
) -> AuditEntry:
    """Append one entry in the caller's transaction. `subject` is `sub_…` or a UUID of ours, `actor` None the machine.

    `before` and `after` hold what the act changes, as ids, states, dates and sums, and so do details. None of them
    may hold a name, an address or other words about a person: nobody can take an entry back. Free text is `reason`,
    which is kept beside the entry and goes with the customer. The id of the request or task is that of the log.
    The customer reads an action in the timeline by its line in `billing/selectors/happenings.py`.
    What a program did with an API key has the key's public part in its details, as all log lines of that request.
    """
    context = get_contextvars()
    if api_key := context.get("api_key"):
        details = {"api_key": api_key, **details}
    entry = AuditEntry.objects.create(
        action=action,
        subject=subject,
        organization=organization,
        actor=actor,
        before=dict(before or {}),
        after=dict(after or {}),
        details=details,
        request_id=str(context.get("request_id") or context.get("task_id") or "")[:64],
        business_at=clock.recent_business_now(),
    )
    if reason.strip():
        AuditNote.objects.create(entry=entry, reason=reason.strip())
    return entry
