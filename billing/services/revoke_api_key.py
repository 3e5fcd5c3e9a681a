"""Use case: take an API key back, at once and for good."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from accounts.models import Organization, User
from billing import audit
from billing.errors import NotFound
from billing.models import ApiKey


def revoke_api_key(organization: Organization, key_uuid: UUID, *, actor: User, now: datetime) -> ApiKey:
    """The next request with this key is refused. `now` is system time. Safe to repeat. Raises NotFound."""
    with transaction.atomic():
        key = ApiKey.objects.select_for_update().filter(organization=organization, uuid=key_uuid).first()
        if key is None:
            raise NotFound()
        if key.revoked_at is None:
            key.revoked_at = now
            key.save(update_fields=["revoked_at"])
            audit.record(
                "api_key_revoked", subject=str(key.uuid), organization=organization, actor=actor, key=key.prefix
            )
    return key
