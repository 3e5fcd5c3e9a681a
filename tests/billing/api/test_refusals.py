"""What the services refuse comes out as a problem with their own code and status, and leaves nothing behind."""

from typing import Any

import pytest
from django.test import Client

from billing import clock
from billing.models import CancelRequest, CheckoutIntent, PauseRequest, PlanChange, SeatChange
from billing.terms import ApiScope
from tests.billing.api.asking import PROBLEM, bearer, make_key, post
from tests.billing.situations import go_cancelling, go_paused, put_catalogue_on_sale

pytestmark = pytest.mark.django_db
UNKNOWN = "7f8c1b9e-3d1a-4f0e-9a53-5a4b1a1f6c2d"
CONFIRM = {"preview": UNKNOWN, "shown_minor": 0}
CHECKOUT = {"lookup_key": "no_such_price", "accepts_terms": True}
# Address, body, status and code, for an organization without a plan.
WITHOUT_A_PLAN = [
    ("subscription/preview/", {"lookup_key": "growth_month_eur"}, 409, "no_subscription"),
    ("subscription/change/", CONFIRM, 404, "not_found"),
    ("subscription/change/undo/", {}, 409, "no_change_pending"),
    (f"subscription/changes/{UNKNOWN}/give-up/", {}, 404, "not_found"),
    ("subscription/cancel/", {}, 409, "nothing_to_cancel"),
    ("subscription/cancel/", {"when": "day", "ends_on": "2030-01-01"}, 409, "nothing_to_cancel"),
    ("subscription/cancel/", {"when": "now"}, 409, "nothing_to_cancel"),
    ("subscription/cancel/undo/", {}, 409, "nothing_to_undo"),
    ("subscription/pause/", {"months": 1}, 409, "no_subscription"),
    ("subscription/resume/preview/", {}, 409, "not_paused"),
    ("subscription/resume/", {"shown_minor": 0}, 409, "not_paused"),
    ("subscription/seats/preview/", {"seats": 3}, 409, "no_subscription"),
    ("subscription/seats/", CONFIRM, 404, "not_found"),
    ("checkout-sessions/", CHECKOUT, 404, "plan_unknown"),
    ("portal-sessions/", {}, 404, "not_found"),
    ("payment-methods/pm_1/default/", {}, 404, "payment_method_gone"),
    ("payment-methods/pm_1/remove/", {}, 404, "payment_method_gone"),
]
# Address, body and the field that is at fault.
WRONG_BODIES = [
    ("subscription/preview/", {}, "lookup_key"),
    ("subscription/preview/", {"lookup_key": 7}, "lookup_key"),
    ("subscription/preview/", {"lookup_key": "x", "seats": "3"}, "seats"),
    ("subscription/change/", {"preview": UNKNOWN}, "shown_minor"),
    ("subscription/change/", {"preview": "1", "shown_minor": 0}, "preview"),
    ("subscription/change/", {"preview": UNKNOWN, "shown_minor": True}, "shown_minor"),
    ("subscription/cancel/", {"when": "later"}, "when"),
    ("subscription/cancel/", {"when": "day"}, "ends_on"),
    ("subscription/cancel/", {"ends_on": "2030-01-01"}, "ends_on"),
    ("subscription/cancel/", {"when": "now", "wants_refund": "yes"}, "wants_refund"),
    ("subscription/pause/", {}, "months"),
    ("subscription/pause/", {"months": 1, "resumes_on": "2030-01-01"}, "months"),
    ("subscription/seats/preview/", {"seats": 0}, "seats"),
    ("checkout-sessions/", {**CHECKOUT, "accepts_terms": False}, "accepts_terms"),
    ("checkout-sessions/", {**CHECKOUT, "return_url": "https://evil.example"}, "return_url"),
    ("portal-sessions/", {"return_to": "https://evil.example"}, "return_to"),
]


@pytest.fixture
def program(alice) -> Client:
    put_catalogue_on_sale()
    return Client(headers=bearer(make_key(alice, *(scope.value for scope in ApiScope))[1]))


def _ask(program: Client, path: str, body: dict[str, Any]) -> Any:
    answer = post(program, f"/api/v1/{path}", body)
    assert answer["Content-Type"] == PROBLEM
    assert not any(
        model.objects.exists() for model in (CancelRequest, CheckoutIntent, PauseRequest, PlanChange, SeatChange)
    )
    return answer.json()


def test_without_a_plan_each_wish_is_refused_with_its_code(program: Client) -> None:
    told = [(path, body, _ask(program, path, body)) for path, body, _, _ in WITHOUT_A_PLAN]

    assert [(path, body, one["status"], one["code"]) for path, body, one in told] == WITHOUT_A_PLAN


def test_a_body_that_is_wrong_is_refused_by_its_field(program: Client) -> None:
    told = [(path, body, _ask(program, path, body)) for path, body, _ in WRONG_BODIES]

    assert [(path, body, one["errors"][0]["field"]) for path, body, one in told] == WRONG_BODIES
    assert {(one["status"], one["code"]) for _, _, one in told} == {(400, "invalid_input")}


def test_the_actions_that_are_told_are_those_that_are_let_through(alice, program: Client) -> None:
    go_cancelling(alice.organization, now=clock.business_now())

    told = program.get("/api/v1/subscription/").json()

    assert told["state"] == "cancelling"
    assert "undo_cancel" in told["actions"]
    assert "pause" not in told["actions"]
    assert _ask(program, "subscription/pause/", {"months": 1})["code"] == "cancellation_pending"


def test_a_plan_that_is_paused_cannot_be_changed(alice, program: Client) -> None:
    go_paused(alice.organization, now=clock.business_now())

    refused = _ask(program, "subscription/preview/", {"lookup_key": "scale_month_eur"})

    assert (refused["status"], refused["code"]) == (409, "subscription_paused")
