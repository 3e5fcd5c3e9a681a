"""Staff read everything that happened to an organization, with the ids."""

import pytest
from django.contrib.auth.models import Permission
from django.test import Client

from accounts.models import User
from billing import audit
from billing.models import Subscription
from tests.billing import situations
from tests.factories import OrganizationFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def subscription() -> Subscription:
    situations.put_catalogue_on_sale()
    return situations.go_past_due(OrganizationFactory())


def page_of(subscription: Subscription) -> str:
    return f"/admin/billing/transition/of/{subscription.organization_id}/"


def test_it_stands_there_with_ids_and_what_only_staff_read(staff: Client, subscription: Subscription) -> None:
    audit.record("portal_opened", subject="cus_1", organization=subscription.organization, actor=None)

    text = staff.get(page_of(subscription)).content.decode()

    assert "opened the card and billing details at Stripe" in text
    assert "cus_1" in text
    assert "Payment of" in text


def test_the_page_of_a_subscription_leads_to_it(staff: Client, subscription: Subscription) -> None:
    shown = staff.get(f"/admin/billing/subscription/{subscription.pk}/change/").content.decode()

    assert page_of(subscription) in shown


@pytest.mark.parametrize("number", ["x", "0", "99999999"])
def test_a_page_that_cannot_be_shows_one_that_is(staff: Client, subscription: Subscription, number: str) -> None:
    assert staff.get(f"{page_of(subscription)}?page={number}").status_code == 200


def test_who_may_see_neither_transitions_nor_the_audit_is_refused(
    newcomer: Client, subscription: Subscription
) -> None:
    user = User.objects.get(email="new@example.com")
    user.user_permissions.add(Permission.objects.get(codename="view_transition"))

    assert newcomer.get(page_of(subscription)).status_code == 403
    user.user_permissions.add(Permission.objects.get(codename="view_auditentry"))
    assert newcomer.get(page_of(subscription)).status_code == 200
