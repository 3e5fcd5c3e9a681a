"""Input that no page can mean: refused before anything is asked of the database or of Stripe."""

from uuid import uuid4

import pytest

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("method", "path", "fields"),
    [
        ("get", "/start/scale%00/", {}),
        ("get", "/billing/choose/scale%00/", {}),
        ("get", "/billing/return/", {"session_id": "cs_\0"}),
        ("get", "/", {"currency": "eu\0"}),
        ("post", "/billing/trial/", {"plan": "growth\0"}),
        ("post", "/billing/checkout/", {"lookup_key": "scale\0", "accepts_terms": "yes"}),
        ("post", "/billing/cancel/", {"comment": "Too dear.\0"}),
    ],
)
def test_a_nul_is_refused(client, alice, catalogue, method: str, path: str, fields: dict[str, str]) -> None:
    client.force_login(alice.user)
    if method == "post":
        fields = {**fields, "request_key": str(uuid4())}

    answer = getattr(client, method)(path, fields)

    assert answer.status_code == 400
