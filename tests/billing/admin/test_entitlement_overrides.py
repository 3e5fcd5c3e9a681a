"""Staff grant something beside a plan and end it: a question, a reason, one thing that happens, and only who may."""

import re

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from accounts.models import Organization, User
from billing.models import AuditEntry, EntitlementOverride
from tests.billing.factories import FeatureFactory, FreePlanFactory, PlanFactory
from tests.factories import OrganizationFactory

pytestmark = pytest.mark.django_db
KEY = re.compile(r'name="request_key" value="([0-9a-f-]{36})"')


@pytest.fixture
def organization() -> Organization:
    FreePlanFactory()
    FeatureFactory(code="exports")
    FeatureFactory(code="projects", kind="limit", name="Projects", counted="{limit}", unlimited="all")
    PlanFactory(code="scale", rank=3, minimum_seats=8, maximum_seats=500)
    return OrganizationFactory(name="Oakline Studio")


def grant_page(organization: Organization) -> str:
    return reverse("admin:billing_entitlementoverride_grant", args=[organization.pk])


def end_page(row: EntitlementOverride) -> str:
    return f"/admin/billing/entitlementoverride/{row.pk}/end/"


def send(staff: Client, address: str, **fields: object) -> str:
    [key] = KEY.findall(staff.get(address).content.decode())
    given = {"request_key": key, "reason": "A pilot", **fields}
    return staff.post(address, given, follow=True).content.decode()


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"what": "feature:exports", "kind": "on"}, "Granted. Exports: on."),
        ({"what": "feature:projects", "kind": "number", "limit": "500"}, "Granted. Projects: 500."),
        ({"what": "plan:scale", "kind": "on"}, "Granted. The whole plan Scale for 8 seats."),
        ({"what": "plan:scale", "kind": "on", "quantity": "20"}, "Granted. The whole plan Scale for 20 seats."),
    ],
)
def test_what_is_granted_is_said_and_stands_in_the_list(
    staff: Client, superuser: User, organization: Organization, fields: dict[str, str], told: str
) -> None:
    said = send(staff, grant_page(organization), **fields)

    assert told in said
    assert (EntitlementOverride.objects.get().created_by, AuditEntry.objects.get().action) == (
        superuser,
        "override_granted",
    )


def test_what_makes_no_sense_is_said_above_the_form_with_its_input(staff: Client, organization: Organization) -> None:
    said = send(staff, grant_page(organization), what="feature:exports", kind="number", limit="7")

    assert "is on or off, it has no number" in said
    assert "A pilot" in said
    assert not EntitlementOverride.objects.exists()


def test_what_is_ended_has_no_button_any_more(staff: Client, organization: Organization) -> None:
    send(staff, grant_page(organization), what="feature:exports", kind="on")
    row = EntitlementOverride.objects.get()
    page = f"/admin/billing/entitlementoverride/{row.pk}/change/"
    assert end_page(row) in staff.get(page).content.decode()

    said = send(staff, end_page(row), reason="It is over")

    row.refresh_from_db()
    assert "Ended. From now on the plan alone counts." in said
    assert row.end_reason == "It is over"
    assert end_page(row) not in staff.get(page).content.decode()


@pytest.mark.parametrize("codenames", [["view_entitlementoverride"], []])
def test_who_may_not_is_refused(newcomer: Client, organization: Organization, codenames: list[str]) -> None:
    user = User.objects.get(email="new@example.com")
    user.user_permissions.set(Permission.objects.filter(codename__in=codenames))

    answers = [newcomer.get(grant_page(organization)), newcomer.post(grant_page(organization), {"reason": "Please"})]

    assert [answer.status_code for answer in answers] == [403, 403]
    assert not EntitlementOverride.objects.exists()
