"""A Stripe account is prepared once, mended when somebody changed it, and never touched otherwise."""

import pytest

from billing.errors import StripeUnreachable
from billing.gateway.client import client
from billing.models import PortalConfiguration
from billing.services.setup_stripe import StripeSetup, setup_stripe

pytestmark = pytest.mark.django_db(transaction=True)

EVENTS = ["customer.updated", "invoice.paid"]
URL = "https://billing.example.com/webhooks/stripe/"


@pytest.fixture
def real_account(sandbox, settings):
    """The sandbox in the role of a real account: only the settings say which of the two Stripe is."""
    client()
    settings.USES_SANDBOX = False
    settings.SITE_URL = "https://billing.example.com"
    return sandbox


def set_up() -> StripeSetup:
    return setup_stripe(EVENTS)


def configurations() -> list:
    return list(client().v1.billing_portal.configurations.list({"limit": 100}).auto_paging_iter())


def endpoints() -> list:
    found = client().v1.webhook_endpoints.list({"limit": 100}).auto_paging_iter()
    return [endpoint for endpoint in found if endpoint["url"] == URL]


def test_portal_is_configured_and_its_id_is_pinned(sandbox, settings):
    setup = set_up()

    (made,) = configurations()
    assert setup.portal == "created"
    assert made["id"] == PortalConfiguration.objects.get(livemode=False).stripe_configuration_id
    assert made["features"]["subscription_update"]["enabled"] is False
    assert made["features"]["subscription_cancel"]["mode"] == "at_period_end"
    assert made["default_return_url"] == f"{settings.SITE_URL}/billing/"


def test_second_run_changes_nothing(sandbox):
    first = set_up()

    second = set_up()

    assert second.portal == "unchanged"
    assert second.stripe_configuration_id == first.stripe_configuration_id
    assert len(configurations()) == 1


def test_configuration_that_somebody_changed_is_set_right_under_the_same_id(sandbox):
    first = set_up()
    client().v1.billing_portal.configurations.update(
        first.stripe_configuration_id,
        {"features": {"subscription_cancel": {"enabled": True, "mode": "immediately"}}},
        {"idempotency_key": "slip"},
    )

    second = set_up()

    assert (second.portal, second.stripe_configuration_id) == ("changed", first.stripe_configuration_id)
    assert configurations()[0]["features"]["subscription_cancel"]["mode"] == "at_period_end"


def test_lost_row_finds_the_configuration_that_was_made(sandbox):
    first = set_up()
    PortalConfiguration.objects.all().delete()

    second = set_up()

    assert second.stripe_configuration_id == first.stripe_configuration_id
    assert len(configurations()) == 1


def test_configuration_of_another_account_is_replaced(sandbox):
    PortalConfiguration.objects.create(livemode=False, stripe_configuration_id="bpc_of_another_account")

    setup = set_up()

    assert setup.portal == "created"
    assert PortalConfiguration.objects.get().stripe_configuration_id == setup.stripe_configuration_id


def test_lost_answer_makes_one_configuration(sandbox):
    sandbox.fault(
        "timeout_after_commit", match={"method": "POST", "path": "/v1/billing_portal/configurations"}, times=4
    )
    with pytest.raises(StripeUnreachable):
        set_up()
    sandbox.ask("DELETE", "/_sandbox/faults")

    set_up()

    assert len(configurations()) == 1


def test_sandbox_gets_no_endpoint(sandbox):
    assert set_up().endpoint.result == "skipped"
    assert endpoints() == []


def test_address_that_stripe_cannot_reach_gets_no_endpoint(real_account, settings):
    settings.SITE_URL = "http://127.0.0.1:8000"

    assert set_up().endpoint.result == "skipped"


def test_endpoint_is_made_once_and_only_then_tells_its_secret(real_account, settings):
    first, second = set_up(), set_up()

    (made,) = endpoints()
    assert first.endpoint.secret.startswith("whsec_")
    assert (second.endpoint.result, second.endpoint.secret) == ("unchanged", "")
    assert made["api_version"] == settings.STRIPE_API_VERSION
    assert sorted(made["enabled_events"]) == EVENTS


def test_endpoint_learns_new_events_and_is_switched_on_again(real_account):
    made = set_up().endpoint
    client().v1.webhook_endpoints.update(made.stripe_endpoint_id, {"disabled": True}, {"idempotency_key": "off"})

    again = setup_stripe([*EVENTS, "invoice.voided"]).endpoint

    (endpoint,) = endpoints()
    assert (again.result, again.stripe_endpoint_id) == ("changed", made.stripe_endpoint_id)
    assert endpoint["status"] == "enabled"
    assert "invoice.voided" in endpoint["enabled_events"]


def test_second_endpoint_with_the_same_address_is_named_and_left_alone(real_account):
    ids = {
        client().v1.webhook_endpoints.create({"url": URL, "enabled_events": EVENTS}, {"idempotency_key": key})["id"]
        for key in ("one", "two")
    }

    endpoint = set_up().endpoint

    assert endpoint.result == "unchanged"
    assert {endpoint.stripe_endpoint_id, *endpoint.superfluous_ids} == ids
    assert {found["id"] for found in endpoints() if found["status"] == "enabled"} == ids
