"""Appends to the record of who did what; it must not decide whether they may."""

from typing import Any

from structlog.contextvars import get_contextvars

from accounts.models import Organization, User
from billing import clock
from billing.models import AuditEntry


def record(
    action: str, *, subject: str, organization: Organization | None, actor: User | None, **details: Any
) -> AuditEntry:
    """Append one entry in the caller's transaction. `subject` is `sub_…` or a UUID of ours; details hold ids only.

    The customer reads an action in the timeline by its line in `billing/selectors/happenings.py`.
    What a program did with an API key has the key's public part in its details, as all log lines of that request.
    """
    if api_key := get_contextvars().get("api_key"):
        details = {"api_key": api_key, **details}
    return AuditEntry.objects.create(
        action=action,
        subject=subject,
        organization=organization,
        actor=actor,
        details=details,
        business_at=clock.recent_business_now(),
    )
