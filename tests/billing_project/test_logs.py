"""What stands in the log: JSON lines that name event, object and organization, and never a secret."""

import json
import logging
from collections.abc import Callable, Iterator
from io import StringIO
from typing import Any

import pytest
import structlog
from django.conf import settings
from django.test import Client

from billing.mirror import work
from billing.mirror.refs import ObjectRef
from billing.models import StripeAccount, Subscription, Transition
from billing.reactions import run_due
from billing.terms import ObjectKind
from billing_project.logs import logging_settings
from tests.billing.shop import Shop
from tests.flows.test_convergence import events_of
from tests.webhooks.deliveries import SECRET, deliver, event_body, signature
from webhooks.masking import MASK
from webhooks.tasks import process_inbox

Lines = Callable[[], list[dict[str, Any]]]
CARD = "4000 0000 0000 0341"


@pytest.fixture
def written() -> Iterator[Lines]:
    """All that is logged from now on, as production writes it."""
    configured = logging_settings(is_production=True, level="DEBUG")["formatters"]["line"]
    formatter = structlog.stdlib.ProcessorFormatter(**{k: v for k, v in configured.items() if k != "()"})
    stream = StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(formatter)
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    root.removeHandler(handler)
    root.setLevel(level)


@pytest.mark.parametrize(
    ("secret", "args"),
    [
        ("sk_live_51abc", ("key %s", "sk_live_51abc")),
        ("whsec_abc", ("secret whsec_abc", ())),
        ("4242424242424242", ("card %s", 4242424242424242)),
        ("4000 0000 0000 0341", ("card %s", "4000 0000 0000 0341")),
        ("hunter2", ("postgres://tide:hunter2@db/billing", ())),
        ("5257a869e7ec", ("header t=1790000000,v1=5257a869e7ec", ())),
        ("cs_test_a1", ("went to https://checkout.stripe.com/c/pay/cs_test_a1", ())),
        ("DE89370400440532013000", ("to %s", "DE89370400440532013000")),
    ],
)
def test_a_secret_in_a_message_is_hidden(written: Lines, secret: str, args: tuple[Any, ...]) -> None:
    template, value = args
    logging.getLogger("billing.tests").warning(template, *([value] if value != () else []))

    [line] = written()
    assert secret not in json.dumps(line)
    assert MASK in line["event"]


def test_a_secret_in_a_traceback_or_a_named_value_is_hidden(written: Lines) -> None:
    with structlog.contextvars.bound_contextvars(client_secret="pi_1_secret_x", body=b"all of it", card=CARD):
        try:
            raise KeyError("whsec_of_somebody")
        except KeyError:
            logging.getLogger("billing.tests").exception("It failed")

    [line] = written()
    text = json.dumps(line, ensure_ascii=False)
    assert not any(secret in text for secret in ("secret_x", "all of it", CARD, "whsec_of"))
    assert (line["client_secret"], line["body"]) == (MASK, "9 bytes")
    assert line["exception"].endswith(f"KeyError: '{MASK}'")


def test_a_whole_body_does_not_fit_into_a_line(written: Lines) -> None:
    logging.getLogger("billing.tests").error("refused %s", "x" * 100_000)

    [line] = written()
    assert len(line["event"]) < 5_000
    assert line["event"].endswith("100008 characters in all")


def test_development_writes_the_same_for_people_to_read() -> None:
    configured = logging_settings(is_production=False, level="INFO")["formatters"]["line"]
    formatter = structlog.stdlib.ProcessorFormatter(**{k: v for k, v in configured.items() if k != "()"})
    record = logging.LogRecord("billing.tests", logging.INFO, "", 0, "Refresh of %s waits", ("sub_1",), None)

    with structlog.contextvars.bound_contextvars(event_id="evt_1"):
        line = formatter.format(record)

    assert "Refresh of sub_1 waits" in line
    assert "event_id=evt_1" in line
    assert "{" not in line


@pytest.mark.django_db
def test_a_request_has_an_id_that_stands_in_its_lines_and_its_answer(client: Client, written: Lines) -> None:
    answer = client.get("/no/such/page/", headers={"X-Request-ID": "edge-12345678"})

    assert answer.headers["X-Request-ID"] == "edge-12345678"
    lines = written()
    assert {line["logger"] for line in lines} >= {"django.request", "accounts.templatetags.reference"}
    assert {line["request_id"] for line in lines} == {"edge-12345678"}


