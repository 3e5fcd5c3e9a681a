"""Use case: staff save the next version of a dunning policy; open cases keep the version that they have."""

from typing import Any

from django.db import IntegrityError, transaction

from accounts.models import User
from billing import audit
from billing.errors import UnderWay
from billing.models import DunningPolicy
from billing.rules.dunning.policy import parse_policy, sha256_of


def save_policy(*, key: str, body: dict[str, Any], actor: User) -> DunningPolicy:
    """Store `body` as the next version of `key`. Raises PolicyRefused with all that is wrong, UnderWay.

    Safe to repeat: what the newest version says already is that version, so that a second click makes none.
    """
    parse_policy(key, 1, body)
    sha256 = sha256_of(body)
    try:
        with transaction.atomic():
            newest = DunningPolicy.objects.select_for_update().filter(key=key).order_by("-version").first()
            if newest is not None and newest.sha256 == sha256:
                return newest
            version = newest.version + 1 if newest else 1
            row = DunningPolicy.objects.create(key=key, version=version, body=body, sha256=sha256, created_by=actor)
            audit.record(
                "dunning_policy_saved",
                subject=str(row),
                organization=None,
                actor=actor,
                before={"version": newest.version, "sha256": newest.sha256} if newest else {},
                after={"version": version, "sha256": sha256},
                key=key,
            )
    except IntegrityError:
        raise UnderWay() from None
    return row
