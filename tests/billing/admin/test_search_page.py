"""The box that finds a customer: on every page of the admin, for who may see customers."""

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from accounts.models import User
from tests.billing.factories import InvoiceFactory
from tests.factories import OrganizationFactory

pytestmark = pytest.mark.django_db


def address() -> str:
    return reverse("admin:billing_search")


def test_an_exact_id_opens_the_customers_page(staff: Client) -> None:
    invoice = InvoiceFactory(stripe_invoice_id="in_Exact")

    answer = staff.get(address(), {"q": "in_Exact"})

    assert (answer.status_code, answer["Location"]) == (
        302,
        reverse("admin:billing_customerpage", args=[invoice.organization_id]),
    )


def test_hits_are_grouped_by_what_matched_and_lead_there(staff: Client) -> None:
    organizations = [OrganizationFactory(name=f"Oak <b>{number}</b>") for number in range(2)]

    text = staff.get(address(), {"q": "oak"}).content.decode()

    assert "Oak &lt;b&gt;1&lt;/b&gt;" in text
    for organization in organizations:
        assert reverse("admin:billing_customerpage", args=[organization.pk]) in text


@pytest.mark.parametrize("typed", ["", "x", "nobody at all", "a\0b", "x" * 5000])
def test_anything_may_be_typed(staff: Client, typed: str) -> None:
    assert staff.get(address(), {"q": typed}).status_code == 200


def test_the_box_stands_on_every_page_for_who_may_use_it(staff: Client, newcomer: Client) -> None:
    assert f'action="{address()}"' in staff.get("/admin/billing/stafftask/").content.decode()
    assert f'action="{address()}"' not in newcomer.get("/admin/").content.decode()


def test_who_may_not_see_customers_finds_none(newcomer: Client) -> None:
    user = User.objects.get(email="new@example.com")
    user.user_permissions.add(Permission.objects.get(codename="view_invoice", content_type__app_label="billing"))

    assert newcomer.get(address(), {"q": "in_1"}).status_code == 403