@pytest.mark.django_db
@pytest.mark.parametrize("given", ["", "short", "x" * 65, "with space and\ttab", "é" * 10])
def test_an_id_that_could_not_be_one_is_replaced(client: Client, given: str) -> None:
    made = [client.get("/healthz", headers={"X-Request-ID": given}).headers["X-Request-ID"] for _ in range(2)]

    assert len(set(made)) == 2
    assert all(len(request_id) == 32 for request_id in made)


@pytest.mark.django_db
def test_the_next_request_of_a_thread_inherits_nothing(client: Client, written: Lines) -> None:
    client.get("/no/such/page/", headers={"X-Request-ID": "first-12345678"})
    logging.getLogger("billing.tests").warning("after it")

    assert "request_id" not in written()[-1]


@pytest.mark.django_db
def test_a_delivery_is_logged_with_its_event_and_object(client: Client, settings: Any, written: Lines) -> None:
    settings.STRIPE_WEBHOOK_SECRETS = [SECRET]

    deliver(client, event_body("evt_live", livemode=True, obj={"id": "sub_7", "object": "subscription"}))

    [line] = [line for line in written() if line["logger"] == "webhooks.inbox"]
    assert (line["event_id"], line["object_id"]) == ("evt_live", "sub_7")


@pytest.mark.fault("X32", "W20")
@pytest.mark.django_db(transaction=True)
def test_no_line_of_a_story_full_of_failures_holds_a_secret(
    sandbox: Any, transactional_db: None, client: Client, written: Lines
) -> None:
    sandbox.ask("POST", "/_sandbox/webhooks/pause")
    shop = Shop.open(sandbox)
    shop.pay(shop.start(shop.growth), number=CARD)
    shop.advance("P18D")
    events = events_of(shop)
    stamped = []
    for event in events:
        stamped.append(signature(event, secret=settings.STRIPE_WEBHOOK_SECRETS[0]))
        deliver(client, event, header=stamped[-1])
    deliver(client, events[0], header=signature(events[0], secret="whsec_wrong"))
    deliver(
        client, event_body("evt_bad", "invoice.paid", obj={"card": {"number": CARD, "cvc": "987"}}), header=stamped[0]
    )
    sandbox.fault("http_500_before", times=3, match={"method": "GET", "path": "/v1/*"})
    process_inbox()
    StripeAccount.objects.update(stripe_account_id="acct_stranger")
    work.want([ObjectRef(ObjectKind.CUSTOMER, "cus_nobody")])
    shop.work_off()
    sandbox.ask("POST", "/_sandbox/reset")
    sandbox.ask("POST", "/_sandbox/webhooks/resume")

    lines = written()
    text = json.dumps(lines, ensure_ascii=False)
    assert {line["level"] for line in lines} >= {"info", "warning"}
    secrets = [
        settings.STRIPE_SECRET_KEY,
        settings.STRIPE_WEBHOOK_SECRETS[0],
        "_secret_",
        CARD,
        CARD.replace(" ", ""),
    ]
    secrets += [header.split("v1=")[1] for header in stamped] + ["Bearer ", "/c/pay/cs_"]
    assert [secret for secret in secrets if secret in text] == []
    assert not any(body.decode()[:200] in text for body in events)
    refused = [line for line in lines if line["logger"] == "billing.gateway.translation"]
    assert any("object_id" in line and "event_id" in line for line in refused)


@pytest.mark.django_db(transaction=True)
def test_a_reaction_that_fails_names_organization_object_and_event(sandbox: Any, written: Lines) -> None:
    shop = Shop.open(sandbox)
    subscription = shop.subscribe()
    Subscription.objects.all().delete()
    Transition.objects.create(
        kind="subscription",
        stripe_id=subscription.stripe_subscription_id,
        organization=shop.organization,
        livemode=False,
        from_state="incomplete",
        to_state="active",
        event_ids=["evt_7"],
        business_at=shop.now,
    )

    run_due(shop.now)

    failed = [line for line in written() if line["logger"] == "billing.reactions" and line["level"] == "error"]
    assert failed
    assert {line["organization_id"] for line in failed} == {shop.organization.pk}
    assert {line["object_id"] for line in failed} == {subscription.stripe_subscription_id}
    assert "evt_7" in str(failed[-1]["event_id"])
