"""The customer's page: all of it for who may see all, each part for who may see its rows, and nothing by the way."""

from html import unescape

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Organization, User
from billing.models import CustomerNote
from tests.billing.admin.test_pages import OUR_LINK
from tests.billing.busy_customer import busy_customer

pytestmark = pytest.mark.django_db
MOST_QUERIES = 25


@pytest.fixture
def oakline() -> Organization:
    return busy_customer(rows=2)


def page_of(organization: Organization, *more: str) -> str:
    return "/".join([f"/admin/billing/customer/of/{organization.pk}", *more, ""])


def allow(*codenames: str) -> None:
    person = User.objects.get(email="new@example.com")
    person.user_permissions.add(*Permission.objects.filter(codename__in=codenames))


def test_everything_stands_on_one_page(staff: Client, oakline: Organization) -> None:
    answer = staff.get(page_of(oakline))

    text = answer.content.decode()
    assert answer.status_code == 200
    assert reverse("admin:billing_customerpage", args=[oakline.pk]) == page_of(oakline)
    for words in (
        "Oakline Studio",
        "books@oakline.example",
        "Why does this customer have access?",
        "A payment has failed.",
        "Alice Nguyen",
        "Unpaid invoice",
        "Dispute of",
        "Refund of",
        "Your trial",
        "Note 1",
        "raised the seats to 3",
    ):
        assert words in text, words


def test_the_page_costs_a_fixed_number_of_queries(staff: Client) -> None:
    """With those for the session and the person; the rights of who is no superuser are two more."""
    counts = []
    for rows in (1, 12):
        organization = busy_customer(rows=rows)
        with CaptureQueriesContext(connection) as queries:
            assert staff.get(page_of(organization)).status_code == 200
        counts.append(len(queries))

    # The newest entries of the timeline are of fewer kinds where there are many of each.
    assert counts[1] <= counts[0] <= MOST_QUERIES


def test_every_link_of_the_page_leads_somewhere(staff: Client) -> None:
    organization = busy_customer(rows=12)

    links = OUR_LINK.findall(staff.get(page_of(organization)).content.decode().replace("break-words ", ""))

    assert len(links) > 30
    assert {link: staff.get(link).status_code for link in links} == dict.fromkeys(links, 200)


def test_a_part_is_shown_to_who_may_see_its_rows(newcomer: Client, oakline: Organization) -> None:
    assert newcomer.get(page_of(oakline)).status_code == 403
    allow("view_customer")
    bare = newcomer.get(page_of(oakline)).content.decode()
    assert "Oakline Studio" in bare
    for hidden in ("Alice Nguyen", "Note 1", "Your trial", "Write a note", "raised the seats"):
        assert hidden not in bare
    allow("view_membership", "view_customernote", "view_notice", "view_transition", "view_auditentry")

    text = newcomer.get(page_of(oakline)).content.decode()

    for shown in ("Alice Nguyen", "Note 1", "Your trial", "raised the seats"):
        assert shown in text


def test_a_note_is_written_and_erased_from_the_page(staff: Client, oakline: Organization) -> None:
    answer = staff.post(page_of(oakline, "note"), {"text": "Call back on Monday", "request_key": "a" * 32})

    assert (answer.status_code, answer["Location"]) == (302, page_of(oakline))
    note = CustomerNote.objects.get(text="Call back on Monday")
    assert "Call back on Monday" in staff.get(page_of(oakline)).content.decode()
    erased = staff.post(f"/admin/billing/customer/note/{note.pk}/erase/", {"request_key": "b" * 32})
    assert erased.status_code == 302
    assert "Call back on Monday" not in staff.get(page_of(oakline)).content.decode()


def test_it_explains_a_feature_at_a_past_moment(staff: Client, oakline: Organization) -> None:
    form = staff.get(page_of(oakline, "why"))
    feature = form.context["form"].fields["feature"].choices[0][0]

    answers = [staff.get(page_of(oakline, "why"), {"feature": feature, "at": at}) for at in ("", "2020-01-01T00:00")]

    assert form.status_code == 200
    assert page_of(oakline, "why") in staff.get(page_of(oakline)).content.decode()
    for answer in answers:
        assert answer.context["explained"].reasons
        assert answer.context["explained"].reasons[-1].reason.sentence in unescape(answer.content.decode())
    assert not answers[1].context["explained"].explanation.is_allowed
    refused = staff.get(page_of(oakline, "why"), {"feature": "nothing", "at": "x"})
    assert (refused.status_code, refused.context["explained"]) == (200, None)


@pytest.mark.parametrize("page", ["note"])
def test_who_may_only_look_is_refused_each_act(newcomer: Client, oakline: Organization, page: str) -> None:
    allow("view_customer", "view_customernote")
    before = CustomerNote.objects.count()

    answers = [
        newcomer.get(page_of(oakline, page)),
        newcomer.post(page_of(oakline, page), {"text": "x", "reason": "x", "request_key": "a" * 32}),
    ]

    assert [answer.status_code for answer in answers] == [403, 403]
    assert CustomerNote.objects.count() == before


def test_nobody_erases_a_note_without_the_permission(newcomer: Client, oakline: Organization) -> None:
    allow("view_customer", "view_customernote", "add_customernote")
    note = CustomerNote.objects.first()

    answer = newcomer.post(f"/admin/billing/customer/note/{note.pk}/erase/", {"request_key": "a" * 32})

    note.refresh_from_db()
    assert (answer.status_code, bool(note.text)) == (403, True)


def test_a_customer_that_is_not_there_is_not_found(staff: Client) -> None:
    assert staff.get("/admin/billing/customer/of/99999/").status_code == 404


def test_an_organization_that_never_bought_has_a_page(staff: Client) -> None:
    organization = Organization.objects.create(name="New", email="new@new.example")

    text = staff.get(page_of(organization)).content.decode()

    assert "No plan" in text
    assert "Nobody has written one." in text
