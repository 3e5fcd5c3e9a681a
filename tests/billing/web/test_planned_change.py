"""A change that waits for the period's end, as the billing page shows it and lets it be taken back."""

from uuid import uuid4

import pytest

from billing.models import PlanChange
from tests.billing.planning import plan_down
from tests.billing.shop import Shop
from tests.billing.web.reading import form_fields, words
from tests.factories import MembershipFactory

pytestmark = pytest.mark.django_db(transaction=True)
UNDO = "/billing/plan/undo/"


@pytest.fixture
def browser(shop: Shop, client):
    client.force_login(shop.owner)
    return client


def test_the_billing_page_names_day_sums_and_the_way_back(shop: Shop, browser) -> None:
    subscription = shop.subscribe()
    plan_down(shop, subscription)
    shop.work_off()

    said = words(browser.get("/billing/"))

    day = f"{subscription.current_period_end:%-d %b %Y}"
    assert "Scale becomes Growth" in said
    assert "€48.00 instead of €128.00" in said
    assert "you can undo this until then" in said
    assert f"{day} Growth begins for €48.00" in said
    assert "We charge €48.00" in said
    assert "We charge €128.00" not in said
    assert "Next charge €48.00 For Growth" in said
    assert "planned the change to Growth" in said


def test_pages_that_lead_elsewhere_say_what_is_planned(shop: Shop, browser) -> None:
    subscription = shop.subscribe()
    plan_down(shop, subscription)

    choice, leaving = browser.get("/billing/plan/"), browser.get("/billing/cancel/")

    day = f"{subscription.current_period_end:%-d %b %Y}"
    assert f"Planned for {day}" in words(choice)
    assert "Scale becomes Growth" in words(choice)
    assert form_fields(choice, action=UNDO)["request_key"]
    assert f"/billing/plan/{shop.growth.lookup_key}/" not in choice.content.decode()
    assert "Change to Growth Is given up" in words(leaving)


def test_one_click_takes_it_back(shop: Shop, browser) -> None:
    plan_down(shop, shop.subscribe())
    fields = form_fields(browser.get("/billing/"), action=UNDO)

    answers = [browser.post(UNDO, fields) for _ in range(2)]

    page = browser.get("/billing/")
    said = words(page)
    assert [answer.headers["Location"] for answer in answers] == ["/billing/", "/billing/"]
    assert PlanChange.objects.get().state == "canceled"
    assert "The change is taken back. Your plan goes on as before." in page.content.decode()
    assert "becomes Growth" not in said
    assert "took back the change to Growth" in said


def test_nothing_planned_is_said_and_changes_nothing(shop: Shop, browser) -> None:
    shop.subscribe()

    answer = browser.post(UNDO, {"request_key": str(uuid4())})

    assert answer.status_code == 409
    assert "No change of plan is pending" in words(answer)


@pytest.mark.parametrize(("role", "status"), [("member", 403), ("stranger", 409)])
def test_only_who_manages_the_billing_may(shop: Shop, client, role: str, status: int) -> None:
    """A stranger reaches the own organization, which has nothing planned."""
    plan_down(shop, shop.subscribe())
    member = {"organization": shop.organization, "role": "member"} if role == "member" else {}
    person = MembershipFactory(user__email="other@oakline.example", **member)
    client.force_login(person.user)

    answer = client.post(UNDO, {"request_key": str(uuid4())})

    assert answer.status_code == status
    assert PlanChange.objects.get().state == "scheduled"
