"""The admin's frame: whose money it moves, and a sidebar that shows what a person may see."""

import re

import pytest
from django.contrib.auth.models import Permission
from django.test import Client

from accounts.models import User
from billing_project.admin_theme import admin_theme

pytestmark = pytest.mark.django_db


def items(client: Client) -> dict[str, list[str]]:
    groups = client.get("/admin/").context["sidebar_navigation"]
    return {
        group["title"]: [str(item["link"]) for item in group["items"] if item["has_permission"]] for group in groups
    }


def test_every_link_of_the_sidebar_leads_to_a_page(staff: Client) -> None:
    groups = items(staff)

    assert list(groups) == ["Now", "Customers", "Money", "Asked for", "Trials", "Catalogue", "Machinery"]
    links = [link for group in groups.values() for link in group]
    assert {link: staff.get(link).status_code for link in links} == dict.fromkeys(links, 200)


def test_the_sidebar_offers_nothing_that_would_be_refused(newcomer: Client) -> None:
    person = User.objects.get(email="new@example.com")
    person.user_permissions.add(Permission.objects.get(codename="view_invoice", content_type__app_label="billing"))

    groups = items(newcomer)

    assert [link for group in groups.values() for link in group] == ["/admin/billing/invoice/"]


@pytest.mark.parametrize(
    ("uses_sandbox", "is_live", "words"),
    [(True, False, "Staff · Sandbox"), (False, False, "Staff · Test mode"), (False, True, "Staff · Live")],
)
def test_the_frame_says_whose_money_it_moves(uses_sandbox: bool, is_live: bool, words: str) -> None:
    theme = admin_theme(product_name="Tidewater", uses_sandbox=uses_sandbox, is_live=is_live)

    assert (theme["SITE_HEADER"], theme["SITE_SUBHEADER"]) == ("Tidewater", words)


def test_times_are_written_with_a_24_hour_clock(staff: Client) -> None:
    text = staff.get("/admin/accounts/user/").content.decode()

    assert re.search(r"\d{1,2}\xa0[A-Z][a-z]{2}\xa0\d{4}, \d\d:\d\d", text)
    assert not re.search(r"\b[ap]\.m\.|noon|midnight", text)


def test_a_claim_is_answered_in_words(staff: Client) -> None:
    text = staff.get("/admin/accounts/user/").content.decode()

    assert re.search(r">\s*Yes\s*<", text)
    assert "close_small" not in text


def test_an_empty_list_says_so_and_offers_nothing_that_is_refused(staff: Client) -> None:
    text = staff.get("/admin/billing/stafftask/").content.decode()

    assert "There are no staff tasks at present." in text
    assert "Create a new item" not in text


def test_a_search_without_a_hit_leads_back_to_all(staff: Client) -> None:
    text = staff.get("/admin/billing/stafftask/?q=nobody").content.decode()

    assert "Nothing matches" in text
    assert '<a class="font-medium underline" href="?">Show all</a>' in text
