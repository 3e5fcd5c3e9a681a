"""Who asks: a program by its key, or a person by the browser's session, and for which organization."""

from dataclasses import dataclass

from django.http import HttpRequest
from rest_framework.request import Request

from accounts.current import membership_for
from accounts.models import Membership, Organization, User
from billing.errors import NotFound
from billing.models import ApiKey


@dataclass(frozen=True, slots=True)
class Caller:
    """Exactly one of `membership` and `key` is set."""

    organization: Organization
    membership: Membership | None = None
    key: ApiKey | None = None

    @property
    def actor(self) -> User | None:
        """The person who answers for what is done: the one in the browser, or who made the key."""
        if self.membership is not None:
            return self.membership.user
        return self.key.created_by if self.key else None

    @property
    def name(self) -> str:
        """The same at each request of this caller, also after its key was replaced: for repeats and rates."""
        if self.membership is not None:
            return f"user:{self.membership.user_id}"
        return f"key:{self.key.lineage.hex}" if self.key else ""


def caller_of(request: Request | HttpRequest) -> Caller | None:
    """None for a person without an organization, or nobody at all."""
    key = getattr(request, "auth", None)
    if isinstance(key, ApiKey):
        return Caller(key.organization, key=key)
    membership = membership_for(request)
    return Caller(membership.organization, membership=membership) if membership else None


def require_caller(request: Request | HttpRequest) -> Caller:
    """Raises NotFound (404) for who belongs to no organization: to a stranger there is nothing here."""
    caller = caller_of(request)
    if caller is None:
        raise NotFound()
    return caller
