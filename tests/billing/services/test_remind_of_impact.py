"""The reminder that what is used does not fit the plan that begins soon."""

from datetime import timedelta

import pytest

from billing.models import Notice
from billing.selectors.usage import counted
from billing.services.remind_of_impact import remind_of_impact
from tests.billing.factories import FeatureFactory, PlanFeatureFactory
from tests.billing.planned_mails import planned
from tests.factories import OrganizationFactory

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def change():
    found = planned(OrganizationFactory(name="Oakline Studio"))
    projects = FeatureFactory(code="projects", name="Projects", kind="limit")
    PlanFeatureFactory(plan=found.price.plan, feature=projects, limit=20)
    return found


@pytest.mark.parametrize(("before", "used", "expected"), [(2, 34, 1), (2, 20, 0), (4, 34, 0), (-1, 34, 0)])
def test_it_comes_three_days_before_and_only_if_something_does_not_fit(change, before, used, expected) -> None:
    with counted("projects", lambda _: used):
        remind_of_impact(change.effective_at - before * DAY)

    assert Notice.objects.filter(kind="plan_change_does_not_fit").count() == expected


def test_it_comes_once(change) -> None:
    with counted("projects", lambda _: 34):
        made = [remind_of_impact(change.effective_at - days * DAY) for days in (3, 2, 1)]

    assert made == [1, 0, 0]


def test_one_that_was_taken_back_needs_no_reminder(change) -> None:
    change.release_reason = "undone"
    change.save()

    with counted("projects", lambda _: 34):
        assert remind_of_impact(change.effective_at - DAY) == 0
