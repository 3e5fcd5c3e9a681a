"""Sending what a customer's programs are told: signed, in order, again after a failure, and not for ever."""

import threading
from collections.abc import Iterator
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connections

from accounts.models import Role
from billing.gateway.webhook_sender import Sender
from billing.models import Notice, WebhookAttempt, WebhookDelivery, WebhookEndpoint
from billing.rules.webhook_retry import DELAYS
from billing.services.switch_webhook_endpoint import enable_webhook_endpoint, rotate_webhook_secret
from tests.billing.hooked import Hooked
from tests.billing.receiver import Receiver, receiving
from tests.factories import MembershipFactory

pytestmark = pytest.mark.django_db(transaction=True)
SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)


class KilledAfterSending(Sender):
    """The worker at the moment at which the receiver has answered: nothing after it runs."""

    def send_all(self, messages):
        super().send_all(messages)
        raise KeyboardInterrupt


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as made:
        yield made


@pytest.fixture
def hooked(receiver: Receiver) -> Hooked:
    return Hooked.at(receiver)


def test_what_happened_arrives_once_signed_and_with_its_state(hooked: Hooked) -> None:
    transition = hooked.happen("past_due")

    assert (hooked.send(), hooked.send()) == (1, 0)
    [got] = hooked.receiver.got
    told = got.verified(hooked.secret)
    assert (told["type"], told["id"], told["timestamp"]) == (
        "subscription.past_due",
        got.id,
        "2026-11-21T12:00:00Z",
    )
    assert told["data"]["subscription"]["status"] == "past_due"
    assert told["data"]["change"] == {"what": "status", "before": "active", "after": "past_due"}
    assert told["data"]["organization"] == str(transition.organization.uuid)
    attempt = WebhookAttempt.objects.get()
    assert (attempt.status_code, attempt.answer, attempt.error, attempt.number) == (200, "ok", "", 1)
    assert hooked.states() == ["delivered"]


def test_events_arrive_in_the_order_in_which_they_happened(hooked: Hooked) -> None:
    for state in ("past_due", "unpaid", "active"):
        hooked.happen(state, from_state="x")

    hooked.send()

    types = ["subscription.past_due", "subscription.unpaid", "subscription.active"]
    assert hooked.receiver.types(hooked.secret) == types


def test_a_later_event_waits_for_an_earlier_one_for_a_minute_and_no_longer(hooked: Hooked) -> None:
    hooked.receiver.answers = lambda number: 500 if number == 1 else 200
    hooked.happen("past_due")
    hooked.happen("unpaid")

    assert hooked.send() == 1
    assert hooked.states() == ["waiting", "waiting"]
    WebhookDelivery.objects.filter(sequence=1).update(run_at=hooked.endpoint.created_at + HOUR)
    assert hooked.send() == 0
    WebhookDelivery.objects.filter(sequence=2).update(created_at=hooked.endpoint.created_at - MINUTE)
    assert hooked.send() == 1

    assert hooked.states() == ["waiting", "delivered"]
    assert hooked.receiver.types(hooked.secret) == ["subscription.past_due", "subscription.unpaid"]


def test_a_failed_try_is_repeated_ever_later_with_the_same_id_and_body_and_then_given_up(hooked: Hooked) -> None:
    hooked.receiver.answers = lambda number: 503
    WebhookEndpoint.objects.update(failing_since=None)
    hooked.happen("past_due")

    for delay in DELAYS:
        assert hooked.send() == 1
        assert delay - SECOND < hooked.next_in() < delay * 1.2
        WebhookEndpoint.objects.update(failures_in_a_row=0)  # Another event has arrived between.
        hooked.pass_time(delay * 1.2)
    assert (hooked.send(), hooked.send()) == (1, 0)

    assert hooked.states() == ["failed"]
    assert len({(got.id, got.body) for got in hooked.receiver.got}) == 1
    assert list(WebhookAttempt.objects.order_by("number").values_list("number", flat=True)) == list(range(1, 11))


def test_ten_failures_in_a_row_over_an_hour_switch_it_off_and_tell_the_owners(hooked: Hooked) -> None:
    MembershipFactory(organization=hooked.organization, user__email="bob@oakline.example", role=Role.MEMBER)
    hooked.receiver.answers = lambda number: 500
    WebhookEndpoint.objects.update(failures_in_a_row=8, failing_since=hooked.endpoint.created_at - HOUR)
    hooked.happen("past_due")
    hooked.happen("unpaid")

    hooked.send()
    assert not WebhookEndpoint.objects.get().is_disabled
    hooked.pass_time(10 * SECOND)
    hooked.send()

    endpoint = WebhookEndpoint.objects.get()
    assert (endpoint.disabled_reason, endpoint.failures_in_a_row) == ("failures", 10)
    hooked.pass_time(HOUR)
    assert hooked.send() == 0
    notice = Notice.objects.get()
    assert (notice.kind, notice.content.recipient) == ("webhook_endpoint_disabled", "alice@oakline.example")
    assert "The last 10 webhooks" in notice.content.text


