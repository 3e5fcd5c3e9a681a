"""A shop with one organization, two plans at the sandbox, and a person who pays."""

import pytest

from billing.models import Price
from tests.billing.factories import FeatureFactory, PlanFactory, PlanFeatureFactory
from tests.billing.shop import Shop


@pytest.fixture
def shop(sandbox, transactional_db) -> Shop:
    return Shop.open(sandbox)


@pytest.fixture
def team(shop: Shop) -> Price:
    """The price of one seat, €16.00 a month, of a plan with 3 to 20 seats."""
    plan = PlanFactory(code="team", rank=4, minimum_seats=3, maximum_seats=20)
    people = FeatureFactory(code="people", name="People", kind="limit")
    PlanFeatureFactory(plan=plan, feature=people, is_unlimited=True)
    return shop.publish(plan, amount_minor=1600)
