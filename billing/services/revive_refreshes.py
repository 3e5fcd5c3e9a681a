"""Use case: somebody on the staff has objects tried again that were given up."""

from collections.abc import Iterable

from django.db import transaction

from accounts.models import User
from billing import audit
from billing.mirror import work


def revive_refreshes(object_keys: Iterable[str], *, actor: User) -> int:
    """Have those of the objects tried again from the beginning that were given up, with a line each in the audit.

    Returns how many. Safe to repeat: what is not given up is left alone.
    """
    with transaction.atomic():
        given_up = sorted(work.dead(object_keys))
        for key in given_up:
            audit.record("refresh_revived", subject=key[:255], organization=None, actor=actor)
        return work.revive(given_up)
