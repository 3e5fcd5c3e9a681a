"""What reception knows of a delivery and of the address it came to; no provider, no database, no HTTP."""

from dataclasses import dataclass, field
from datetime import datetime


class Unsigned(Exception):
    """The delivery does not prove that the provider sent it. Holds a reason for the count, never what was sent.

    `skew_seconds` is set where only the time is wrong: how far our clock is ahead of the stamp.
    """

    def __init__(self, reason: str, *, skew_seconds: float | None = None) -> None:
        self.reason = reason
        self.skew_seconds = skew_seconds
        super().__init__(reason)


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One address: which provider speaks there, with which secrets, for which mode and account."""

    key: str
    provider: str
    secrets: tuple[str, ...] = field(repr=False)
    is_live: bool
    account: str = ""


@dataclass(frozen=True, slots=True)
class SignedEvent:
    """The envelope of an event whose signature was right. `fault` says why it cannot be used, if it cannot.

    Ids in the provider's form; `created_at` in UTC by the provider's clock.
    """

    event_id: str
    type: str = ""
    account: str = ""
    is_live: bool = False
    api_version: str = ""
    object_id: str = ""
    created_at: datetime | None = None
    fault: str = ""
