"""A lower plan in a browser, wide and narrow: what does not fit, the day and the sum, planned, and taken back."""

import pytest
from playwright.sync_api import Page, expect

from billing.models import PlanChange
from billing.selectors.usage import counted
from tests.billing.conftest import shop
from tests.billing.factories import FeatureFactory, PlanFeatureFactory
from tests.billing.shop import Shop
from tests.factories import MembershipFactory
from tests.flows.looking import look, sign_in

__all__ = ["shop"]

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def limits(shop: Shop) -> None:
    """Growth holds 2 people and 20 projects; Scale holds more, and has exports."""
    for code, lower, higher in (("people", 2, 50), ("projects", 20, 100)):
        feature = FeatureFactory(code=code, name=code.title(), kind="limit", counted=f"{{limit}} {code}")
        PlanFeatureFactory(plan=shop.growth.plan, feature=feature, limit=lower)
        PlanFeatureFactory(plan=shop.scale.plan, feature=feature, limit=higher)
    PlanFeatureFactory(plan=shop.scale.plan, feature=FeatureFactory())
    for person in ("bob", "carol", "dave"):
        MembershipFactory(organization=shop.organization, user__email=f"{person}@oakline.example")


def test_a_lower_plan_is_planned_and_taken_back(page: Page, live_server, shop: Shop, limits: None) -> None:
    subscription = shop.subscribe()
    shop.advance("P10D")
    sign_in(page, shop, live_server.url)

    with counted("projects", lambda _: 34):
        page.goto(f"{live_server.url}/billing/")
        page.get_by_role("link", name="Change plan").click()
        page.get_by_role("link", name="Choose Growth").click()
        expect(page.get_by_text("€48.00 instead of €128.00")).to_be_visible()
        expect(page.get_by_text("34 used, Growth has 20")).to_be_visible()
        expect(page.get_by_text("14 become read-only; none is deleted.")).to_be_visible()
        expect(page.get_by_text("4 used, Growth has 2", exact=True)).to_be_visible()
        look(page, "planned-impact")
        page.get_by_role("button", name="Change on").click()
        expect(page.get_by_role("heading", name="Scale becomes Growth")).to_be_visible()
        look(page, "planned-billing")
        assert PlanChange.objects.get().state == "scheduled"
        page.get_by_role("link", name="Change plan").click()
        expect(page.get_by_text("Planned for")).to_be_visible()
        look(page, "planned-choose")
        page.get_by_role("button", name="Keep Scale").click()

    expect(page.get_by_text("The change is taken back. Your plan goes on as before.")).to_be_visible()
    expect(page.get_by_role("heading", name="Scale becomes Growth")).to_have_count(0)
    look(page, "planned-taken-back")
    shop.advance("P32D")
    shop.look_at(subscription)
    assert subscription.stripe_price_id == shop.scale.stripe_price_id
