"""Another number of seats: what was shown is what is billed, nothing twice, and fewer give no money back."""

from uuid import uuid4

import pytest

from billing.errors import (
    CancellationPending,
    NothingToChange,
    NotPerSeat,
    PreviewStale,
    SeatsAboveMaximum,
    SeatsBelowMinimum,
    SeatsBelowUsed,
)
from billing.gateway.client import client
from billing.models import ChangePreview, Price, SeatChange
from billing.selectors.seats import seats_of
from billing.services.cancellation import cancel_at_period_end
from tests.billing.services.changing import yearly
from tests.billing.services.seats import choose, confirm, invoices_at_stripe, let_join, preview, quantity_at_stripe
from tests.billing.shop import Shop

pytestmark = pytest.mark.django_db(transaction=True)


def test_more_seats_are_there_at_once_and_stand_on_the_next_invoice_to_the_unit(shop: Shop, team: Price) -> None:
    subscription = shop.subscribe(price=team)
    shop.advance("P10D")
    shown = preview(shop, 7)

    change = confirm(shop, shown)

    assert (change.state, quantity_at_stripe(subscription)) == ("succeeded", 7)
    assert len(invoices_at_stripe(subscription)) == 1
    assert shown.due_now_minor == 0
    assert 0 < shown.subtotal_minor < 4 * 1600
    shop.advance("P25D")
    renewal = invoices_at_stripe(subscription)[0]
    assert (renewal["total"], renewal["amount_paid"]) == (shown.next_amount_minor, shown.next_amount_minor)
    assert shown.next_amount_minor == 7 * 1600 + shown.subtotal_minor


def test_paid_at_once_by_setting_is_what_was_shown(shop: Shop, team: Price, settings) -> None:
    settings.SEATS_UP_BEHAVIOUR = "now_invoice"
    subscription = shop.subscribe(price=team)
    shop.advance("P10D")
    shown = preview(shop, 7)

    confirm(shop, shown)

    invoice = invoices_at_stripe(subscription)[0]
    assert invoice["amount_paid"] == shown.due_now_minor > 0
    shop.advance("P25D")
    assert invoices_at_stripe(subscription)[0]["total"] == shown.next_amount_minor == 7 * 1600


def test_with_a_yearly_price_nobodys_seats_wait_a_year_for_their_invoice(shop: Shop, team: Price) -> None:
    subscription = shop.subscribe(price=yearly(shop, of=team, amount_minor=16000))
    shop.advance("P100D")
    shown = preview(shop, 5)

    confirm(shop, shown)

    assert invoices_at_stripe(subscription)[0]["amount_paid"] == shown.due_now_minor > 0


def test_who_is_sent_invoices_gets_one_for_seats_that_are_billed_at_once(shop: Shop, team: Price, settings) -> None:
    settings.SEATS_UP_BEHAVIOUR = "now_invoice"
    subscription = shop.subscribe(price=team)
    client().v1.subscriptions.update(
        subscription.stripe_subscription_id, params={"collection_method": "send_invoice", "days_until_due": 30}
    )
    shop.look_at(subscription)
    shop.advance("P10D")
    shown = preview(shop, 5)

    confirm(shop, shown)

    invoice = invoices_at_stripe(subscription)[0]
    assert (invoice["status"], invoice["amount_due"]) == ("open", shown.due_now_minor)
    assert quantity_at_stripe(subscription) == 5


def test_fewer_seats_stay_until_the_period_ends_and_give_no_money_back(shop: Shop, team: Price) -> None:
    subscription = shop.subscribe(price=team)
    choose(shop, 9)
    shop.advance("P3D")
    shown = preview(shop, 5)

    change = confirm(shop, shown)

    seats = seats_of(shop.organization, shop.now)
    assert (seats.billed, seats.held) == (5, 9)
    assert (change.behaviour, shown.subtotal_minor) == ("period_end", 0)
    shop.advance("P30D")
    shop.look_at(subscription)
    assert invoices_at_stripe(subscription)[0]["total"] == shown.next_amount_minor
    assert seats_of(shop.organization, shop.now).held == 5


