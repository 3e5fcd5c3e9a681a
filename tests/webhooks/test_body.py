"""How much of a body is read, whatever the sender says of its length."""

import io

import pytest
from django.core.handlers.asgi import ASGIRequest
from django.test import Client

from tests.webhooks.deliveries import ADDRESS, deliver, event_body
from webhooks import views
from webhooks.models import InboxEvent

MIB = 1024 * 1024


def too_long(length: int) -> bytes:
    return event_body(obj={"id": "cus_1", "padding": "x" * length})


@pytest.mark.django_db
def test_a_body_of_one_mebibyte_is_taken(stranger: Client) -> None:
    body = too_long(MIB - len(too_long(0)))

    answer = deliver(stranger, body)

    assert len(body) == MIB
    assert answer.status_code == 200


@pytest.mark.fault("X6")
def test_a_longer_body_is_refused_by_its_declared_length(stranger: Client) -> None:
    assert deliver(stranger, too_long(MIB)).status_code == 413


@pytest.mark.fault("X6")
@pytest.mark.parametrize("length", ["9" * 5000, "1048577"])
def test_a_large_declared_length_is_refused_unread(stranger: Client, length: str) -> None:
    assert deliver(stranger, event_body(), CONTENT_LENGTH=length).status_code == 413


@pytest.mark.parametrize("length", ["-1", "x", "\u0664"])
def test_an_unusable_declared_length_is_refused(stranger: Client, length: str) -> None:
    assert deliver(stranger, event_body(), CONTENT_LENGTH=length).status_code == 400


@pytest.mark.fault("X6")
def test_a_longer_body_without_a_declared_length_is_read_only_up_to_the_limit() -> None:
    stream = io.BytesIO(b"x" * (3 * MIB))
    request = ASGIRequest({"type": "http", "method": "POST", "path": ADDRESS, "headers": []}, stream)

    answer = views.receive(request, "stripe")

    assert answer.status_code == 413
    assert stream.tell() == MIB + 1


@pytest.mark.fault("X30", "W18")
@pytest.mark.django_db
def test_a_flood_of_unverified_bodies_leaves_nothing(stranger: Client) -> None:
    for number in range(50):
        assert deliver(stranger, too_long(100_000), header=f"t={number},v1=0").status_code == 400

    assert not InboxEvent.objects.exists()
