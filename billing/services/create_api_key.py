"""Use case: give an organization's program a key. The secret leaves here once and is kept nowhere."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction

from accounts.models import Organization, User
from billing import audit
from billing.errors import InvalidInput, KeyAlreadyMade, KeyLimit
from billing.models import ApiKey
from billing.rules.api_key import MOST_KEYS, new_key
from billing.selectors.api_keys import keys_in_force
from billing.terms import ApiScope

_LONGEST_NAME = 80
_LONGEST_LIFE_DAYS = 3650


@dataclass(frozen=True, slots=True)
class KeyWish:
    """What the key is for. Without `life_days` it holds until it is revoked."""

    name: str
    scopes: Collection[str]
    life_days: int | None = None


def create_api_key(
    organization: Organization, *, wish: KeyWish, request_key: UUID, actor: User, now: datetime
) -> tuple[ApiKey, str]:
    """The row and the key in full, to be shown once. `now` is system time.

    A second click with the same `request_key` makes no second key. Raises InvalidInput, KeyLimit, KeyAlreadyMade.
    """
    name, scopes = _checked(wish)
    text = new_key(livemode=settings.STRIPE_LIVE_MODE)
    try:
        with transaction.atomic():
            # One at a time, or two clicks would both be the last key that may be.
            Organization.objects.select_for_update().get(pk=organization.pk)
            if keys_in_force(organization, now=now).count() >= MOST_KEYS:
                raise KeyLimit()
            key = ApiKey.objects.create(
                organization=organization,
                livemode=text.livemode,
                name=name,
                public_id=text.public_id,
                secret_hash=text.secret_hash,
                last_four=text.secret[-4:],
                scopes=scopes,
                request_key=request_key,
                created_by=actor,
                created_at=now,
                expires_at=now + timedelta(days=wish.life_days) if wish.life_days else None,
            )
            audit.record(
                "api_key_created",
                subject=str(key.uuid),
                organization=organization,
                actor=actor,
                key=key.prefix,
                scopes=scopes,
            )
    except IntegrityError:
        raise KeyAlreadyMade() from None
    return key, str(text)


def _checked(wish: KeyWish) -> tuple[str, list[str]]:
    name = " ".join(wish.name.split())
    if not name or len(name) > _LONGEST_NAME or not name.isprintable():
        raise InvalidInput("Name the program that will use the key, in 80 characters at most.", field="name")
    known = [scope.value for scope in ApiScope]
    if not wish.scopes or not set(wish.scopes) <= set(known):
        raise InvalidInput("Choose at least one thing that the key may do.", field="scopes")
    if wish.life_days is not None and not 1 <= wish.life_days <= _LONGEST_LIFE_DAYS:
        raise InvalidInput("A key lives between a day and ten years.", field="life_days")
    return name, [scope for scope in known if scope in wish.scopes]
