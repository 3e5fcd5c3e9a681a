"""A change of seats that is sent twice, at once, too late, or into silence happens once or not at all."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection

from billing import clock
from billing.errors import (
    CardDeclined,
    NotFound,
    PreviewStale,
    SeatChangeFailed,
    StripeUnreachable,
    UnderWay,
)
from billing.gateway.client import client
from billing.models import AuditEntry, ChangePreview, Price, SeatChange, StaffTask
from billing.services.resume_seat_changes import resume_seat_changes
from tests.billing.services.seats import choose, confirm, preview, quantity_at_stripe
from tests.billing.shop import Shop
from tests.factories import MembershipFactory

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_second_click_is_the_same_change(shop: Shop, team: Price) -> None:
    subscription = shop.subscribe(price=team)
    shown, key = preview(shop, 5), uuid4()

    first = confirm(shop, shown, request_key=key)
    again = confirm(shop, shown, request_key=key)

    assert first.pk == again.pk
    assert len(client().v1.invoice_items.list(params={"customer": subscription.stripe_customer_id})["data"]) == 2
    assert AuditEntry.objects.filter(action="seats_raised").count() == 1


def test_clicks_at_once_change_it_once(shop: Shop, team: Price) -> None:
    subscription = shop.subscribe(price=team)
    shown = preview(shop, 5)

    def click(_: int) -> str:
        try:
            return confirm(shop, shown).state
        except (UnderWay, PreviewStale) as refusal:
            return refusal.code
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(click, range(4)))

    assert answers.count("succeeded") == 1
    assert SeatChange.objects.count() == 1
    assert quantity_at_stripe(subscription) == 5


def test_what_was_shown_for_another_state_is_shown_anew(shop: Shop, team: Price) -> None:
    shop.subscribe(price=team)
    old = preview(shop, 5)
    choose(shop, 6)

    with pytest.raises(PreviewStale):
        confirm(shop, old)


def test_what_was_shown_too_long_ago_is_shown_anew(shop: Shop, team: Price) -> None:
    shop.subscribe(price=team)
    shown = preview(shop, 5)
    ChangePreview.objects.update(expires_at=clock.system_now())

    with pytest.raises(PreviewStale):
        confirm(shop, shown)


def test_what_was_shown_to_others_is_not_found(shop: Shop, team: Price) -> None:
    shop.subscribe(price=team)
    shown = preview(shop, 5)
    shop.organization = MembershipFactory().organization

    with pytest.raises(NotFound):
        confirm(shop, shown)


def test_a_declined_card_changes_nothing_where_seats_are_paid_at_once(shop: Shop, team: Price, settings) -> None:
    settings.SEATS_UP_BEHAVIOUR = "now_invoice"
    subscription = shop.subscribe(price=team)
    shown, key = preview(shop, 5), uuid4()
    shop.sandbox.fault("decline", times=1, code="insufficient_funds")

    with pytest.raises(CardDeclined):
        confirm(shop, shown, request_key=key)
    with pytest.raises(SeatChangeFailed):
        confirm(shop, shown, request_key=key)

    assert quantity_at_stripe(subscription) == 3
    assert SeatChange.objects.get().state == "failed"
    assert StaffTask.objects.count() == 0


@pytest.mark.parametrize("fault", ["http_500_after_commit", "timeout_after_commit"])
def test_where_the_answer_is_lost_what_stripe_has_answers(shop: Shop, team: Price, fault: str) -> None:
    subscription = shop.subscribe(price=team)
    shown = preview(shop, 5)
    shop.sandbox.fault(fault, times=2, match={"method": "POST", "path": "/v1/subscriptions/*"})

    change = confirm(shop, shown)

    assert (change.state, quantity_at_stripe(subscription)) == ("succeeded", 5)
    assert len(client().v1.invoice_items.list(params={"customer": subscription.stripe_customer_id})["data"]) == 2


def test_a_change_that_stripe_did_not_hear_is_carried_out_later_and_once(shop: Shop, team: Price) -> None:
    subscription = shop.subscribe(price=team)
    shown = preview(shop, 5)
    shop.sandbox.fault("http_500_before", times=2, match={"method": "POST", "path": "/v1/subscriptions/*"})
    with pytest.raises(StripeUnreachable):
        confirm(shop, shown)

    resume_seat_changes(clock.system_now() + timedelta(minutes=2))
    resume_seat_changes(clock.system_now() + timedelta(minutes=2))

    assert SeatChange.objects.get().state == "succeeded"
    assert quantity_at_stripe(subscription) == 5
    assert len(client().v1.invoice_items.list(params={"customer": subscription.stripe_customer_id})["data"]) == 2


@pytest.mark.parametrize(("quantity", "state", "tasks"), [(5, "succeeded", 0), (4, "failed", 1)])
def test_when_its_key_is_too_old_stripe_is_asked_what_it_has(
    shop: Shop, team: Price, quantity: int, state: str, tasks: int
) -> None:
    subscription = shop.subscribe(price=team)
    shown = preview(shop, 5)
    shop.sandbox.fault("http_500_before", times=2, match={"method": "POST", "path": "/v1/subscriptions/*"})
    with pytest.raises(StripeUnreachable):
        confirm(shop, shown)
    item = client().v1.subscriptions.retrieve(subscription.stripe_subscription_id)["items"]["data"][0]
    client().v1.subscription_items.update(item["id"], params={"quantity": quantity})
    SeatChange.objects.update(created_at=clock.system_now() - timedelta(hours=24))

    resume_seat_changes(clock.system_now())

    assert SeatChange.objects.get().state == state
    assert quantity_at_stripe(subscription) == quantity
    assert StaffTask.objects.count() == tasks
