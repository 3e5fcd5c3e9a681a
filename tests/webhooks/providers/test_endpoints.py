"""Several addresses, each with secrets of its own: what is signed for one is a forgery at the other."""

from typing import Any

import pytest
from django.test import Client

from billing_project.checks import is_endpoint_table
from tests.webhooks.deliveries import deliver, event_body, signature
from webhooks.models import InboxEvent
from webhooks.providers.endpoints import find_endpoint

SECOND = "/webhooks/second/"


@pytest.fixture
def second(settings: Any) -> dict[str, Any]:
    entry: dict[str, Any] = {"secrets": ["whsec_second"]}
    settings.STRIPE_WEBHOOK_ENDPOINTS = {"second": entry}
    return entry


@pytest.mark.django_db
@pytest.mark.fault("X11", "W2", "D1")
def test_each_address_believes_its_own_secrets_only(stranger: Client, second: dict[str, Any]) -> None:
    body = event_body()
    ours, theirs = signature(body), signature(body, secret="whsec_second")

    statuses = [
        deliver(stranger, body, header=header, address=address).status_code
        for address, header in [
            ("/webhooks/stripe/", ours),
            ("/webhooks/stripe/", theirs),
            (SECOND, theirs),
            (SECOND, ours),
        ]
    ]

    assert statuses == [200, 400, 200, 400]
    assert sorted(InboxEvent.objects.values_list("endpoint", flat=True)) == ["second", "stripe"]


@pytest.mark.django_db
@pytest.mark.fault("X12", "W2")
def test_a_further_address_rolls_its_secret_as_the_main_one_does(stranger: Client, second: dict[str, Any]) -> None:
    body = event_body()
    old, new = (signature(body, secret=secret) for secret in ("whsec_second", "whsec_third"))

    second["secrets"] = ["whsec_third", "whsec_second"]
    during = [deliver(stranger, body, header=header, address=SECOND).status_code for header in (old, new)]
    second["secrets"] = ["whsec_third"]
    after = [deliver(stranger, body, header=header, address=SECOND).status_code for header in (old, new)]

    assert (during, after) == ([200, 200], [400, 200])


@pytest.mark.fault("X9", "W1")
@pytest.mark.parametrize("secrets", [[], [""]])
def test_a_further_address_without_a_secret_is_closed(second: dict[str, Any], secrets: list[str]) -> None:
    second["secrets"] = secrets

    assert find_endpoint("second") is None


@pytest.mark.django_db
@pytest.mark.fault("X11", "W2")
def test_an_address_for_one_account_sets_the_events_of_others_aside(stranger: Client, second: dict[str, Any]) -> None:
    second["account"] = "acct_1"
    for event_id, account in (("evt_1", "acct_1"), ("evt_2", "acct_2"), ("evt_3", None)):
        body = event_body(event_id, account=account)
        deliver(stranger, body, header=signature(body, secret="whsec_second"), address=SECOND)

    states = dict(InboxEvent.objects.values_list("event_id", "state"))
    assert states == {"evt_1": "new", "evt_2": "quarantined", "evt_3": "quarantined"}


REFUSED: list[Any] = [
    [],
    {"second": []},
    {"second": {}},
    {"second": {"secrets": []}},
    {"second": {"secrets": [""]}},
    {"second": {"secrets": "whsec_x"}},
    {"second": {"secrets": ["whsec_x"], "account": 7}},
    {"second": {"secrets": ["whsec_x"], "livemode": True}},
    {"stripe": {"secrets": ["whsec_x"]}},
    {"Second one": {"secrets": ["whsec_x"]}},
]


@pytest.mark.fault("X9", "W1")
@pytest.mark.parametrize("table", REFUSED)
def test_a_malformed_table_of_addresses_is_refused_at_the_start(table: Any) -> None:
    assert not is_endpoint_table(table)


def test_a_table_of_addresses_may_be_empty_or_name_accounts() -> None:
    assert is_endpoint_table({})
    assert is_endpoint_table({"second": {"secrets": ["whsec_a", "whsec_b"], "account": "acct_1"}})
