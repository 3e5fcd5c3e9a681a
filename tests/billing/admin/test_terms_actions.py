"""Staff let a subscription be paid by invoice from its page, and have its card charged again."""

import re

import pytest
from django.contrib.auth.models import Permission
from django.test import Client

from accounts.models import User
from billing.models import InvoiceTermsChange, Subscription
from tests.billing.shop import Shop

pytestmark = pytest.mark.django_db(transaction=True)
KEY = re.compile(r'name="request_key" value="([0-9a-f-]{36})"')


def page(row: Subscription, name: str) -> str:
    return f"/admin/billing/subscription/{row.pk}/{name}/"


def send(staff: Client, address: str, **fields: object) -> str:
    [key] = KEY.findall(staff.get(address).content.decode())
    return staff.post(address, {"request_key": key, **fields}, follow=True).content.decode()


def test_days_and_a_reason_let_it_be_paid_by_invoice_and_back(shop: Shop, staff: Client, superuser: User) -> None:
    row = shop.subscribe()

    said = send(staff, page(row, "invoice"), days_until_due=30, reason="They pay by bank transfer")
    back = send(staff, page(row, "card"), reason="They have a card again")

    assert "Later invoices are sent, to be paid within 30 days." in said
    assert "Later invoices are charged to the card." in back
    assert list(InvoiceTermsChange.objects.order_by("pk").values_list("days_until_due", flat=True)) == [30, None]
    assert InvoiceTermsChange.objects.filter(requested_by=superuser, state="succeeded").count() == 2


def test_net_30_is_offered_as_the_setting_says(shop: Shop, staff: Client, settings) -> None:
    settings.INVOICE_DAYS = 45

    assert 'value="45"' in staff.get(page(shop.subscribe(), "invoice")).content.decode()


def test_what_the_service_refuses_stands_above_the_form(shop: Shop, staff: Client) -> None:
    row = shop.subscribe()

    said = send(staff, page(row, "card"), reason="They have a card again")

    assert "It is paid so already. Nothing was changed. (terms_unchanged)" in said


def test_looking_at_the_page_changes_nothing(shop: Shop, staff: Client) -> None:
    row = shop.subscribe()

    staff.get(page(row, "invoice"))

    assert not InvoiceTermsChange.objects.exists()


@pytest.mark.parametrize("name", ["invoice", "card"])
def test_staff_without_the_permission_are_refused(shop: Shop, newcomer: Client, name: str) -> None:
    row = shop.subscribe()
    user = User.objects.get(email="new@example.com")
    user.user_permissions.add(Permission.objects.get(codename="view_subscription", content_type__app_label="billing"))

    assert newcomer.get(page(row, name)).status_code == 403
    user.user_permissions.add(Permission.objects.get(codename="add_invoicetermschange"))
    assert newcomer.get(page(row, name)).status_code == 200
