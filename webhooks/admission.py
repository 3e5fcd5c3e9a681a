"""Decides whether a signed event may be applied here; it must not know where events are kept or what they lead to."""

import re

from django.conf import settings

from webhooks.events import Endpoint

_VERSION = re.compile(r"(\d{4}-\d{2}-\d{2})(?:\.([a-z]+))?", re.ASCII)


def objection(*, account: str, is_live: bool, api_version: str, endpoint: Endpoint) -> str:
    """Why the event is only kept, in words for staff; empty if it may be applied. `account` is `acct_…` or empty."""
    if is_live != endpoint.is_live:
        return "The event is of the other mode (live or test) than this installation."
    if account != endpoint.account:
        return "The event belongs to an account that is not ours."
    if not is_known(api_version):
        return f"The event is written in API version {api_version}, which this product cannot read yet."
    return ""


def is_known(api_version: str) -> bool:
    """Whether handlers find their ids in events of that version: older ones and our own release, however late.

    Monthly versions of one release do not break; a new release may move ids (https://docs.stripe.com/api/versioning,
    read 2026-11-20). Events without a version are taken as ours.
    """
    ours, theirs = _VERSION.fullmatch(settings.STRIPE_API_VERSION), _VERSION.fullmatch(api_version)
    if not api_version or not ours:
        return True
    return theirs is not None and (theirs[1] <= ours[1] or theirs[2] == ours[2])
