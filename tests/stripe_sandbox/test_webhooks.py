"""Events and their deliveries: signatures, retries, order, faults."""

import time

import pytest
import stripe

from stripe_sandbox.faults import Fault
from tests.stripe_sandbox.driver import Driver
from tests.stripe_sandbox.receiver import Received, Receiver


def settle(driver: Driver) -> None:
    """Wait until everything that is due now was tried."""
    driver.sandbox.courier.drain(until=driver.sandbox.clock.now())


def test_delivery_carries_a_signature_that_the_sdk_accepts(driver: Driver, receiver: Receiver) -> None:
    customer = driver.sdk().customers.create({"email": "a@example.org"})
    settle(driver)

    [one] = receiver.received
    event = stripe.Webhook.construct_event(one.body, one.headers["Stripe-Signature"], receiver.secret)
    assert (event.type, event.data.object["id"]) == ("customer.created", customer.id)
    assert event.api_version == "2026-05-27.dahlia"
    assert one.headers["Content-Type"] == "application/json; charset=utf-8"


def test_signature_of_another_secret_is_refused_by_the_sdk(driver: Driver, receiver: Receiver) -> None:
    driver.sdk().customers.create()
    settle(driver)

    [one] = receiver.received
    with pytest.raises(stripe.SignatureVerificationError):
        stripe.Webhook.construct_event(one.body, one.headers["Stripe-Signature"], "whsec_other")


def test_signature_is_stamped_in_system_time(driver: Driver, receiver: Receiver) -> None:
    driver.advance("P100D")
    driver.sdk().customers.create()
    settle(driver)

    [one] = receiver.received
    stamp = int(one.headers["Stripe-Signature"].split(",")[0].removeprefix("t="))
    assert abs(stamp - time.time()) < 30
    assert one.event["created"] > time.time() + 99 * 86400


def test_event_names_the_call_that_led_to_it(driver: Driver) -> None:
    reply = driver.call("POST", "/v1/customers", {"email": "ada@example.org"}, Idempotency_Key="mine")

    [event] = driver.events()
    assert event["request"].to_dict() == {"id": reply.headers["request-id"], "idempotency_key": "mine"}


def test_event_of_time_alone_names_no_call(driver: Driver) -> None:
    driver.subscribe(driver.customer(), driver.price(), trial_period_days=5)

    driver.advance("P3D")

    [event] = driver.events("customer.subscription.trial_will_end")
    assert event["request"].to_dict() == {"id": None, "idempotency_key": None}


def test_events_arrive_in_the_order_of_their_making(driver: Driver, receiver: Receiver) -> None:
    driver.subscribe(driver.customer(), driver.price(interval="week"))
    driver.advance("P22D")

    made = driver.event_types()
    assert receiver.types == made
    moments = [one.event["created"] for one in receiver.received]
    assert moments == sorted(moments)


def test_failed_delivery_is_tried_again_later(driver: Driver, receiver: Receiver) -> None:
    receiver.answers[:] = [500]
    driver.sdk().customers.create()
    settle(driver)
    [pending] = driver.sdk().events.list({"delivery_success": False}).data

    driver.advance("PT5M")

    assert receiver.types == ["customer.created", "customer.created"]
    assert receiver.received[0].body == receiver.received[1].body
    assert pending.pending_webhooks == 1
    assert driver.sdk().events.retrieve(pending.id).pending_webhooks == 0
    assert driver.sdk().events.list({"delivery_success": False}).data == []


def test_delivery_is_given_up_after_three_tries(driver: Driver, receiver: Receiver) -> None:
    receiver.answers[:] = [500] * 10
    driver.sdk().customers.create()

    driver.advance("P2D")

    assert len(receiver.received) == 3
    [delivery] = driver.control("GET", "deliveries").body["data"]
    assert (delivery["state"], delivery["last_status"], delivery["attempts"]) == ("failed", 500, 3)


def test_other_events_do_not_wait_for_a_failed_one(driver: Driver, receiver: Receiver) -> None:
    receiver.answers[:] = [500]
    driver.sdk().customers.create()
    driver.sdk().products.create({"name": "Starter"})
    settle(driver)

    assert receiver.types == ["customer.created", "product.created"]


def test_api_answers_during_a_delivery_while_time_moves(driver: Driver, receiver: Receiver) -> None:
    subscription = driver.subscribe(driver.customer(), driver.price())
    settle(driver)
    seen: list[tuple[str, str]] = []

    def look_back(one: Received) -> None:
        if one.event["type"].startswith("invoice."):
            driver.sdk().customers.update(subscription.customer, {"metadata": {"seen": one.event["id"]}})
            seen.append((one.event["type"], driver.sdk().invoices.list({"limit": 1}).data[0].status))

    receiver.on_delivery = look_back
    driver.advance("P32D")

    assert ("invoice.created", "draft") in seen
    assert ("invoice.paid", "paid") in seen


