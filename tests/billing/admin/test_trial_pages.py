"""Staff extend a trial or end it from its page: the sum stands before the click, and what is refused says why."""

import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.test import Client

from accounts.models import User
from billing.gateway.client import client
from billing.models import LocalTrial, Subscription, TrialChange
from billing.services.local_trial import start_local_trial
from tests.billing.shop import Shop

pytestmark = pytest.mark.django_db(transaction=True)
KEY = re.compile(r'name="request_key" value="([0-9a-f-]{36})"')
SHOWN = re.compile(r'name="shown_minor" value="([0-9]+)"')
DAY = timedelta(days=1)


def at_stripe(shop: Shop) -> Subscription:
    return shop.subscribe(price=shop.growth)


def of_ours(shop: Shop) -> LocalTrial:
    return start_local_trial(shop.organization, plan_code="growth", actor=shop.owner, now=shop.now)


def page(row: Subscription | LocalTrial, name: str) -> str:
    return f"/admin/billing/{row._meta.model_name}/{row.pk}/{name}/"


def send(staff: Client, address: str, **fields: str) -> str:
    """Fill the form that stands at the address, and give what the next page says."""
    asked = staff.get(address).content.decode()
    [key], shown = KEY.findall(asked), SHOWN.findall(asked)
    given = {"request_key": key, **({"shown_minor": shown[0]} if shown else {}), **fields}
    return staff.post(address, given, follow=True).content.decode()


@pytest.mark.parametrize("begin", [at_stripe, of_ours])
def test_a_date_and_a_reason_extend_it(shop: Shop, staff: Client, superuser: User, begin) -> None:
    row = begin(shop)
    wanted = (shop.now + 40 * DAY).replace(second=0, microsecond=0)

    said = send(staff, page(row, "extend"), ends_at=f"{wanted:%Y-%m-%dT%H:%M}", reason="They asked for it")

    change = TrialChange.objects.get()
    assert (change.ends_at, change.state, change.requested_by) == (wanted, "succeeded", superuser)
    assert f"The trial now ends on {wanted:%d %b %Y, %H:%M} UTC." in said


def test_a_date_in_the_past_is_refused_above_the_form_that_keeps_it(shop: Shop, staff: Client) -> None:
    row = of_ours(shop)

    said = send(staff, page(row, "extend"), ends_at="2020-01-01T10:00", reason="They asked for it")

    assert "The new end lies in the past. (invalid_input)" in said
    assert "2020-01-01" in said
    assert not TrialChange.objects.exists()


def test_the_page_that_ends_it_names_the_charge_and_the_card(shop: Shop, staff: Client) -> None:
    row = at_stripe(shop)

    asked = staff.get(page(row, "end")).content.decode()
    assert not client().v1.charges.list()["data"]
    said = send(staff, page(row, "end"), reason="They want to begin")

    assert "At once €48.00 is charged to Visa 4242." in asked
    assert "The trial has ended." in said
    assert [charge["amount"] for charge in client().v1.charges.list()["data"]] == [4800]


@pytest.mark.parametrize(
    ("policy", "words"),
    [
        ("cancel", "There is no card: the plan ends, and nothing is charged."),
        ("pause", "There is no card: the plan is paused, and nothing is charged."),
        ("create_invoice", "There is no card: an invoice of €48.00 is opened, and is past due."),
    ],
)
def test_without_a_card_the_page_says_what_comes_instead(
    shop: Shop, staff: Client, settings, policy: str, words: str
) -> None:
    settings.TRIAL_MISSING_CARD_POLICY = policy
    row = at_stripe(shop)
    client().v1.payment_methods.detach(row.stripe_payment_method_id)
    shop.look_at(row)

    assert words in staff.get(page(row, "end")).content.decode()


def test_ending_a_trial_of_ours_says_that_nothing_is_charged(shop: Shop, staff: Client) -> None:
    row = of_ours(shop)

    asked = staff.get(page(row, "end")).content.decode()
    send(staff, page(row, "end"), reason="A mistake")

    assert "nothing is charged, and the organization goes on with Free" in asked
    row.refresh_from_db()
    assert row.ends_at < shop.now + timedelta(minutes=1)


def test_a_form_that_is_sent_after_the_end_says_so(shop: Shop, staff: Client) -> None:
    row = at_stripe(shop)
    [key] = KEY.findall(staff.get(page(row, "end")).content.decode())
    client().v1.subscriptions.cancel(row.stripe_subscription_id)

    said = staff.post(
        page(row, "end"), {"request_key": key, "reason": "Begin", "shown_minor": "4800"}, follow=True
    ).content.decode()

    assert "There is no running trial. (not_on_trial)" in said
    assert staff.get(page(row, "end")).status_code == 403


def test_a_sum_that_has_changed_is_shown_again(shop: Shop, staff: Client) -> None:
    row = at_stripe(shop)

    said = send(staff, page(row, "end"), reason="They want to begin", shown_minor="100")

    assert "(preview_stale)" in said
    assert "At once €48.00 is charged" in said
    assert not client().v1.charges.list()["data"]


def test_who_may_only_look_is_refused(shop: Shop, newcomer: Client) -> None:
    row = at_stripe(shop)
    user = User.objects.get(email="new@example.com")
    user.user_permissions.set(Permission.objects.filter(codename="view_subscription"))

    assert newcomer.get(f"/admin/billing/subscription/{row.pk}/change/").status_code == 200
    for name in ("extend", "end"):
        assert newcomer.get(page(row, name)).status_code == 403
        assert newcomer.post(page(row, name), {"reason": "Please"}).status_code == 403
    assert not TrialChange.objects.exists()
