"""Starting the trial without a card from its button."""

from uuid import uuid4

import pytest

from billing.models import LocalTrial
from tests.billing.web.reading import form_fields, words

pytestmark = pytest.mark.django_db


def post(browser, **changed):
    return browser.post("/billing/trial/", {"plan": "growth", "request_key": str(uuid4()), **changed})


def test_the_button_turns_the_plan_on_and_says_so(catalogue, alice, browser_of) -> None:
    browser = browser_of(alice)
    fields = form_fields(browser.get("/billing/choose/growth_month_eur/"), action="/billing/trial/")

    answer = browser.post("/billing/trial/", fields)

    assert answer.headers["Location"] == "/billing/"
    page = browser.get("/billing/")
    assert "Growth is on. When the trial ends, nothing is charged." in page.content.decode()
    assert "Trial without a card" in words(page)


def test_a_second_click_starts_no_second_trial(catalogue, alice, browser_of) -> None:
    browser = browser_of(alice)
    key = str(uuid4())

    answers = [post(browser, request_key=key) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [302, 302]
    assert LocalTrial.objects.count() == 1


@pytest.mark.parametrize("changed", [{"request_key": ""}, {"request_key": "again"}, {"plan": ""}])
def test_a_form_that_lacks_something_changes_nothing(catalogue, alice, browser_of, changed) -> None:
    assert post(browser_of(alice), **changed).status_code == 400
    assert not LocalTrial.objects.exists()


@pytest.mark.parametrize("plan", ["scale", "free", "platinum"])
def test_a_plan_without_a_trial_is_404(catalogue, alice, browser_of, plan) -> None:
    assert post(browser_of(alice), plan=plan).status_code == 404
    assert not LocalTrial.objects.exists()


def test_a_used_trial_is_refused_in_words(catalogue, alice, charlie, browser_of, now) -> None:
    post(browser_of(alice))
    LocalTrial.objects.update(ends_at=now, started_at=LocalTrial.objects.get().started_at.replace(year=2020))

    page = post(browser_of(alice))

    assert page.status_code == 409
    assert "A trial was used before" in words(page)


def test_a_member_may_not_start_a_trial(catalogue, bob, browser_of) -> None:
    assert post(browser_of(bob)).status_code == 403
    assert not LocalTrial.objects.exists()


def test_a_trial_is_never_started_by_get(catalogue, alice, browser_of) -> None:
    assert browser_of(alice).get("/billing/trial/?plan=growth").status_code == 405
    assert not LocalTrial.objects.exists()
