"""The lane before Django's middleware: whatever comes is answered as the ordinary view answers it."""

import io
import time
from typing import Any
from wsgiref.types import StartResponse, WSGIEnvironment

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from billing_project.wsgi import application
from tests.webhooks.deliveries import ADDRESS, deliver, event_body, signature
from webhooks.lane import WebhookLane
from webhooks.models import InboxEvent

MIB = 1024 * 1024


def post(
    body: bytes, *, header: str | None = None, path: str = ADDRESS, **environ: str
) -> tuple[int, dict[str, str]]:
    """Status and headers of what the installed WSGI application answers."""
    seen: list[Any] = []
    request = {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": path,
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "80",
        "CONTENT_TYPE": "application/json",
        "CONTENT_LENGTH": str(len(body)),
        "HTTP_STRIPE_SIGNATURE": signature(body) if header is None else header,
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": io.StringIO(),
        **environ,
    }
    content = b"".join(application(request, lambda status, headers, *rest: seen.extend((status, headers))))  # type: ignore[arg-type,func-returns-value]
    headers = dict(seen[1])
    assert int(headers["Content-Length"]) == len(content)
    return int(seen[0].split()[0]), headers


def test_the_lane_answers_the_addresses_of_the_address_table() -> None:
    taken = []

    def pages(environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
        taken.append(environ["PATH_INFO"])
        return []

    lane = WebhookLane(pages)
    for path in ("/", "/webhooks/", "/webhooks/stripe", "/webhooks/stripe/more/", "/admin/webhooks/stripe/"):
        lane({"PATH_INFO": path}, lambda *answer: lambda data: None)  # type: ignore[arg-type,return-value]

    assert len(taken) == 5
    assert reverse("webhooks:receive", args=["stripe"]) == ADDRESS
    assert post(b"{}", header="")[0] == 400


@pytest.mark.django_db
def test_a_delivery_costs_one_statement_and_no_session(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    body = event_body("evt_1", "customer.updated")

    with django_assert_num_queries(1) as queries:
        status, headers = post(body)

    assert status == 200
    assert "INSERT" in queries.captured_queries[0]["sql"]
    assert "Content-Security-Policy" not in headers
    assert InboxEvent.objects.get().event_id == "evt_1"


CASES: dict[str, dict[str, Any]] = {
    "signed": {},
    "no signature": {"header": ""},
    "wrong signature": {"header": "t=1790000000,v1=" + "0" * 64},
    "not ASCII": {"header": "t=1790000000,v1=größe"},
    "unknown address": {"path": "/webhooks/other/"},
    "too long": {"body": event_body(obj={"id": "cus_1", "padding": "x" * MIB})},
    "read": {"method": "GET"},
    "head": {"method": "HEAD"},
    "signed nonsense": {"body": b"[]"},
}


@pytest.mark.django_db
@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_both_ways_in_give_the_same_answer(stranger: Client, case: dict[str, Any]) -> None:
    body, path, method = case.get("body", event_body()), case.get("path", ADDRESS), case.get("method", "POST")
    header = case.get("header", signature(body))

    status, _ = post(body, header=header, path=path, REQUEST_METHOD=method)
    rows = InboxEvent.objects.count()
    InboxEvent.objects.all().delete()
    if method == "POST":
        ordinary = deliver(stranger, body, header=header, address=path)
    else:
        ordinary = stranger.generic(method, path)

    assert (status, rows) == (ordinary.status_code, InboxEvent.objects.count())


@pytest.mark.django_db(transaction=True)
def test_a_connection_that_broke_in_use_costs_one_delivery() -> None:
    post(event_body("evt_1"))
    connection.connection.close()

    statuses = [post(event_body("evt_2"))[0] for _ in range(2)]

    assert statuses == [503, 200]


@pytest.mark.django_db(transaction=True)
def test_a_connection_that_broke_at_rest_costs_none() -> None:
    post(event_body("evt_1"))
    connection.connection.close()
    time.sleep(1.1)

    status, _ = post(event_body("evt_2"))

    assert status == 200
