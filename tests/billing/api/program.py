"""The customer's own program: it holds a key and speaks JSON."""

from typing import Any
from uuid import uuid4

from django.test import Client

from accounts.models import Organization, User
from billing import clock
from billing.services.create_api_key import KeyWish, create_api_key
from billing.terms import ApiScope

ALL_SCOPES = tuple(scope.value for scope in ApiScope)


def key_for(organization: Organization, person: User, *, scopes: tuple[str, ...] = ALL_SCOPES) -> str:
    """The text of a new key."""
    wish = KeyWish(name="Our own program", scopes=scopes)
    _, text = create_api_key(organization, wish=wish, request_key=uuid4(), actor=person, now=clock.system_now())
    return text


class Program:
    """Sends requests below `/api/v1/` with one key; each answer is remembered as the last."""

    def __init__(self, key: str) -> None:
        self._client = Client(headers={"Authorization": f"Bearer {key}"})

    def get(self, path: str, *, status: int = 200, **headers: str) -> Any:
        return self._read(self._client.get(f"/api/v1/{path}", headers=headers), status=status)

    def post(self, path: str, body: Any = None, *, status: int = 200, key: str = "") -> Any:
        headers = {"Idempotency-Key": key or str(uuid4())}
        answer = self._client.post(
            f"/api/v1/{path}", {} if body is None else body, content_type="application/json", headers=headers
        )
        return self._read(answer, status=status)

    def _read(self, answer: Any, *, status: int) -> Any:
        assert answer.status_code == status, (answer.status_code, answer.content.decode()[:2000])
        self.last = answer
        return answer.json() if answer.content else None
