"""Stripe's signature and envelope: what is believed, and what a signed body is read as."""

import hashlib
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.webhooks.deliveries import SECRET, event_body, signature, thin_body
from webhooks.events import Unsigned
from webhooks.providers import stripe

CASES = json.loads((Path(__file__).parent / "signatures.json").read_text(encoding="utf-8"))
NOW = datetime(2026, 9, 22, tzinfo=UTC)


def is_believed(case: dict[str, Any]) -> bool:
    headers = {} if case["header"] is None else {"Stripe-Signature": case["header"]}
    now = datetime.fromtimestamp(case["now"], tz=UTC)
    try:
        stripe.verify(case["body"].encode(), headers=headers, secrets=tuple(case["secrets"]), now=now)
    except Unsigned:
        return False
    return True


@pytest.mark.fault("X1", "X2", "X4", "X12", "W1")
@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_only_a_right_and_fresh_signature_is_believed(case: dict[str, Any]) -> None:
    assert is_believed(case) is case["is_signed"]


@pytest.mark.fault("X7")
def test_a_body_that_is_not_utf8_is_not_believed() -> None:
    body = b"\xff\xfe"

    with pytest.raises(Unsigned):
        stripe.verify(body, headers={"Stripe-Signature": signature(body)}, secrets=(SECRET,), now=datetime.now(UTC))


@pytest.mark.fault("X1", "W19")
@given(header=st.text(max_size=80), body=st.binary(max_size=40))
def test_nothing_that_a_stranger_sends_raises_anything_else(header: str, body: bytes) -> None:
    with pytest.raises(Unsigned):
        stripe.verify(body, headers={"Stripe-Signature": header}, secrets=(SECRET,), now=NOW)


@pytest.mark.fault("X32", "W20")
def test_a_refusal_does_not_repeat_what_was_sent() -> None:
    with pytest.raises(Unsigned) as refused:
        stripe.verify(b'{"card":"4242"}', headers={"Stripe-Signature": "t=1,v1=abc"}, secrets=(SECRET,), now=NOW)

    assert "4242" not in str(refused.value)
    assert "abc" not in str(refused.value)


def test_the_envelope_of_an_event_is_read() -> None:
    body = event_body(
        "evt_9", "invoice.paid", obj={"id": "in_1", "object": "invoice"}, account="acct_1", livemode=True
    )

    event = stripe.read(body)

    assert (event.event_id, event.type, event.object_id) == ("evt_9", "invoice.paid", "in_1")
    assert (event.account, event.is_live, event.api_version) == ("acct_1", True, "2026-05-27.dahlia")
    assert event.created_at == datetime.fromtimestamp(1790000000, tz=UTC)
    assert event.fault == ""


def test_an_object_without_an_id_is_no_fault() -> None:
    event = stripe.read(event_body(event_type="invoice.upcoming", obj={"object": "invoice"}))

    assert (event.object_id, event.fault) == ("", "")


def test_a_future_api_version_is_no_fault() -> None:
    event = stripe.read(event_body(api_version="2031-01-01.unheard"))

    assert (event.api_version, event.fault) == ("2031-01-01.unheard", "")


SHAPELESS = {
    "a list": b"[]",
    "null": b"null",
    "a string": b'"x"',
    "an empty object": b"{}",
    "no JSON": b"{",
    "not UTF-8": b"\xff",
    "another object": event_body(object="charge"),
    "a NUL in the id": event_body("evt_\x00"),
    "an id of 10 kB": event_body("e" * 10_000),
    "an id that is a number": event_body(id=7),
    "no id": event_body(id=None),
    "a type with spaces": event_body(event_type="a b"),
    "no type": event_body(type=None),
    "no data": event_body(data=None),
    "a NUL in the object's id": event_body(obj={"id": "cus_\x00"}),
    "no mode": event_body(livemode=None),
    "an account that is a list": event_body(account=["acct_1"]),
    "a creation time in words": event_body(created="yesterday"),
    "a creation time past the calendar": event_body(created=10**15),
    "a version of 10 kB": event_body(api_version="v" * 10_000),
}


@pytest.mark.fault("X7")
@pytest.mark.parametrize("body", SHAPELESS.values(), ids=SHAPELESS.keys())
def test_a_signed_body_that_is_no_event_gets_a_name_and_a_fault(body: bytes) -> None:
    event = stripe.read(body)

    assert event.event_id == f"sha256:{hashlib.sha256(body).hexdigest()}"
    assert event.fault


@pytest.mark.fault("X10")
@pytest.mark.parametrize(
    ("event_type", "related", "object_id"),
    [
        ("v1.billing.meter.no_meter_found", None, ""),
        ("v2.core.account[requirements].updated", {"id": "acct_1", "type": "v2.core.account"}, "acct_1"),
        ("v1.customer.updated", {"id": "cus_1", "type": "customer", "url": "/v1/customers/cus_1"}, "cus_1"),
    ],
)
def test_a_thin_event_is_read_with_the_object_that_it_names(event_type: str, related: Any, object_id: str) -> None:
    event = stripe.read(thin_body("evt_thin", event_type, related_object=related))

    assert (event.event_id, event.type, event.object_id, event.fault) == ("evt_thin", event_type, object_id, "")
    assert event.created_at == NOW


@pytest.mark.parametrize("created", [1790000000, "yesterday", None])
def test_a_thin_event_without_a_time_in_words_is_no_event(created: Any) -> None:
    assert "created" in stripe.read(thin_body(created=created)).fault


@given(body=st.binary(max_size=60))
def test_reading_never_raises(body: bytes) -> None:
    assert stripe.read(body).fault
