"""The address at which Stripe knocks: who is answered how, and what is in the database afterwards."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from billing.models import Work
from tests.webhooks.deliveries import ADDRESS, deliver, event_body, signature
from webhooks.models import InboxEvent

MIB = 1024 * 1024


@pytest.mark.fault("W3", "D1", "D2")
@pytest.mark.django_db
def test_a_signed_event_is_stored_and_answered(stranger: Client) -> None:
    body = event_body("evt_1", "customer.updated")

    answer = deliver(stranger, body)

    assert (answer.status_code, answer.content) == (200, b"ok")
    row = InboxEvent.objects.get()
    assert (row.provider, row.endpoint, row.event_id, row.type) == ("stripe", "stripe", "evt_1", "customer.updated")
    assert (row.object_id, row.state, row.error, bytes(row.body)) == ("cus_1", "new", "", body)


@pytest.mark.fault("W3", "D1")
@pytest.mark.django_db
def test_an_answer_costs_one_statement(stranger: Client, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_num_queries(1) as queries:
        deliver(stranger, event_body())

    assert queries.captured_queries[0]["sql"].startswith("INSERT")


@pytest.mark.fault("X22", "W8")
@pytest.mark.django_db
@pytest.mark.usefixtures("socket_disabled")
def test_an_answer_needs_no_network_and_no_handler(stranger: Client) -> None:
    answer = deliver(stranger, event_body(event_type="invoice.paid", obj={"id": "in_1", "object": "invoice"}))

    assert answer.status_code == 200
    assert InboxEvent.objects.get().state == "new"
    assert not Work.objects.exists()


@pytest.mark.fault("X3")
@pytest.mark.django_db
def test_a_copy_of_an_event_changes_nothing(stranger: Client) -> None:
    body = event_body()
    header = signature(body)

    answers = [deliver(stranger, body, header=header).status_code for _ in range(3)]

    assert answers == [200, 200, 200]
    assert InboxEvent.objects.count() == 1


HEADERS = {
    "none": "",
    "wrong": "t=1790000000,v1=" + "0" * 64,
    "not ASCII": "t=1790000000,v1=größe",
    "rubbish": "=;,=,t=,v1",
}


@pytest.mark.fault("X1", "W19")
@pytest.mark.django_db
@pytest.mark.parametrize("header", HEADERS.values(), ids=HEADERS.keys())
def test_a_bad_signature_is_refused_without_a_row(
    stranger: Client, header: str, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(0):
        answer = deliver(stranger, event_body(), header=header)

    assert (answer.status_code, answer.content) == (400, b"")
    assert not InboxEvent.objects.exists()


@pytest.mark.fault("X4")
@pytest.mark.django_db
def test_a_changed_byte_is_refused_without_a_row(stranger: Client) -> None:
    body = event_body("evt_1")
    header = signature(body)

    answer = deliver(stranger, body.replace(b"evt_1", b"evt_2"), header=header)

    assert answer.status_code == 400
    assert not InboxEvent.objects.exists()


@pytest.mark.fault("X7", "W19")
@pytest.mark.django_db
@pytest.mark.parametrize("body", [b"[]", b"null", b'"x"', b"{}", b"\xff", b"", b"{" * 5000])
def test_an_unsigned_body_of_any_shape_is_refused(stranger: Client, body: bytes) -> None:
    answer = deliver(stranger, body, header="t=1,v1=0")

    assert (answer.status_code, answer.content) == (400, b"")
    assert not InboxEvent.objects.exists()


@pytest.mark.fault("X7")
@pytest.mark.django_db
@pytest.mark.parametrize("body", [b"[]", b"null", b'"x"', b"{}", b"[" * 5000, event_body("evt_\x00")])
def test_a_signed_body_that_is_no_event_is_kept_as_dead(stranger: Client, body: bytes) -> None:
    answer = deliver(stranger, body)

    assert answer.status_code == 200
    row = InboxEvent.objects.get()
    assert row.state == "dead"
    assert row.event_id.startswith("sha256:")
    assert bytes(row.body) == body


@pytest.mark.fault("X11", "W13")
@pytest.mark.django_db
@pytest.mark.parametrize("envelope", [{"livemode": True}, {"account": "acct_foreign"}])
def test_an_event_of_another_mode_or_account_is_quarantined(stranger: Client, envelope: dict[str, Any]) -> None:
    answer = deliver(stranger, event_body(**envelope))

    assert answer.status_code == 200
    assert InboxEvent.objects.get().state == "quarantined"


@pytest.mark.fault("X10", "W15")
@pytest.mark.django_db
@pytest.mark.parametrize("event_type", ["tax.settings.updated", "a.type.of.tomorrow"])
def test_an_unknown_type_and_a_future_version_are_stored(stranger: Client, event_type: str) -> None:
    answer = deliver(stranger, event_body(event_type=event_type, api_version="2031-01-01.unheard"))

    assert answer.status_code == 200
    assert InboxEvent.objects.get().type == event_type


@pytest.mark.fault("X5")
@pytest.mark.django_db
@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", "x; charset=utf-16"])
def test_only_the_bytes_and_the_signature_count(stranger: Client, content_type: str) -> None:
    assert deliver(stranger, event_body(), content_type=content_type).status_code == 200


@pytest.mark.fault("X31")
@pytest.mark.django_db
@pytest.mark.parametrize("forwarded", ["not-an-address", "1.2.3.4, ::1, \x01", "x" * 5000])
def test_a_forged_forwarding_header_has_no_effect(stranger: Client, forwarded: str) -> None:
    assert deliver(stranger, event_body(), HTTP_X_FORWARDED_FOR=forwarded).status_code == 200


@pytest.mark.fault("X8")
@pytest.mark.parametrize("method", ["get", "head", "put", "patch", "delete", "options"])
def test_other_methods_are_refused_without_the_database(stranger: Client, method: str) -> None:
    answer = getattr(stranger, method)(ADDRESS)

    assert answer.status_code == 405
    assert answer["Allow"] == "POST"
    assert answer.content == b""


@pytest.mark.fault("X9")
def test_an_unknown_address_is_not_found_without_the_database(stranger: Client) -> None:
    answer = deliver(stranger, event_body(), address="/webhooks/nobody/")

    assert (answer.status_code, answer.content) == (404, b"")


@pytest.mark.fault("X9", "W1")
@pytest.mark.parametrize("secrets", [[], [""]])
def test_an_address_without_a_secret_is_closed(stranger: Client, settings: Any, secrets: list[str]) -> None:
    settings.STRIPE_WEBHOOK_SECRETS = secrets

    answer = deliver(stranger, event_body(), header=signature(event_body(), secret=""))

    assert answer.status_code == 404


@pytest.mark.fault("X12", "W2")
@pytest.mark.django_db
def test_both_secrets_count_until_the_old_one_is_removed(stranger: Client, settings: Any) -> None:
    body = event_body()
    old, new = signature(body, secret="whsec_old"), signature(body, secret="whsec_new")

    settings.STRIPE_WEBHOOK_SECRETS = ["whsec_new", "whsec_old"]
    during = [deliver(stranger, body, header=header).status_code for header in (old, new)]
    settings.STRIPE_WEBHOOK_SECRETS = ["whsec_new"]
    after = [deliver(stranger, body, header=header).status_code for header in (old, new)]

    assert (during, after) == ([200, 200], [400, 200])


@pytest.mark.fault("X20", "W3")
@pytest.mark.django_db(transaction=True)
def test_a_database_that_does_not_store_is_never_answered_with_yes(stranger: Client) -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE webhooks_inboxevent RENAME TO webhooks_elsewhere")
    try:
        answer = deliver(stranger, event_body())
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE webhooks_elsewhere RENAME TO webhooks_inboxevent")

    assert (answer.status_code, answer.content) == (503, b"")
    assert deliver(stranger, event_body()).status_code == 200


@pytest.mark.fault("X32", "W20")
@pytest.mark.django_db
def test_logs_hold_no_signature_no_secret_and_no_body(stranger: Client, caplog: pytest.LogCaptureFixture) -> None:
    body = event_body(obj={"id": "pi_1", "client_secret": "pi_1_secret_x"}, livemode=True)

    with caplog.at_level("DEBUG"):
        deliver(stranger, body, header="t=1790000000,v1=deadbeef")
        deliver(stranger, body)

    assert caplog.text
    for secret in ("deadbeef", "pi_1_secret_x", "whsec_", signature(body)):
        assert secret not in caplog.text
