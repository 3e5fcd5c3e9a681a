"""What is recorded for a customer's programs: once for each change, of committed state, and for nobody else."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from billing import outgoing, reactions
from billing.models import OutgoingEvent, Subscription, Transition, WebhookDelivery, WebhookEndpoint
from billing.services.record_changed_states import record_changed_states
from billing.services.record_outgoing_event import record_outgoing_event
from billing.services.switch_webhook_endpoint import disable_webhook_endpoint, enable_webhook_endpoint
from tests.billing.factories import NOW, ChargeAttemptFactory, FreePlanFactory, InvoiceFactory, LocalTrialFactory
from tests.billing.hooked import ALL_BUT_STATE, Hooked
from tests.billing.receiver import Receiver
from tests.factories import MembershipFactory

pytestmark = pytest.mark.django_db
ALL = (*ALL_BUT_STATE, "customer.state_changed")
DAY = timedelta(days=1)


@pytest.fixture
def hooked() -> Hooked:
    FreePlanFactory()
    return Hooked.at(Receiver(port=9), kinds=ALL)


def kinds() -> list[str]:
    return list(OutgoingEvent.objects.order_by("pk").values_list("kind", flat=True))


def test_a_change_is_told_with_the_whole_state_behind_it(hooked: Hooked) -> None:
    hooked.happen("past_due")

    assert kinds() == ["subscription.past_due", "customer.state_changed"]
    state = OutgoingEvent.objects.get(kind="customer.state_changed").data
    assert state["subscriptions"][0]["status"] == "past_due"
    assert state["organization"] == str(hooked.organization.uuid)


def test_what_is_told_names_nobody(hooked: Hooked) -> None:
    hooked.happen("past_due")

    text = str(list(OutgoingEvent.objects.values_list("data", flat=True)))
    for personal in ("Oakline", "alice", hooked.organization.email):
        assert personal not in text


def test_a_transition_is_told_once_however_often_it_is_looked_at(hooked: Hooked) -> None:
    transition = hooked.happen("past_due")

    Transition.objects.update(is_settled=False)
    reactions.run_due(NOW)
    record_outgoing_event(transition, now=NOW)

    assert kinds() == ["subscription.past_due", "customer.state_changed"]
    assert WebhookDelivery.objects.count() == 2


def test_first_sight_in_an_import_tells_nothing(hooked: Hooked) -> None:
    hooked.happen("past_due", is_baseline=True, is_settled=True)

    assert kinds() == []


def test_several_changes_of_one_act_are_one_change_of_the_state(hooked: Hooked) -> None:
    Subscription.objects.filter(pk=hooked.subscription.pk).update(quantity=4, stripe_price_id="price_2")
    for aspect, before, after in (("quantity", "1", "4"), ("price", "price_1", "price_2")):
        Transition.objects.create(
            kind="subscription",
            stripe_id=hooked.subscription.stripe_subscription_id,
            organization=hooked.organization,
            livemode=False,
            aspect=aspect,
            from_state=before,
            to_state=after,
            business_at=NOW,
        )
    reactions.run_due(NOW)

    assert sorted(kinds()) == ["customer.state_changed", "subscription.updated", "subscription.updated"]


def test_a_failed_payment_names_its_invoice_and_not_the_reason(hooked: Hooked) -> None:
    invoice = InvoiceFactory(organization=hooked.organization, status="open")
    charge = ChargeAttemptFactory(
        organization=hooked.organization,
        stripe_invoice_id=invoice.stripe_invoice_id,
        status="failed",
        decline_code="stolen_card",
    )

    hooked.happen("failed", from_state="", kind="charge", stripe_id=charge.stripe_charge_id)

    event = OutgoingEvent.objects.get(kind="invoice.payment_failed")
    assert event.data["invoice"]["id"] == invoice.stripe_invoice_id
    assert event.data["failed_payment"]["charge"] == charge.stripe_charge_id
    assert "stolen" not in str(event.data)


@pytest.mark.parametrize(
    ("status", "kind"), [("open", "invoice.open"), ("paid", "invoice.paid"), ("void", "invoice.void")]
)
def test_an_invoice_tells_its_sums_in_minor_units(hooked: Hooked, status: str, kind: str) -> None:
    invoice = InvoiceFactory(organization=hooked.organization, status=status)

    hooked.happen(status, from_state="draft", kind="invoice", stripe_id=invoice.stripe_invoice_id)

    told = OutgoingEvent.objects.get(kind=kind).data["invoice"]
    assert (told["total_minor"], told["currency"], told["status"]) == (4800, "eur", status)


def test_only_what_was_chosen_is_recorded(hooked: Hooked) -> None:
    WebhookEndpoint.objects.update(kinds=["invoice.paid"])

    hooked.happen("past_due")

    assert kinds() == []


def test_an_organization_without_addresses_costs_one_query_more(hooked: Hooked) -> None:
    other = MembershipFactory().organization
    transition = hooked.happen("past_due", organization=other)
    before = kinds()

    with CaptureQueriesContext(connection) as queries:
        record_outgoing_event(transition, now=NOW)

    assert len(queries) == 1
    assert kinds() == before == []


def test_what_is_switched_off_is_told_nothing_and_after_it_is_on_again_the_whole_state(hooked: Hooked) -> None:
    record_changed_states(NOW)
    disable_webhook_endpoint(hooked.organization, hooked.endpoint.uuid, actor=None, now=NOW)
    hooked.happen("past_due")
    assert kinds() == ["customer.state_changed"]
    assert record_changed_states(NOW) == 0

    enable_webhook_endpoint(hooked.organization, hooked.endpoint.uuid, actor=None, now=NOW)
    record_changed_states(NOW)

    assert kinds() == ["customer.state_changed"] * 2
    assert OutgoingEvent.objects.last().data["subscriptions"][0]["status"] == "past_due"


def test_a_new_address_is_told_the_state_as_it_is_first(hooked: Hooked) -> None:
    assert record_changed_states(NOW) == 1

    assert kinds() == ["customer.state_changed"]
    assert record_changed_states(NOW) == 0


def test_what_time_alone_changes_is_told_when_it_comes(hooked: Hooked) -> None:
    Subscription.objects.all().delete()
    trial = LocalTrialFactory(organization=hooked.organization)
    record_changed_states(NOW)
    look_at = WebhookEndpoint.objects.get().state_check_at
    WebhookEndpoint.objects.update(state_check_at=NOW)
    assert record_changed_states(trial.ends_at - timedelta(minutes=3)) == 0
    soon = WebhookEndpoint.objects.get().state_check_at

    WebhookEndpoint.objects.update(state_check_at=NOW)
    assert record_changed_states(trial.ends_at) == 1

    assert soon - look_at < timedelta(minutes=-6)  # Not after ten minutes, but when the trial ends.
    plans = [event.data["access"]["plan"] for event in OutgoingEvent.objects.order_by("pk")]
    assert plans == ["growth", "free"]


def test_the_body_is_the_same_each_time_and_in_the_shape_of_the_standard(hooked: Hooked) -> None:
    hooked.happen("past_due")
    event = OutgoingEvent.objects.first()

    body = outgoing.body_of(event)

    assert body == outgoing.body_of(OutgoingEvent.objects.get(pk=event.pk))
    assert body.startswith('{"data":{')
    assert f'"id":"evt_{event.uuid.hex}","timestamp":"2026-11-21T12:00:00Z","type":"subscription.past_due"' in body
