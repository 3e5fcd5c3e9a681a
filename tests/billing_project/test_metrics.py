"""The numbers for Prometheus: who reads them, that all processes are in them, and that asking is cheap."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from prometheus_client import REGISTRY
from prometheus_client.parser import text_string_to_metric_families

from billing.mirror import work
from billing.mirror.refs import ObjectRef
from billing.models import Drift, Reconciliation, StaffTask, StripeAccount, Work
from billing.services.sync import refresh_due
from billing.terms import ObjectKind
from billing_project import measuring
from billing_project.metrics import DatabaseNumbers
from tests.webhooks.deliveries import SECRET, deliver, event_body, signature
from webhooks.models import Backfill, InboxEvent

pytestmark = pytest.mark.django_db
TOKEN = "a-token-of-twenty-characters"
ROOT = Path(__file__).resolve().parents[2]


def numbers(client: Client, **headers: str) -> dict[tuple[str, ...], float]:
    """Every sample by its name and the values of its labels."""
    text = client.get("/metrics", **headers).content.decode()
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


@pytest.fixture
def own_folder(tmp_path: Path) -> Iterator[Path]:
    """A folder that other processes count into, and that this one is asked about."""
    before = measuring.shared_folder()
    measuring.count_into(str(tmp_path))
    yield tmp_path
    measuring.count_into(before)


@pytest.mark.parametrize(
    ("token", "is_production", "headers", "address", "status"),
    [
        ("", False, {}, "127.0.0.1", 200),
        ("", False, {}, "::1", 200),
        ("", False, {}, "192.0.2.7", 404),
        ("", False, {"HTTP_X_FORWARDED_FOR": "127.0.0.1"}, "127.0.0.1", 404),
        ("", True, {}, "127.0.0.1", 404),
        (TOKEN, False, {}, "127.0.0.1", 404),
        (TOKEN, True, {"HTTP_AUTHORIZATION": f"Bearer {TOKEN}"}, "192.0.2.7", 200),
        (TOKEN, True, {"HTTP_AUTHORIZATION": f"Bearer {TOKEN}x"}, "127.0.0.1", 404),
        (TOKEN, True, {"HTTP_AUTHORIZATION": TOKEN}, "127.0.0.1", 404),
        (TOKEN, True, {"HTTP_AUTHORIZATION": "Bearer é"}, "127.0.0.1", 404),
    ],
)
def test_only_who_has_the_token_or_sits_at_the_machine_reads_them(
    settings: Any, client: Client, token: str, is_production: bool, headers: dict[str, str], address: str, status: int
) -> None:
    settings.METRICS_TOKEN, settings.IS_PRODUCTION = token, is_production

    assert client.get("/metrics", REMOTE_ADDR=address, **headers).status_code == status


def test_the_way_in_is_counted(settings: Any, client: Client) -> None:
    settings.STRIPE_WEBHOOK_SECRETS = [SECRET]
    before = numbers(client)
    body = event_body("evt_counted")

    deliver(client, body)
    deliver(client, body)
    deliver(client, body, header=signature(body, secret="whsec_wrong"))
    deliver(client, body, header="")

    after = numbers(client)
    grown = {name: value - before.get(name, 0) for name, value in after.items()}
    assert grown["inbox_acked_total", "new"] == grown["inbox_acked_total", "duplicate"] == 1
    assert grown["inbox_ack_seconds_count",] == 2
    assert grown["inbox_refused_total", "wrong signature"] == grown["inbox_refused_total", "no signature"] == 1
    assert grown["inbox_clock_skew_seconds_count",] == 2


def test_what_waits_is_read_from_the_database(client: Client) -> None:
    an_hour_ago = timezone.now() - timedelta(hours=1)
    for number, state in enumerate(["new", "dispatched", "dispatched", "dead", "quarantined", "done"]):
        InboxEvent.objects.create(
            provider="stripe",
            endpoint="stripe",
            event_id=f"evt_{number}",
            state=state,
            received_at=an_hour_ago if state != "done" else an_hour_ago - timedelta(days=1),
        )
    refs = [ObjectRef(ObjectKind.INVOICE, f"in_{number}") for number in range(3)]
    work.want(refs)
    Work.objects.filter(pk=refs[0].key).update(dead_at=timezone.now())
    Work.objects.filter(pk=refs[1].key).update(attempts=2)
    StaffTask.objects.create(key="one", kind="dead_letter", summary="One")
    Backfill.objects.create(
        livemode=False, state="finished", since_at=an_hour_ago, until_at=an_hour_ago, asked_by="test", events_found=7
    )
    look = Reconciliation.objects.create(livemode=False, does_repair=False, asked_by="test")
    Drift.objects.create(reconciliation=look, object_kind="invoice", stripe_id="in_1", kind="status")
    StripeAccount.objects.create(livemode=False, paused_until=timezone.now() + timedelta(minutes=5))

    found = numbers(client)

    assert {key[1]: value for key, value in found.items() if key[0] == "inbox_events"} == {
        "new": 1,
        "dispatched": 2,
        "quarantined": 1,
        "dead": 1,
    }
    assert found["inbox_oldest_seconds",] == pytest.approx(3600, abs=30)
    assert {key[1]: value for key, value in found.items() if key[0] == "refresh_objects"} == {
        "waiting": 1,
        "failing": 1,
        "dead": 1,
    }
    assert found["staff_tasks", "dead_letter"] == 1
    assert found["backfill_found_total",] == 7
    assert found["drift_total", "status"] == 1
    assert found["stripe_paused_seconds",] == pytest.approx(300, abs=30)


def test_asking_takes_a_dozen_queries_however_much_waits(client: Client, django_assert_max_num_queries: Any) -> None:
    InboxEvent.objects.bulk_create(
        InboxEvent(provider="stripe", endpoint="stripe", event_id=f"evt_{number}", state="dead")
        for number in range(300)
    )

    with django_assert_max_num_queries(12):
        assert numbers(client)["inbox_events", "dead"] == 300


def test_the_counts_of_all_processes_are_added_up(client: Client, own_folder: Path) -> None:
    script = (
        "from webhooks import counts; from billing import counts as stripe;"
        "counts.acked(is_new=True, seconds=0.004); counts.ignored('payout.paid'); stripe.fetched('invoice');"
        "stripe.rate_limited()"
    )
    environment = {**os.environ, "PROMETHEUS_MULTIPROC_DIR": str(own_folder)}
    for _ in range(3):
        subprocess.run([sys.executable, "-c", script], cwd=ROOT, env=environment, check=True, timeout=60)

    found = numbers(client)

    assert found["inbox_acked_total", "new"] == 3
    assert found["inbox_ack_seconds_bucket", "0.005"] == 3
    assert found["inbox_ignored_total", "payout.paid"] == 3
    assert found["stripe_fetches_total", "invoice"] == 3
    assert found["stripe_rate_limited_total",] == 3


def test_a_restart_begins_at_nought(client: Client, own_folder: Path) -> None:
    (own_folder / "counter_1.db").write_bytes(b"old")

    measuring.forget_counts(str(own_folder))

    assert list(own_folder.iterdir()) == []
    assert ("inbox_acked_total", "new") not in numbers(client)


@pytest.mark.django_db(transaction=True)
def test_fetches_and_refusals_for_speed_are_counted(client: Client, sandbox: Any) -> None:

    before = numbers(client)
    sandbox.fault("http_429", match={"method": "GET", "path": "/v1/customers*"})
    work.want([ObjectRef(ObjectKind.CUSTOMER, "cus_nobody")])
    refresh_due()

    after = numbers(client)
    grown = {name: value - before.get(name, 0) for name, value in after.items()}
    assert grown["stripe_fetches_total", "customer"] == 1
    assert grown["stripe_rate_limited_total",] == 1
    assert grown["stripe_failed_fetches_total", "stripe_rate_limited"] == 1


def test_every_number_that_the_operators_page_names_exists() -> None:
    text = (ROOT / "docs" / "operations.md").read_text()
    named = set(
        re.findall(
            r"\b((?:inbox|stripe|refresh|reactions|notices|staff|backfill|drift|reconciliation)_[a-z_]+)", text
        )
    )
    counted = {name for family in REGISTRY.collect() for name in (family.name, f"{family.name}_total")}
    stored = {name for family in DatabaseNumbers().collect() for name in (family.name, f"{family.name}_total")}

    assert {name.removesuffix("_bucket") for name in named} - counted - stored == set()