def test_once_it_is_switched_on_again_what_waited_arrives_in_order(hooked: Hooked) -> None:
    hooked.receiver.answers = lambda number: 410 if number == 1 else 200
    hooked.happen("past_due")
    hooked.happen("unpaid")
    hooked.send()
    assert WebhookEndpoint.objects.get().disabled_reason == "gone"
    assert Notice.objects.count() == 1
    hooked.happen("active")
    assert hooked.send() == 0

    enable_webhook_endpoint(
        hooked.organization, hooked.endpoint.uuid, actor=hooked.owner, now=hooked.endpoint.created_at
    )
    hooked.send()

    assert hooked.receiver.types(hooked.secret)[1:] == ["subscription.past_due", "subscription.unpaid"]
    assert hooked.states() == ["delivered", "delivered"]


def test_one_that_arrives_ends_the_row_of_failures(hooked: Hooked) -> None:
    WebhookEndpoint.objects.update(failures_in_a_row=9, failing_since=hooked.endpoint.created_at - HOUR)
    hooked.happen("past_due")

    hooked.send()

    endpoint = WebhookEndpoint.objects.get()
    assert (endpoint.failures_in_a_row, endpoint.failing_since, endpoint.is_disabled) == (0, None, False)


def test_a_worker_that_dies_between_sending_and_recording_sends_it_again_with_the_same_id(hooked: Hooked) -> None:
    hooked.happen("past_due")
    with pytest.raises(KeyboardInterrupt):
        hooked.send(sender=KilledAfterSending())
    assert hooked.send() == 0  # The lease of the dead still holds.
    hooked.pass_time(2 * MINUTE)

    hooked.send()

    first, second = hooked.receiver.got
    assert (first.id, first.body) == (second.id, second.body)
    assert hooked.states() == ["delivered"]


def test_an_event_that_kills_each_worker_is_given_up(hooked: Hooked) -> None:
    hooked.happen("past_due")
    WebhookDelivery.objects.update(tries=10)

    assert hooked.send() == 0
    assert (hooked.states(), hooked.receiver.got) == (["failed"], [])


@pytest.mark.parametrize("age", [0 * MINUTE, 2 * MINUTE])
def test_workers_that_send_at_once_send_each_event_once_and_in_order(hooked: Hooked, age: timedelta) -> None:
    """Also what has waited so long that it need not wait for one that is before it."""
    hooked.receiver.seconds = 0.05
    for state in ("past_due", "unpaid", "active", "past_due", "unpaid", "active"):
        hooked.happen(state, from_state="x")
    hooked.pass_time(age)

    def work() -> None:
        try:
            for _ in range(20):
                hooked.send()
        finally:
            connections.close_all()

    workers = [threading.Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    ids = [got.id for got in hooked.receiver.got]
    expected = WebhookDelivery.objects.select_related("event").order_by("sequence")
    assert ids == [delivery.event.public_id for delivery in expected]
    assert set(hooked.states()) == {"delivered"}
    assert hooked.receiver.most_at_once == 1


def test_after_a_secret_was_replaced_both_sign_for_a_day(hooked: Hooked) -> None:
    fresh = rotate_webhook_secret(
        hooked.organization, hooked.endpoint.uuid, request_key=uuid4(), actor=None, now=hooked.endpoint.created_at
    ).secret
    hooked.happen("past_due")
    hooked.send()
    hooked.pass_time(25 * HOUR)
    hooked.happen("unpaid")
    hooked.send()

    both, one = (got.headers["webhook-signature"].split(" ") for got in hooked.receiver.got)
    assert (len(both), len(one)) == (2, 1)
    assert hooked.receiver.types(fresh) == ["subscription.past_due", "subscription.unpaid"]
    assert hooked.receiver.got[0].verified(hooked.secret)


def test_an_address_that_is_removed_while_it_is_sent_to_needs_nothing(hooked: Hooked) -> None:
    hooked.happen("past_due")

    class RemovedMeanwhile(Sender):
        def send_all(self, messages):
            WebhookEndpoint.objects.all().delete()
            return super().send_all(messages)

    assert hooked.send(sender=RemovedMeanwhile()) == 1
    assert not WebhookAttempt.objects.exists()


def test_a_secret_that_cannot_be_read_holds_up_no_other(hooked: Hooked, receiver: Receiver) -> None:
    WebhookEndpoint.objects.update(sealed_secret="sealed with a key that is gone")
    other = Hooked.at(receiver, owner="charlie@elsewhere.example")
    hooked.happen("past_due")
    other.happen("past_due")

    hooked.send()

    assert receiver.types(other.secret) == ["subscription.past_due"]
    assert [attempt.error for attempt in WebhookAttempt.objects.order_by("status_code")].count(
        "secret_unreadable"
    ) == 1
