"""Use case: staff take the audit as a file; that they did stands in the audit, too."""

from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet

from accounts.models import User
from billing import audit
from billing.models import AuditEntry

_PAGE = 1000
_COLUMNS = {
    "uuid": "uuid",
    "created_at": "created_at",
    "business_at": "business_at",
    "action": "action",
    "subject": "subject",
    "organization": "organization__uuid",
    "actor_id": "actor_id",
    "actor": "actor__is_staff",
    "before": "before",
    "after": "after",
    "details": "details",
    "request_id": "request_id",
    "reason": "note__reason",
}
NAMES = tuple(_COLUMNS)
_ACTORS = {None: "machine", True: "staff", False: "customer"}


def export_audit(rows: QuerySet[AuditEntry], *, actor: User, file_type: str) -> Iterator[dict[str, Any]]:
    """Note who takes which entries, then give them one after another, the oldest first, as columns by `NAMES`.

    Times are aware UTC datetimes; people are told by id and kind, never by name. What is written meanwhile is left
    out, and never more than a page of rows is held. Each call is noted.
    """
    newest = rows.order_by("-pk").values_list("pk", flat=True).first() or 0
    known = rows.filter(pk__lte=newest)
    audit.record(
        "audit_exported",
        subject="audit",
        organization=None,
        actor=actor,
        file_type=file_type,
        entries=known.count(),
        up_to=newest,
    )
    return _pages(known)


def _pages(rows: QuerySet[AuditEntry]) -> Iterator[dict[str, Any]]:
    last = 0
    while page := list(rows.filter(pk__gt=last).order_by("pk").values("pk", *_COLUMNS.values())[:_PAGE]):
        for row in page:
            last = row["pk"]
            plain = {name: row[column] for name, column in _COLUMNS.items()}
            yield {**plain, "actor": _ACTORS[row["actor__is_staff"]], "reason": plain["reason"] or ""}
