"""Webhooks over the API: added, tested, looked at and sent again by a program, with the secret in one answer only."""

import json
from uuid import uuid4

import pytest
from django.utils import timezone

from accounts.models import Membership
from billing.models import WebhookEndpoint
from billing.services.send_webhooks import send_due_webhooks
from tests.billing.api.program import Program, key_for
from tests.billing.receiver import receiving
from tests.factories import MembershipFactory

pytestmark = pytest.mark.django_db(transaction=True)
KINDS = ["invoice.paid", "customer.state_changed"]


@pytest.fixture
def alice() -> Membership:
    return MembershipFactory()


@pytest.fixture
def program(alice: Membership) -> Program:
    return Program(key_for(alice.organization, alice.user))


def test_a_program_lives_with_webhooks(program: Program) -> None:
    with receiving() as receiver:
        made = program.post("webhook-endpoints/", {"url": receiver.url, "kinds": KINDS}, status=201)
        path = f"webhook-endpoints/{made['endpoint']['id']}/"
        test = program.post(f"{path}test/", status=202)
        send_due_webhooks(timezone.now())
        again = program.post(f"webhook-deliveries/{test['id']}/redeliver/", status=202)
        send_due_webhooks(timezone.now())

    story = program.get(f"webhook-deliveries/{again['id']}/")
    listed = program.get(f"{path}deliveries/?state=delivered")
    assert receiver.types(made["secret"]) == ["webhook.test"] * 2
    assert receiver.got[0].id == test["event"] == story["delivery"]["event"]
    assert json.loads(story["sent"]) == receiver.got[1].verified(made["secret"])
    assert (story["attempts"][0]["status_code"], story["attempts"][0]["answer"]) == (200, "ok")
    assert [row["id"] for row in listed["data"]] == [again["id"], test["id"]]
    assert program.post(f"{path}disable/")["disabled_reason"] == "by_hand"
    assert program.post(f"{path}test/", status=409)["code"] == "webhook_endpoint_disabled"
    assert program.post(f"{path}enable/")["is_disabled"] is False


def test_a_secret_is_in_one_answer_only(program: Program) -> None:
    body, key = {"url": "http://127.0.0.1:9/", "kinds": KINDS}, str(uuid4())

    made = program.post("webhook-endpoints/", body, status=201, key=key)
    repeated = program.post("webhook-endpoints/", body, status=409, key=key)
    rotated = program.post(f"webhook-endpoints/{made['endpoint']['id']}/rotate/")
    listed = program.get("webhook-endpoints/")

    assert repeated["code"] == "answer_shown_once"
    assert rotated["secret"] != made["secret"]
    assert rotated["endpoint"]["previous_secret_until"]
    assert "whsec_" not in json.dumps(listed)
    assert WebhookEndpoint.objects.count() == 1


def test_an_address_into_our_net_is_refused_at_its_field(program: Program) -> None:
    body = {"url": "https://169.254.169.254/latest/", "kinds": KINDS}

    refused = program.post("webhook-endpoints/", body, status=400)

    assert refused["code"] == "webhook_url_refused"
    assert [error["field"] for error in refused["errors"]] == ["url"]
    assert not WebhookEndpoint.objects.exists()
