"""Seats follow the team: one call however many join, found again at night, and never against the state's rules."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection

from accounts.invitations import accept, invite, revoke
from accounts.models import Organization, Role
from accounts.team import note_team_change, remove_member
from billing import clock
from billing.gateway.client import client
from billing.models import AuditEntry, Notice, Price, SeatChange, SeatSync, Subscription
from billing.selectors.seats import seats_of
from billing.services.cancellation import cancel_at_period_end, undo_cancellation
from billing.services.follow_team import follow_team, true_up_seats
from billing.services.resume_seat_changes import resume_seat_changes
from tests.billing.services.seats import choose, invoices_at_stripe, let_join, quantity_at_stripe
from tests.billing.shop import Shop
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db(transaction=True)


def join(shop: Shop, count: int = 1) -> None:
    """As people do who were invited."""
    for _ in range(count):
        person = UserFactory()
        invitation = invite(
            shop.organization, email=person.email, role=Role.MEMBER, invited_by=shop.owner, request_key=uuid4()
        )
        accept(invitation, user=person)


def keep_still(shop: Shop, seconds: int = 61) -> None:
    """As if so much time had passed since the team's last change."""
    row = Organization.objects.get(pk=shop.organization.pk)
    assert row.team_changed_at is not None
    Organization.objects.filter(pk=row.pk).update(team_changed_at=row.team_changed_at - timedelta(seconds=seconds))


def updates(shop: Shop) -> int:
    """How often Stripe was asked to change a subscription."""
    found = shop.sandbox.requests(limit=500)["data"]
    return sum(call["method"] == "POST" and call["path"].startswith("/v1/subscriptions/sub_") for call in found)


def test_nothing_happens_while_people_are_still_joining(shop: Shop, team: Price) -> None:
    subscription = shop.subscribe(price=team)
    join(shop, 4)

    follow_team(shop.now)

    assert quantity_at_stripe(subscription) == 3


def test_sixteen_people_who_join_in_a_minute_are_one_call_and_one_pooled_sum(shop: Shop, team: Price) -> None:
    subscription = shop.subscribe(price=team)
    before = updates(shop)
    join(shop, 16)
    keep_still(shop)

    for _ in range(3):
        follow_team(shop.now)

    assert quantity_at_stripe(subscription) == 17
    assert updates(shop) - before == SeatChange.objects.count() == 1
    assert len(invoices_at_stripe(subscription)) == 1
    assert Notice.objects.filter(kind__startswith="seat").count() == 0
    assert AuditEntry.objects.filter(action="seats_followed_team").count() == 1
    shop.advance("P32D")
    assert invoices_at_stripe(subscription)[0]["total"] >= 17 * 1600


def test_a_team_that_never_keeps_still_is_looked_at_in_the_end(shop: Shop, team: Price) -> None:
    subscription = shop.subscribe(price=team)
    join(shop, 4)
    follow_team(shop.now)
    SeatSync.objects.update(waits_since=clock.system_now() - timedelta(minutes=11))
    join(shop)

    follow_team(shop.now)

    assert quantity_at_stripe(subscription) == 6


def test_workers_at_once_change_the_seats_once(shop: Shop, team: Price) -> None:
    subscription = shop.subscribe(price=team)
    before = updates(shop)
    join(shop, 5)
    keep_still(shop)

    def work(_: int) -> None:
        try:
            follow_team(shop.now)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(4)))

    assert quantity_at_stripe(subscription) == 6
    assert updates(shop) - before == SeatChange.objects.count() == 1


def test_people_who_join_at_once_are_one_change(shop: Shop, team: Price) -> None:
    subscription = shop.subscribe(price=team)

    def work(_: int) -> None:
        try:
            join(shop)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(4)))
    keep_still(shop)
    follow_team(shop.now)

    assert quantity_at_stripe(subscription) == 5
    assert SeatChange.objects.count() == 1


@pytest.mark.parametrize(("sync", "quantity"), [("up", 9), ("both", 4), ("off", 9)])
def test_who_leaves_gives_a_seat_up_only_by_setting(
    shop: Shop, team: Price, settings, sync: str, quantity: int
) -> None:
    settings.SEATS_SYNC = sync
    let_join(shop, 4)
    subscription = shop.subscribe(price=team)
    choose(shop, 9)
    remove_member(shop.organization, membership_uuid=shop.organization.memberships.order_by("pk").last().uuid)
    keep_still(shop)

    follow_team(shop.now)

    assert quantity_at_stripe(subscription) == quantity
    assert seats_of(shop.organization, shop.now).held == 9


def test_an_invitation_takes_a_seat_only_by_setting(shop: Shop, team: Price, settings) -> None:
    settings.SEATS_COUNT_INVITATIONS = True
    settings.SEATS_SYNC = "both"
    subscription = shop.subscribe(price=team)
    invitations = [
        invite(
            shop.organization,
            email=f"new{number}@oakline.example",
            role=Role.MEMBER,
            invited_by=shop.owner,
            request_key=uuid4(),
        )
        for number in range(3)
    ]
    keep_still(shop)
    follow_team(shop.now)
    assert quantity_at_stripe(subscription) == 4

    revoke(invitations[0])
    keep_still(shop)
    follow_team(shop.now)

    assert quantity_at_stripe(subscription) == 3


def test_what_the_state_forbids_is_done_in_the_night_after_it_allows_it(shop: Shop, team: Price) -> None:
    subscription = shop.subscribe(price=team)
    cancel_at_period_end(
        shop.organization, reason="", comment="", request_key=uuid4(), actor=shop.owner, now=shop.now
    )
    join(shop, 4)
    keep_still(shop)
    follow_team(shop.now)
    assert quantity_at_stripe(subscription) == 3

    undo_cancellation(shop.organization, request_key=uuid4(), actor=shop.owner, now=shop.now)
    true_up_seats(shop.now)

    assert quantity_at_stripe(subscription) == 5
    assert SeatChange.objects.get().origin == "true_up"


def test_a_silent_stripe_is_asked_again_and_billed_once(shop: Shop, team: Price) -> None:
    subscription = shop.subscribe(price=team)
    join(shop, 4)
    keep_still(shop)
    shop.sandbox.fault("http_500_before", times=2, match={"method": "POST", "path": "/v1/subscriptions/*"})

    follow_team(shop.now)
    SeatSync.objects.update(due_at=clock.system_now())
    SeatChange.objects.update(created_at=clock.system_now() - timedelta(minutes=2))
    resume_seat_changes(clock.system_now())
    follow_team(shop.now)

    assert quantity_at_stripe(subscription) == 5
    assert len(client().v1.invoice_items.list(params={"customer": subscription.stripe_customer_id})["data"]) == 2


def test_in_a_trial_seats_follow_and_nothing_is_billed(shop: Shop, team: Price) -> None:
    team.plan.trial_days = 14
    team.plan.save()
    subscription = shop.subscribe(price=team)
    join(shop, 5)
    keep_still(shop)

    follow_team(shop.now)

    assert quantity_at_stripe(subscription) == 6
    shop.advance("P15D")
    assert invoices_at_stripe(subscription)[0]["total"] == 6 * 1600


def test_a_plan_for_the_whole_team_is_left_alone(shop: Shop) -> None:
    shop.subscribe()
    let_join(shop, 3)
    note_team_change(shop.organization)
    keep_still(shop)

    follow_team(shop.now)
    true_up_seats(shop.now)

    assert SeatChange.objects.count() == 0
    assert Subscription.objects.get().quantity == 1
