"""How tests ask the API: with a key that may do so much, and a body in JSON."""

from typing import Any
from uuid import uuid4

from django.test import Client

from accounts.models import Membership
from billing import clock
from billing.models import ApiKey
from billing.services.create_api_key import KeyWish, create_api_key

PROBLEM = "application/problem+json"


def make_key(person: Membership, *scopes: str, life_days: int | None = None) -> tuple[ApiKey, str]:
    """A key of this person's organization, and its text."""
    wish = KeyWish(name="Shop", scopes=scopes, life_days=life_days)
    return create_api_key(
        person.organization, wish=wish, request_key=uuid4(), actor=person.user, now=clock.system_now()
    )


def bearer(secret: str, **headers: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {secret}", **headers}


def post(client: Client, path: str, body: Any, **headers: str) -> Any:
    return client.post(path, body, content_type="application/json", headers=headers)
