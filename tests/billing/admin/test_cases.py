"""The dunning queue finds, sorts out and tells: by deadline, by sum in each currency, by whom, with mails."""

from datetime import timedelta

import pytest
from django.test import Client

from billing.clock import business_now
from billing.models import Notice
from tests.billing.admin.rows_of_dunning import block, case
from tests.billing.factories import CustomerFactory

pytestmark = pytest.mark.django_db
QUEUE = "/admin/billing/dunningcase/"
DAY = timedelta(days=1)


def shown(staff: Client, **query: str) -> set[int]:
    return {row.pk for row in staff.get(QUEUE, query).context["cl"].result_list}


def test_it_is_narrowed_by_the_days_that_are_left(staff: Client) -> None:
    now = business_now()
    passed, soon, late = (case(at, deadline_at=now + days * DAY) for at, days in enumerate((-1, 2, 10)))
    over = case(9, state="lost", due_at=None, deadline_at=now + DAY, ended_at=now)

    assert shown(staff, ends="passed") == {passed.pk}
    assert shown(staff, ends="3") == {soon.pk}
    assert shown(staff, ends="14") == {soon.pk, late.pk}
    assert shown(staff, open="no") == {over.pk}


def test_sums_are_compared_in_whole_units_of_each_currency(staff: Client) -> None:
    euros, yen = case(1, amount_minor=50000), case(2, amount_minor=500, currency="jpy")
    case(3, amount_minor=49999)
    case(4, amount_minor=499, currency="jpy")

    assert shown(staff, owes="500") == {euros.pk, yen.pk}


def test_it_is_found_by_whom_it_concerns(staff: Client) -> None:
    wanted, other = case(1), case(2)
    customer = CustomerFactory(organization=wanted.organization)

    for text in (wanted.organization.email, str(customer.stripe_customer_id), wanted.stripe_subscription_id):
        assert shown(staff, q=text) == {wanted.pk}
    assert shown(staff, q=other.stripe_invoice_id) == {other.pk}


def test_the_page_tells_the_cards_blocks_the_mails_and_the_story_in_words(staff: Client) -> None:
    row = case(1, state="awaiting_customer", due_at=None, waits_for="blocked")
    block(1)
    Notice.objects.create(key=f"dunning:{row.uuid}:generic", kind="payment_failed")
    Notice.objects.create(key="dunning:another:generic", kind="payment_failed")
    row.events.create(kind="something_new", at=row.opened_at, details={"code": "x1"})

    text = staff.get(f"{QUEUE}{row.pk}/change/").content.decode()

    assert "card1 stolen_card" in text
    assert f"dunning:{row.uuid}:generic" in text
    assert "dunning:another" not in text
    assert "The card may never be tried again" in text
    assert "Something new: code x1" in text