def test_paused_deliveries_wait_and_come_in_order(driver: Driver, receiver: Receiver) -> None:
    driver.control("POST", "webhooks/pause")
    driver.subscribe(driver.customer(), driver.price())
    driver.advance("P1D")
    before = list(receiver.types)

    driver.control("POST", "webhooks/resume")
    settle(driver)

    assert before == []
    assert receiver.types == driver.event_types()


def test_event_can_be_sent_again(driver: Driver, receiver: Receiver) -> None:
    driver.sdk().customers.create()
    settle(driver)
    event_id = receiver.received[0].event["id"]

    reply = driver.control("POST", "webhooks/resend", {"event": event_id})
    settle(driver)

    assert reply.body == {"resent": 1}
    assert [one.event["id"] for one in receiver.received] == [event_id, event_id]
    assert driver.control("POST", "webhooks/resend", {"event": "evt_none"}).status == 404


@pytest.mark.parametrize(("fault", "count"), [("drop", 0), ("duplicate", 2)])
def test_planned_fault_meets_the_event_that_it_names(
    driver: Driver, receiver: Receiver, fault: str, count: int
) -> None:
    driver.control("POST", "faults", {"fault": fault, "match": {"type": "customer.created"}})

    driver.sdk().products.create({"name": "Starter"})
    driver.sdk().customers.create()
    settle(driver)

    assert receiver.types == ["product.created"] + ["customer.created"] * count
    undelivered = driver.sdk().events.list({"delivery_success": False}).data
    assert len(undelivered) == (1 if fault == "drop" else 0)


def test_delayed_event_comes_when_its_time_is_there(driver: Driver, receiver: Receiver) -> None:
    driver.sandbox.faults.add(Fault(name="delay", match={"type": "customer.created"}, seconds=600))
    driver.sdk().customers.create()
    settle(driver)
    driver.sdk().products.create({"name": "Starter"})
    settle(driver)

    driver.advance("PT10M")

    assert receiver.types == ["product.created", "customer.created"]


def test_endpoint_shows_its_secret_once_and_gets_what_it_wants(driver: Driver, receiver: Receiver) -> None:
    made = driver.sdk().webhook_endpoints.create(
        {"url": receiver.url, "enabled_events": ["product.created"], "api_version": "2026-05-27.dahlia"}
    )

    found = driver.sdk().webhook_endpoints.retrieve(made.id)
    driver.sdk().customers.create()
    driver.sdk().products.create({"name": "Starter"})
    settle(driver)

    assert made.secret.startswith("whsec_")
    assert "secret" not in found
    assert sorted(receiver.types) == ["customer.created", "product.created", "product.created"]


def test_disabled_or_deleted_endpoint_gets_nothing(driver: Driver, receiver: Receiver) -> None:
    [endpoint] = driver.sdk().webhook_endpoints.list().data
    driver.sdk().webhook_endpoints.update(endpoint.id, {"disabled": True})
    driver.sdk().customers.create()
    driver.sdk().webhook_endpoints.delete(endpoint.id)
    driver.sdk().customers.create()
    settle(driver)

    assert receiver.received == []
    assert driver.sdk().webhook_endpoints.list().data == []


def test_only_this_machine_is_ever_called(driver: Driver) -> None:
    driver.sdk().webhook_endpoints.create({"url": "https://example.org/hook", "enabled_events": ["*"]})

    driver.sdk().customers.create()
    settle(driver)

    errors = [delivery["last_error"] for delivery in driver.control("GET", "deliveries").body["data"]]
    assert "not sent: the sandbox calls this machine only" in errors


def test_events_are_listed_by_type_and_time(driver: Driver) -> None:
    driver.sdk().customers.create()
    driver.advance("P1D")
    driver.sdk().products.create({"name": "Starter"})
    now = driver.sandbox.clock.now()

    by_types = driver.sdk().events.list({"types": ["customer.created", "price.created"]}).data
    by_wildcard = driver.sdk().events.list({"type": "product.*"}).data
    by_time = driver.sdk().events.list({"created": {"gte": now - 60}}).data

    assert [event.type for event in by_types] == ["customer.created"]
    assert [event.type for event in by_wildcard] == ["product.created"]
    assert [event.type for event in by_time] == ["product.created"]


def test_events_are_kept_for_thirty_days(driver: Driver) -> None:
    driver.sdk().customers.create()
    [event] = driver.events()

    driver.advance("P31D")

    assert driver.events() == []
    assert driver.call("GET", f"/v1/events/{event.id}").status == 404


def test_refused_call_makes_no_event(driver: Driver) -> None:
    customer = driver.customer(None)
    before = driver.event_types()

    driver.call("POST", "/v1/payment_methods/pm_card_chargeDeclined/attach", {"customer": customer.id})

    assert driver.event_types() == before
