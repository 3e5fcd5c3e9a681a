"""What another plan would mean for what an organization uses."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Invitation
from billing.rules.impact import Exceeded, Fate, Lost, Lowered
from billing.selectors.access import access_for
from billing.selectors.allowances import allowances_of
from billing.selectors.impact import plan_impact
from billing.selectors.usage import counted, usage_of
from tests.billing.factories import NOW, FeatureFactory, FreePlanFactory, PlanFactory, PlanFeatureFactory
from tests.factories import MembershipFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def plans():
    people = FeatureFactory(code="people", name="People", kind="limit", rank=1)
    projects = FeatureFactory(code="projects", name="Projects", kind="limit", rank=2)
    exports = FeatureFactory(code="exports", name="Exports", rank=3)
    higher, lower = PlanFactory(code="growth"), PlanFactory(code="starter")
    for plan, limits in ((higher, (50, 100)), (lower, (2, 20))):
        for feature, limit in zip((people, projects), limits, strict=True):
            PlanFeatureFactory(plan=plan, feature=feature, limit=limit)
    PlanFeatureFactory(plan=higher, feature=exports)
    return higher, lower


def test_people_and_what_the_product_counts_are_held_against_the_lower_plan(plans) -> None:
    organization = MembershipFactory().organization
    MembershipFactory(organization=organization, user__email="bob@oakline.example")
    invite(organization, "carol@oakline.example")
    invite(organization, "late@oakline.example", expires_at=timezone.now() - timedelta(days=1))

    with counted("projects", lambda _: 34):
        impact = plan_impact(organization, before=plans[0], after=plans[1])

    assert impact.exceeded == (
        Exceeded("people", "People", 3, 2, Fate.NO_MORE),
        Exceeded("projects", "Projects", 34, 20, Fate.READ_ONLY),
    )
    assert impact.lost == (Lost("exports", "Exports"),)


def test_what_nobody_counts_is_named_without_a_number(plans) -> None:
    organization = MembershipFactory().organization

    impact = plan_impact(organization, before=plans[0], after=plans[1])

    assert impact.fits
    assert Lowered("projects", "Projects", 100, 20, None) in impact.lowered
    assert set(usage_of(organization)) == {"people"}


def test_a_registered_counter_shows_on_every_list_of_what_is_used(plans) -> None:
    FreePlanFactory()
    organization = MembershipFactory().organization

    with counted("projects", lambda _: 7):
        found = allowances_of(organization, access=access_for(organization, NOW))

    assert {allowance.code: allowance.used for allowance in found} == {"people": 1, "projects": 7, "exports": None}


def invite(organization, email: str, **changed) -> None:
    values = {"role": "member", "expires_at": timezone.now() + timedelta(days=7), **changed}
    Invitation.objects.create(organization=organization, email=email, **values)
