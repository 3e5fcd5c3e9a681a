"""Use case: replace an API key by a new one, while both hold for as long as the program needs to change over."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import IntegrityError, transaction

from accounts.models import Organization, User
from billing import audit
from billing.errors import InvalidInput, KeyAlreadyMade, KeyEnded, NotFound
from billing.models import ApiKey
from billing.rules.api_key import end_of_old_key, expiry_of_new_key, new_key

LONGEST_OVERLAP = timedelta(days=7)


def rotate_api_key(
    organization: Organization, key_uuid: UUID, *, overlap: timedelta, request_key: UUID, actor: User, now: datetime
) -> tuple[ApiKey, str]:
    """The new row and key, shown once; the old key ends after `overlap` (none: at once). `now` is system time.

    The new one may do the same and lives as long. A second click with the same `request_key` changes nothing. Raises
    NotFound, KeyEnded, KeyAlreadyMade, InvalidInput.
    """
    if not timedelta(0) <= overlap <= LONGEST_OVERLAP:
        raise InvalidInput("Both keys can hold for a week at most.", field="overlap")
    try:
        with transaction.atomic():
            old = ApiKey.objects.select_for_update().filter(organization=organization, uuid=key_uuid).first()
            if old is None:
                raise NotFound()
            if ApiKey.objects.filter(organization=organization, request_key=request_key).exists():
                raise KeyAlreadyMade()
            if old.revoked_at or old.replaced_by_id or (old.expires_at and old.expires_at <= now):
                raise KeyEnded()
            return _replace(old, overlap=overlap, request_key=request_key, actor=actor, now=now)
    except IntegrityError:
        raise KeyAlreadyMade() from None


def _replace(old: ApiKey, *, overlap: timedelta, request_key: UUID, actor: User, now: datetime) -> tuple[ApiKey, str]:
    text = new_key(livemode=old.livemode)
    new = ApiKey.objects.create(
        organization=old.organization,
        livemode=old.livemode,
        name=old.name,
        public_id=text.public_id,
        secret_hash=text.secret_hash,
        last_four=text.secret[-4:],
        scopes=old.scopes,
        lineage=old.lineage,
        request_key=request_key,
        created_by=actor,
        created_at=now,
        expires_at=expiry_of_new_key(created_at=old.created_at, expires_at=old.expires_at, now=now),
    )
    old.replaced_by = new
    old.expires_at = end_of_old_key(expires_at=old.expires_at, overlap=overlap, now=now)
    old.save(update_fields=["replaced_by", "expires_at"])
    audit.record(
        "api_key_rotated",
        subject=str(old.uuid),
        organization=old.organization,
        actor=actor,
        key=old.prefix,
        new_key=new.prefix,
        overlap_seconds=int(overlap.total_seconds()),
    )
    return new, str(text)
