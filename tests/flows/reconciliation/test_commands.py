"""`billing_verify` tells and changes nothing; `billing_repair` says what it did."""

import json
from io import StringIO
from typing import Any

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command

from billing.models import Drift, Reconciliation, Subscription
from tests.billing.shop import Shop
from tests.flows.reconciliation.crowd import Crowd

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def crowd(shop: Shop) -> Crowd:
    return Crowd.gather(shop, count=8)


def spoil(crowd: Crowd) -> str:
    stripe_id = crowd.subscriptions[3]
    Subscription.objects.filter(stripe_subscription_id=stripe_id).update(quantity=7)
    return stripe_id


def run(name: str, *arguments: str) -> tuple[int, str, str]:
    """Exit code, output, and what was said beside it."""
    out, err = StringIO(), StringIO()
    try:
        call_command(name, *arguments, stdout=out, stderr=err)
    except SystemExit as end:
        return int(str(end.code)), out.getvalue(), err.getvalue()
    except CommandError as error:
        return error.returncode, out.getvalue(), str(error)
    return 0, out.getvalue(), err.getvalue()


def everything() -> dict[str, list[dict[str, Any]]]:
    """All rows of the product and of the mirror, but for the pace that all who ask Stripe share."""
    found = {}
    for app in ("accounts", "billing", "webhooks", "djstripe"):
        for model in apps.get_app_config(app).get_models():
            rows = list(model._default_manager.order_by("pk").values())
            for row in rows:
                row.pop("next_free_at", None)
            found[model._meta.label] = rows
    return found


def test_agreement_is_exit_code_0(crowd: Crowd) -> None:
    code, out, err = run("billing_verify")

    assert (code, err) == (0, "")
    assert out.startswith("21 objects compared in 10 calls: 0 differ.")


def test_difference_is_exit_code_1_and_names_the_objects(crowd: Crowd) -> None:
    stripe_id = spoil(crowd)

    code, out, _ = run("billing_verify", "--wait", "0")

    assert code == 1
    assert f"  quantity: 1 ({stripe_id})" in out
    assert "billing_repair --apply" in out


def test_as_json_it_says_the_same(crowd: Crowd) -> None:
    stripe_id = spoil(crowd)

    code, out, _ = run("billing_verify", "--wait", "0", "--json")
    told = json.loads(out)

    organization_id = Subscription.objects.get(stripe_subscription_id=stripe_id).organization_id
    assert code == 1
    assert (told["objects_that_differ"], told["kinds"]) == (1, {"quantity": 1})
    assert told["drifts"] == [
        {
            "object": "subscription",
            "id": stripe_id,
            "organization": organization_id,
            "kind": "quantity",
            "ours": "quantity 7",
            "theirs": "quantity 1",
        }
    ]


@pytest.mark.parametrize("is_spoilt", [False, True])
def test_verifying_changes_nothing(crowd: Crowd, is_spoilt: bool) -> None:
    if is_spoilt:
        spoil(crowd)
        Subscription.objects.filter(stripe_subscription_id=crowd.subscriptions[4]).delete()
    before = everything()

    run("billing_verify", "--wait", "0")

    assert everything() == before
    assert len(before["billing.Subscription"]) > 5


def test_a_silent_stripe_is_exit_code_3(crowd: Crowd) -> None:
    crowd.shop.sandbox.fault("http_500_before", times=0, match={"path": "/v1/charges"})

    verified, _, said = run("billing_verify")
    repaired, _, said_of_repair = run("billing_repair", "--apply")

    assert (verified, repaired) == (3, 3)
    assert "Not compared to the end" in said
    assert "goes on where it stopped" in said_of_repair


def test_the_key_of_another_account_is_refused_before_anything_is_called_gone(crowd: Crowd, settings) -> None:
    from billing.gateway.client import client

    settings.STRIPE_SECRET_KEY = settings.STRIPE_TEST_SECRET_KEY = "sk_test_" + "another" * 4
    client.cache_clear()
    try:
        codes = [run("billing_verify")[0], run("billing_repair", "--apply")[0]]
    finally:
        client.cache_clear()

    assert codes == [3, 3]
    assert not Reconciliation.objects.exists()


def test_a_dry_run_only_writes_down(crowd: Crowd) -> None:
    stripe_id = spoil(crowd)

    code, out, _ = run("billing_repair", "--dry-run")

    assert code == 1
    assert "  quantity: 1 noted" in out
    assert Subscription.objects.get(stripe_subscription_id=stripe_id).quantity == 7
    assert Drift.objects.get().outcome == "noted"


def test_a_repair_says_what_it_did_for_each_kind(crowd: Crowd) -> None:
    stripe_id = spoil(crowd)
    Subscription.objects.filter(stripe_subscription_id=crowd.subscriptions[4]).delete()

    code, out, err = run("billing_repair", "--apply")

    assert (code, err) == (0, "")
    assert "2 refreshes, 2 differences, 2 put right." in out
    assert "  missing: 1 repaired" in out
    assert "  quantity: 1 repaired" in out
    assert Subscription.objects.get(stripe_subscription_id=stripe_id).quantity == 1


def test_it_must_be_said_whether_to_repair() -> None:
    with pytest.raises(CommandError, match="--dry-run --apply"):
        call_command("billing_repair")
