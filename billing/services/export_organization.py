"""Use case: hand out everything that billing keeps on an organization and its people (rule G2)."""

from collections.abc import Iterator
from typing import Any

from accounts.models import Organization, User
from billing import audit
from billing.mirror.forgetting import copies_of
from billing.selectors.export import Section, customer_ids_of, sections_of

__all__ = ["Section", "customer_ids_of", "export_organization"]


def export_organization(organization: Organization, *, actor: User | None) -> Iterator[Section]:
    """Note who asked, then give the sections one after another; `actor` is None for a command.

    Each call is noted. The rows are read as they are asked for; secrets are not hidden here.
    """
    audit.record("organization_exported", subject=str(organization.uuid), organization=organization, actor=actor)
    return _sections(organization)


def _sections(organization: Organization) -> Iterator[Section]:
    yield from sections_of(organization)
    for name, copies in copies_of(customer_ids_of(organization)):
        yield f"djstripe.{name}", _as_rows(copies)


def _as_rows(copies: Iterator[Any]) -> Iterator[dict[str, Any]]:
    for copy in copies:
        yield {"id": copy.id, "stripe_data": copy.stripe_data}
