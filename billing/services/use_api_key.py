"""Use case: let a program in by its key, and note now and then that the key is in use."""

import hmac
from datetime import datetime

from django.conf import settings
from django.db.models import Q

from billing.errors import KeyInvalid
from billing.models import ApiKey
from billing.rules.api_key import is_use_to_note, read_key, require_in_force


def use_api_key(text: str, *, now: datetime) -> ApiKey:
    """The key with its organization. `now` is system time. Safe to repeat.

    Raises KeyInvalid, KeyOfOtherEnvironment, KeyRevoked, KeyExpired; the last two only to who has the whole key.
    """
    given = read_key(text, livemode=settings.STRIPE_LIVE_MODE)
    key = (
        ApiKey.objects.select_related("organization", "created_by")
        .filter(public_id=given.public_id, livemode=given.livemode)
        .first()
    )
    if key is None or not hmac.compare_digest(key.secret_hash, given.secret_hash):
        raise KeyInvalid()
    require_in_force(revoked_at=key.revoked_at, expires_at=key.expires_at, now=now)
    if is_use_to_note(key.last_used_at, now=now):
        # Only forward: two processes note it at the same moment.
        unnoted = Q(last_used_at=None) | Q(last_used_at__lt=now)
        ApiKey.objects.filter(unnoted, pk=key.pk).update(last_used_at=now)
    return key
