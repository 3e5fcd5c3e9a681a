"""What happened to an organization's billing: from transitions, acts and trials, page by page."""

from datetime import timedelta
from itertools import combinations

import pytest
from django.db import connection
from django.template.loader import get_template
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from billing.models import AuditEntry, CreditNote, Transition
from billing.selectors.happenings import TOLD, Happening
from billing.selectors.history import SUPPORT, history_page
from tests.billing import situations
from tests.billing.admin import mirrored_rows
from tests.billing.factories import NOW
from tests.billing.situations import DAY, buy, give_invoice, tell
from tests.factories import MembershipFactory, OrganizationFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def organization():
    situations.put_catalogue_on_sale()
    return OrganizationFactory()


@pytest.fixture
def alice(organization) -> User:
    return MembershipFactory(organization=organization, user__full_name="Alice Nguyen").user


def act(organization, action: str, *, actor: User | None, at=NOW, subject: str = "sub_1", **details) -> AuditEntry:
    return AuditEntry.objects.create(
        action=action, subject=subject, organization=organization, actor=actor, details=details, business_at=at
    )


def read(organization, **changed):
    return history_page(organization, **{"number": 1, "now": NOW, **changed})


def test_pages_hold_everything_once_the_newest_first(organization) -> None:
    situations.try_locally(organization, days_left=-50)
    subscription = situations.go_active(organization)
    for day in range(8):
        invoice = give_invoice(subscription)
        tell(organization, "invoice", invoice.stripe_invoice_id, to="paid", at=NOW - day * DAY, from_state="open")

    pages = [read(organization, number=number, size=5) for number in (1, 2, 3)]

    moments = [entry.at for page in pages for entry in page.entries]
    assert moments == sorted(moments, reverse=True)
    assert len(moments) == pages[0].total == 14
    assert [(page.has_newer, page.has_older) for page in pages] == [(False, True), (True, True), (True, False)]
    assert read(organization, number=99, size=5) == pages[2]


def test_many_entries_of_one_moment_fall_on_one_page_each(organization) -> None:
    subscription = buy(organization)
    for _ in range(7):
        invoice = give_invoice(subscription)
        tell(organization, "invoice", invoice.stripe_invoice_id, to="paid", at=NOW, from_state="open")

    numbers = [
        entry.invoice_number for number in (1, 2, 3) for entry in read(organization, number=number, size=3).entries
    ]

    assert len(set(numbers)) == len(numbers) == 7


def test_an_act_of_no_words_is_for_staff_by_its_code(organization, alice) -> None:
    act(organization, "something_new", actor=alice, quantity=3)

    (entry,) = read(organization, for_staff=True).entries

    assert (entry.happening, entry.who, entry.words) == (Happening.ACT, "Alice Nguyen", "something new")
    assert read(organization).entries == ()


def test_who_cancelled_stands_on_the_cancellation_once(organization, alice) -> None:
    subscription = situations.go_cancelling(organization)
    act(organization, "subscription_cancel", actor=alice, subject=subscription.stripe_subscription_id)
    Transition.objects.update(observed_at=AuditEntry.objects.get().created_at + timedelta(seconds=2))

    told = [(entry.happening, entry.who) for entry in read(organization).entries]

    assert told.count((Happening.CANCELLED, "Alice Nguyen")) == 1
    assert Happening.ACT not in [happening for happening, _ in told]


def test_an_earlier_act_is_not_the_cause_of_a_later_cancellation(organization, alice) -> None:
    subscription = situations.go_cancelling(organization)
    act(organization, "subscription_cancel", actor=alice, subject=subscription.stripe_subscription_id)
    Transition.objects.update(observed_at=AuditEntry.objects.get().created_at + 2 * DAY)

    assert {entry.who for entry in read(organization).entries} == {""}


def test_staff_read_the_ids_and_what_only_staff_should(organization, alice) -> None:
    subscription = situations.go_active(organization)
    act(organization, "portal_opened", actor=alice)
    act(organization, "something_new", actor=None)

    people, staff = read(organization), read(organization, for_staff=True)

    assert all(entry.ids == () for entry in people.entries)
    assert all(entry.ids for entry in staff.entries)
    assert staff.total == people.total + 2
    assert subscription.stripe_subscription_id in {found for entry in staff.entries for found in entry.ids}


def test_a_person_of_ours_is_not_named_to_customers(organization) -> None:
    subscription = situations.go_cancelling(organization)
    act(
        organization,
        "subscription_cancel",
        actor=UserFactory(full_name="Sam Keel"),
        subject=subscription.stripe_subscription_id,
    )
    Transition.objects.update(observed_at=AuditEntry.objects.get().created_at + timedelta(seconds=2))

    assert SUPPORT in [entry.who for entry in read(organization).entries]
    assert "Sam Keel" in [entry.who for entry in read(organization, for_staff=True).entries]


def test_another_organization_sees_nothing_of_it(organization, alice) -> None:
    situations.go_active(organization)
    act(organization, "something_new", actor=alice)

    assert read(OrganizationFactory(), for_staff=True).entries == ()


def test_money_that_came_back_is_told_with_its_amount(organization) -> None:
    invoice = give_invoice(buy(organization))
    refund, note = mirrored_rows.refund(1), mirrored_rows.credit_note(1)
    CreditNote.objects.update(stripe_invoice_id=invoice.stripe_invoice_id)
    tell(organization, "refund", refund.stripe_refund_id, to="succeeded", at=NOW, from_state="pending")
    tell(organization, "credit_note", note.stripe_credit_note_id, to="issued", at=NOW)

    told = {
        entry.happening: (entry.amount.amount_minor, entry.invoice_number) for entry in read(organization).entries
    }

    assert told == {Happening.REFUNDED: (4800, ""), Happening.CREDITED: (1200, invoice.number)}


def test_more_entries_cost_no_more_queries(organization, alice) -> None:
    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            read(organization, for_staff=True)
        return len(queries)

    subscription = situations.go_active(organization)
    act(organization, "something_new", actor=alice)
    few = count()
    for number in range(6):
        invoice = give_invoice(subscription)
        tell(organization, "invoice", invoice.stripe_invoice_id, to="paid", at=NOW, from_state="open")
        act(organization, f"something_{number}", actor=UserFactory())

    assert count() == few


@pytest.mark.parametrize("happening", Happening)
def test_every_happening_has_its_words_on_the_page(happening) -> None:
    source = get_template("billing/_entry.html").template.source

    assert f'happening == "{happening.value}"' in source


def test_each_transition_is_told_by_one_line_only() -> None:
    for one, other in combinations(TOLD, 2):
        if (one.kind, one.aspect, one.to_state) == (other.kind, other.aspect, other.to_state):
            assert one.from_states
            assert other.from_states
            assert not one.from_states & other.from_states
