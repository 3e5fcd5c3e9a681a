"""`stripe_preflight` as a person runs it, against the sandbox in the role of a real account."""

import json
from io import StringIO
from typing import Any

import pytest
from django.core.checks import Tags, run_checks
from django.core.management import call_command
from django.core.management.base import CommandError

from billing.gateway.client import client
from billing.models import CollectionConfirmation
from billing.selectors.collector import collector_now
from billing.services.setup_stripe import setup_stripe
from tests.billing.factories import PlanFactory
from tests.billing.shop import Shop
from tests.sandbox_fixture import Sandbox
from webhooks.registry import event_types

pytestmark = pytest.mark.django_db(transaction=True)
FAILING = "pm_card_chargeCustomerFail"


def run(**options: Any) -> str:
    out = StringIO()
    call_command("stripe_preflight", stdout=out, **options)
    return out.getvalue()


def refusal(**options: Any) -> CommandError:
    with pytest.raises(CommandError) as refused:
        run(**options)
    return refused.value


@pytest.fixture
def account(sandbox: Sandbox, settings: Any) -> str:
    """Set up as a real one would be, before anything was fetched from it; its id."""
    client()
    settings.USES_SANDBOX = False
    settings.SITE_URL = "https://billing.example.com"
    settings.DUNNING_COLLECTOR = "own"
    return setup_stripe(event_types()).stripe_account_id


def confirm(account: str) -> str:
    return run(confirm_own_collection=True, by="Ada", account=account)


def fail_a_renewal(sandbox: Sandbox, **switches: str) -> None:
    """Stripe's own retries as the switches say, and one renewal that fails."""
    sandbox.ask("POST", "/_sandbox/settings", switches)
    stripe = client().v1
    customer = stripe.customers.create(params={"email": "bob@example.org"})["id"]
    card = stripe.payment_methods.attach("pm_card_visa", params={"customer": customer})["id"]
    price = Shop.publish(PlanFactory(code="growth"), amount_minor=900).stripe_price_id
    subscription = stripe.subscriptions.create(
        params={"customer": customer, "items": [{"price": price}], "default_payment_method": card}
    )["id"]
    failing = stripe.payment_methods.attach(FAILING, params={"customer": customer})["id"]
    stripe.subscriptions.update(subscription, params={"default_payment_method": failing})
    sandbox.advance("P36D")


@pytest.fixture(autouse=True)
def retries_off_again(sandbox: Sandbox) -> Any:
    yield
    sandbox.ask("POST", "/_sandbox/settings", {"retries": "off", "after_retries": "leave"})


def test_the_sandbox_is_looked_at_and_needs_no_confirmation(sandbox: Sandbox) -> None:
    text = run()

    assert "(sandbox mode)" in text
    assert "DUNNING_COLLECTOR=own: we retry." in text
    assert "The sandbox is no account" in str(refusal(confirm_own_collection=True, by="Ada", account="acct_1"))


def test_a_sound_account_is_told_with_what_stands_in_the_dashboard_only(account: str) -> None:
    text = run()

    assert f"Stripe account {account} (test mode)" in text
    assert "nobody has confirmed it for this account" in text
    assert "Smart Retries" in text


def test_found_as_json(account: str) -> None:
    found = json.loads(run(json=True))

    assert (found["account"], found["is_sound"], found["confirmed"]) == (account, True, None)
    assert found["collector"] == {"setting": "own", "now": "observe"}
    assert {check["name"] for check in found["checks"]} >= {"key", "api_version", "webhook_endpoint"}


def test_nothing_is_written_at_stripe(account: str, sandbox: Sandbox) -> None:
    before = len(_posts(sandbox))

    run()
    confirm(account)

    assert len(_posts(sandbox)) == before


def _posts(sandbox: Sandbox) -> list[Any]:
    return [call for call in sandbox.requests()["data"] if call["method"] != "GET"]


def test_a_confirmation_lets_us_collect_and_is_kept_with_name_and_day(account: str) -> None:
    confirm(account)
    confirm(account)

    row = CollectionConfirmation.objects.get()
    assert (row.confirmed_by, row.stripe_account_id, row.livemode) == ("Ada", account, False)
    assert collector_now() == "own"


def test_a_withdrawal_gives_collecting_back_to_stripe(account: str) -> None:
    confirm(account)

    run(withdraw=True, by="Bob")

    row = CollectionConfirmation.objects.get()
    assert row.why_withdrawn == "by Bob"
    assert row.withdrawn_at is not None
    assert collector_now() == "observe"
    assert "Nothing was confirmed." in run(withdraw=True, by="Bob")


def test_nobody_confirms_while_stripe_retries(account: str, sandbox: Sandbox) -> None:
    fail_a_renewal(sandbox, retries="fixed:20")

    refused = refusal(confirm_own_collection=True, by="Ada", account=account)

    assert "Stripe's own retries are on" in str(refused)
    assert refused.returncode == 1
    assert not CollectionConfirmation.objects.exists()
    assert refusal().returncode == 1


def test_retries_of_stripes_are_no_fault_while_we_observe(account: str, sandbox: Sandbox, settings: Any) -> None:
    settings.DUNNING_COLLECTOR = "observe"
    fail_a_renewal(sandbox, retries="fixed:20")

    assert "We watch, and try nothing." in run()


def test_what_stripe_cancelled_is_told(account: str, sandbox: Sandbox) -> None:
    fail_a_renewal(sandbox, retries="fixed:1", after_retries="cancel")

    assert "for failed payments in the last 30 days" in run()


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"confirm_own_collection": True}, "--by NAME"),
        ({"withdraw": True, "by": "  "}, "--by NAME"),
        ({"confirm_own_collection": True, "by": "Ada"}, "--account"),
        ({"confirm_own_collection": True, "by": "Ada", "account": "acct_other"}, "not acct_other"),
    ],
)
def test_a_confirmation_needs_a_name_and_the_very_account(account: str, options: dict[str, Any], says: str) -> None:
    refused = refusal(**options)

    assert (says in str(refused), refused.returncode) == (True, 1)
    assert not CollectionConfirmation.objects.exists()


def test_another_version_is_told(account: str, settings: Any) -> None:
    settings.STRIPE_API_VERSION = "2031-01-01.other"

    out = StringIO()
    with pytest.raises(CommandError):
        call_command("stripe_preflight", stdout=out)

    assert "api_version: Stripe answered in" in out.getvalue()


def test_silence_ends_with_code_three(account: str, sandbox: Sandbox) -> None:
    sandbox.fault("http_500_before", times=4, match={"path": "/v1/invoices"})

    assert refusal().returncode == 3


def test_migrating_warns_until_somebody_has_confirmed(account: str) -> None:
    before = [found.id for found in run_checks(tags=[Tags.database], databases=["default"])]
    confirm(account)

    after = [found.id for found in run_checks(tags=[Tags.database], databases=["default"])]

    assert ("billing.W001" in before, "billing.W001" in after) == (True, False)
