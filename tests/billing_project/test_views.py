"""The address that says whether web and worker live."""

from typing import Any

import pytest
from django.test import Client

from billing_project.models import StartMark


@pytest.mark.django_db
def test_health_gives_the_token_of_this_start_and_that_of_the_last_task(client: Client, settings: Any) -> None:
    settings.START_TOKEN = "this"
    StartMark.objects.create(token="earlier")

    response = client.get("/healthz")

    assert response.json() == {"status": "ok", "token": "this", "task_token": "earlier"}
    assert "no-store" in response.headers["Cache-Control"]


@pytest.mark.django_db
def test_health_asks_no_database_without_a_token(client: Client, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        response = client.get("/healthz")

    assert response.json() == {"status": "ok", "token": ""}


def test_health_cannot_be_posted_to(client: Client) -> None:
    assert client.post("/healthz").status_code == 405
