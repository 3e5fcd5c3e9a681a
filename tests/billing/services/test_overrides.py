"""Staff grant and end what a customer has beside its plan: once, with a reason, on record, and seen by every gate."""

from datetime import timedelta
from uuid import uuid4

import pytest

from accounts.models import Organization, User
from billing.errors import InvalidInput, OverrideEnded
from billing.models import AccessFact, AuditEntry, EntitlementOverride
from billing.rules.override import OverrideTerms
from billing.selectors.access import access_for
from billing.selectors.access_query import organizations_on_plan, organizations_with_feature
from billing.services.end_override import end_override
from billing.services.grant_override import grant_override
from billing.terms import OverrideKind
from tests.billing.factories import NOW, FeatureFactory, FreePlanFactory, PlanFactory, PlanFeatureFactory
from tests.factories import OrganizationFactory, UserFactory

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def organization() -> Organization:
    FreePlanFactory()
    FeatureFactory(code="exports")
    FeatureFactory(code="projects", kind="limit", name="Projects", counted="{limit}", unlimited="all")
    plan = PlanFactory(code="scale", name="Scale", rank=3, minimum_seats=8, maximum_seats=500)
    projects = FeatureFactory(code="projects")
    PlanFeatureFactory(plan=plan, feature=projects, limit=10, is_per_seat=True)
    return OrganizationFactory()


def give(organization: Organization, kind: str, code: str, **changed) -> EntitlementOverride:
    values = {"reason": "A pilot", "request_key": uuid4(), "actor": UserFactory(), "now": NOW}
    given = {name: changed.pop(name) for name in list(changed) if name in values}
    return grant_override(organization, OverrideTerms(OverrideKind(kind), code, **changed), **{**values, **given})


def test_a_granted_feature_is_on_until_its_end(organization: Organization) -> None:
    give(organization, "on", "exports", ends_at=NOW + DAY)

    assert access_for(organization, NOW).has("exports")
    assert not access_for(organization, NOW + DAY).has("exports")
    assert organization in organizations_with_feature("exports", NOW)
    assert not organizations_with_feature("exports", NOW + DAY).exists()


def test_a_whole_plan_is_given_for_its_seats(organization: Organization) -> None:
    plan = give(organization, "plan", "scale", quantity=12).plan

    access = access_for(organization, NOW)

    assert (access.plan_code, access.limit("projects")) == ("scale", 120)
    assert list(organizations_on_plan(plan, NOW)) == [organization]


def test_a_repeated_click_grants_once(organization: Organization) -> None:
    key = uuid4()

    first, second = (give(organization, "on", "exports", request_key=key) for _ in range(2))

    assert first == second
    assert AuditEntry.objects.filter(action="override_granted").count() == 1
    assert AccessFact.objects.filter(kind="override").count() == 1


@pytest.mark.parametrize(
    ("kind", "code", "changed", "field"),
    [
        ("on", "nothing", {}, "feature"),
        ("on", "projects", {}, "kind"),
        ("number", "exports", {"limit": 3}, "kind"),
        ("number", "projects", {}, "limit"),
        ("number", "projects", {"limit": 2**53}, "limit"),
        ("plan", "free", {}, "plan"),
        ("plan", "scale", {"quantity": 7}, "quantity"),
        ("on", "exports", {"ends_at": NOW}, "ends_at"),
        ("on", "exports", {"starts_at": NOW - DAY}, "starts_at"),
        ("on", "exports", {"reason": " "}, "reason"),
    ],
)
def test_what_makes_no_sense_is_refused_and_changes_nothing(
    organization: Organization, kind: str, code: str, changed: dict, field: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        give(organization, kind, code, **changed)

    assert refused.value.details["field"] == field
    assert not EntitlementOverride.objects.exists()
    assert not AuditEntry.objects.exists()


def test_what_is_ended_counts_no_more_and_stays_on_record(organization: Organization) -> None:
    row = give(organization, "off", "exports")
    actor: User = UserFactory()

    end_override(row.pk, reason="The pilot is over", actor=actor, now=NOW + DAY)

    row.refresh_from_db()
    assert (row.reason, row.end_reason, row.ended_by, row.ended_at) == (
        "A pilot",
        "The pilot is over",
        actor,
        NOW + DAY,
    )
    assert access_for(organization, NOW + DAY).override_ids == ()
    assert AuditEntry.objects.filter(action="override_ended", actor=actor).count() == 1
    with pytest.raises(OverrideEnded):
        end_override(row.pk, reason="Again", actor=actor, now=NOW + 2 * DAY)


def test_the_feature_that_was_taken_away_is_not_listed(organization: Organization) -> None:
    give(organization, "plan", "scale", quantity=8)
    assert list(organizations_with_feature("projects", NOW)) == [organization]

    give(organization, "off", "projects")

    assert not organizations_with_feature("projects", NOW).exists()
