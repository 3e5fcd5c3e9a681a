"""Reads the key that each form carries, so that a repeated click is known as such."""

from uuid import UUID

from django.core.exceptions import BadRequest
from django.http import HttpRequest


def request_key_of(request: HttpRequest) -> UUID:
    """The form's `request_key`. Raises BadRequest (400) if it is missing or no UUID."""
    return posted_uuid(request, "request_key")


def posted_uuid(request: HttpRequest, name: str) -> UUID:
    """The posted field `name` as a UUID. Raises BadRequest (400) if it is missing or none."""
    try:
        return UUID(request.POST.get(name, ""))
    except ValueError as error:
        raise BadRequest(f"{name} must be a UUID") from error
