"""The API keys of an organization, as its owner sees them."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db.models import Q, QuerySet

from accounts.models import Organization
from billing.models import ApiKey

_ENDED_ONES_STAY_FOR = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class KeyRow:
    """One line of the page. `ended` is why the key opens nothing any more; empty while it holds."""

    uuid: UUID
    name: str
    shown: str
    scopes: tuple[str, ...]
    maker: str
    created_at: datetime
    last_used_at: datetime | None
    expires_at: datetime | None
    is_replaced: bool
    ended: str


def keys_in_force(organization: Organization, *, now: datetime) -> QuerySet[ApiKey]:
    """Keys of this environment that open something at `now` (system time)."""
    return ApiKey.objects.filter(
        Q(expires_at=None) | Q(expires_at__gt=now),
        organization=organization,
        livemode=settings.STRIPE_LIVE_MODE,
        revoked_at=None,
    )


def key_rows(organization: Organization, *, now: datetime) -> list[KeyRow]:
    """All that hold, and those that ended within the last month, the newest first. `now` is system time."""
    since = now - _ENDED_ONES_STAY_FOR
    keys = (
        ApiKey.objects.filter(
            Q(revoked_at=None) | Q(revoked_at__gt=since),
            Q(expires_at=None) | Q(expires_at__gt=since),
            organization=organization,
            livemode=settings.STRIPE_LIVE_MODE,
        )
        .select_related("created_by")
        .order_by("-created_at", "-pk")
    )
    return [_row(key, now=now) for key in keys]


def key_row(organization: Organization, key_uuid: UUID, *, now: datetime) -> KeyRow | None:
    """One of them that still holds; None for any other."""
    key = keys_in_force(organization, now=now).select_related("created_by").filter(uuid=key_uuid).first()
    return _row(key, now=now) if key else None


def _row(key: ApiKey, *, now: datetime) -> KeyRow:
    return KeyRow(
        uuid=key.uuid,
        name=key.name,
        shown=key.shown,
        scopes=tuple(key.scopes),
        maker=(key.created_by.get_full_name() or key.created_by.email) if key.created_by else "",
        created_at=key.created_at,
        last_used_at=key.last_used_at,
        expires_at=key.expires_at,
        is_replaced=key.replaced_by_id is not None,
        ended=_ended(key, now=now),
    )


def _ended(key: ApiKey, *, now: datetime) -> str:
    if key.revoked_at:
        return "Revoked"
    if key.expires_at and key.expires_at <= now:
        return "Replaced" if key.replaced_by_id else "Expired"
    return ""
