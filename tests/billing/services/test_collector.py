"""Where we collect on a real account, the first sign that Stripe does so, too, gives collecting back to it."""

from collections.abc import Iterator
from typing import Any

import pytest

from billing.gateway.client import client
from billing.models import CollectionConfirmation, DunningCase, StaffTask
from billing.selectors.collector import collector_now
from billing.services.preflight import confirm_own_collection
from billing.services.setup_stripe import setup_stripe
from tests.billing.pursuit import failed_renewal, look
from tests.billing.shop import Shop
from webhooks.registry import event_types

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def shop(sandbox: Any) -> Iterator[Shop]:
    yield Shop.open(sandbox)
    sandbox.ask("POST", "/_sandbox/settings", {"retries": "off", "after_retries": "leave"})


@pytest.fixture
def confirmed(shop: Shop, settings: Any) -> Shop:
    """The sandbox in the role of a real account, whose own collection somebody has confirmed."""
    settings.DUNNING_COLLECTOR = "own"
    client()
    settings.USES_SANDBOX = False
    settings.SITE_URL = "https://billing.example.com"
    account = setup_stripe(event_types()).stripe_account_id
    confirm_own_collection(event_types(), by="Ada", stripe_account_id=account, now=shop.now)
    settings.USES_SANDBOX = True
    return shop


def fail_again(shop: Shop, subscription: Any) -> DunningCase:
    """The next renewal fails, too."""
    shop.advance("P31D")
    look(shop, subscription)
    return DunningCase.objects.order_by("pk").last()


def test_a_retry_of_stripes_takes_the_confirmation_back(confirmed: Shop, settings: Any) -> None:
    subscription, ours = failed_renewal(confirmed, "pm_card_sandbox_stolen_card")
    settings.USES_SANDBOX = False
    was = collector_now()
    confirmed.sandbox.ask("POST", "/_sandbox/settings", {"retries": "fixed:20"})

    theirs = fail_again(confirmed, subscription)

    assert (was, ours.collector) == ("own", "own")
    assert theirs.stripe_invoice_id != ours.stripe_invoice_id
    row = CollectionConfirmation.objects.get()
    assert row.withdrawn_at is not None
    assert theirs.stripe_invoice_id in row.why_withdrawn
    assert collector_now() == "observe"
    assert StaffTask.objects.filter(kind="collection_withdrawn").count() == 1
    assert theirs.collector == "observe" or theirs.state == "conflict"


def test_once_taken_back_no_further_case_is_ours(confirmed: Shop, settings: Any) -> None:
    subscription, _ = failed_renewal(confirmed, "pm_card_sandbox_stolen_card")
    settings.USES_SANDBOX = False
    confirmed.sandbox.ask("POST", "/_sandbox/settings", {"retries": "fixed:40"})
    fail_again(confirmed, subscription)

    third = fail_again(confirmed, subscription)

    assert DunningCase.objects.count() == 3
    assert third.collector == "observe"
    assert StaffTask.objects.filter(kind="collection_withdrawn").count() == 1


def test_an_end_by_stripe_takes_the_confirmation_back(confirmed: Shop, settings: Any) -> None:
    subscription, case = failed_renewal(confirmed, "pm_card_sandbox_stolen_card")
    settings.USES_SANDBOX = False
    switches = {"retries": "fixed:3", "after_retries": "cancel"}
    confirmed.sandbox.ask("POST", "/_sandbox/settings", switches)
    confirmed.advance("P36D")

    look(confirmed, subscription)

    case.refresh_from_db()
    assert (case.state, case.end_reason) == ("stopped", "ended_by_stripe")
    assert collector_now() == "observe"


def test_retries_that_begin_later_stop_a_case_of_ours(shop: Shop) -> None:
    """Automations of Stripe's name the next attempt only in a later update (rule O3)."""
    subscription, case = failed_renewal(shop, "pm_card_chargeCustomerFail")
    was = case.state
    shop.sandbox.ask("POST", "/_sandbox/settings", {"retries": "fixed:20"})
    client().v1.invoices.update(case.stripe_invoice_id, params={"auto_advance": False})
    client().v1.invoices.update(case.stripe_invoice_id, params={"auto_advance": True})

    look(shop, subscription)

    case.refresh_from_db()
    assert (was, case.state) == ("waiting", "conflict")
    assert StaffTask.objects.filter(kind="dunning_conflict").exists()