def test_seats_that_are_still_paid_come_back_for_nothing(shop: Shop, team: Price) -> None:
    subscription = shop.subscribe(price=team)
    choose(shop, 9)
    choose(shop, 5)
    shop.advance("P3D")
    shown = preview(shop, 9)

    confirm(shop, shown)

    assert shown.subtotal_minor == 0
    assert quantity_at_stripe(subscription) == 9
    shop.advance("P30D")
    assert invoices_at_stripe(subscription)[0]["total"] == shown.next_amount_minor


def test_only_seats_beyond_the_paid_ones_are_charged_for(shop: Shop, team: Price) -> None:
    subscription = shop.subscribe(price=team)
    choose(shop, 9)
    choose(shop, 5)
    shop.advance("P3D")
    two_more = preview(shop, 7).subtotal_minor
    shown = preview(shop, 11)

    confirm(shop, shown)

    assert two_more == 0
    assert 0 < shown.subtotal_minor < 2 * 1600
    assert quantity_at_stripe(subscription) == 11
    shop.advance("P30D")
    assert invoices_at_stripe(subscription)[0]["total"] == shown.next_amount_minor


def test_credit_by_setting(shop: Shop, team: Price, settings) -> None:
    settings.SEATS_DOWN_BEHAVIOUR = "now_next_invoice"
    subscription = shop.subscribe(price=team)
    choose(shop, 9)
    shop.advance("P10D")
    shown = preview(shop, 5)

    confirm(shop, shown)

    assert shown.subtotal_minor < 0
    assert seats_of(shop.organization, shop.now).held == 5
    shop.advance("P25D")
    assert invoices_at_stripe(subscription)[0]["total"] == shown.next_amount_minor


def test_in_a_trial_nothing_is_billed(shop: Shop, team: Price) -> None:
    team.plan.trial_days = 14
    team.plan.save()
    subscription = shop.subscribe(price=team)
    assert subscription.status == "trialing"

    shown = preview(shop, 8)
    confirm(shop, shown)

    assert (shown.due_now_minor, shown.subtotal_minor) == (0, 0)
    assert sum(invoice["total"] for invoice in invoices_at_stripe(subscription)) == 0
    shop.advance("P15D")
    assert invoices_at_stripe(subscription)[0]["total"] == shown.next_amount_minor == 8 * 1600


@pytest.mark.parametrize(
    ("quantity", "refusal"),
    [(3, NothingToChange), (2, SeatsBelowMinimum), (21, SeatsAboveMaximum)],
)
def test_a_number_that_cannot_be_had_is_refused_and_writes_nothing(
    shop: Shop, team: Price, quantity: int, refusal: type
) -> None:
    shop.subscribe(price=team)

    with pytest.raises(refusal):
        preview(shop, quantity)

    assert ChangePreview.objects.count() == SeatChange.objects.count() == 0


def test_nobody_loses_a_seat_that_is_used(shop: Shop, team: Price) -> None:
    let_join(shop, 5)
    shop.subscribe(price=team)
    choose(shop, 9)
    shown = preview(shop, 7)
    let_join(shop, 2)

    with pytest.raises(SeatsBelowUsed):
        preview(shop, 7)
    with pytest.raises(SeatsBelowUsed):
        confirm(shop, shown)


def test_a_plan_for_the_whole_team_has_no_seats(shop: Shop) -> None:
    shop.subscribe()

    with pytest.raises(NotPerSeat):
        preview(shop, 5)


def test_the_state_must_allow_it_when_it_is_shown_and_when_it_is_done(shop: Shop, team: Price) -> None:
    shop.subscribe(price=team)
    shown = preview(shop, 5)
    cancel_at_period_end(
        shop.organization, reason="", comment="", request_key=uuid4(), actor=shop.owner, now=shop.now
    )

    with pytest.raises(CancellationPending):
        preview(shop, 5)
    with pytest.raises((PreviewStale, CancellationPending)):
        confirm(shop, shown)
