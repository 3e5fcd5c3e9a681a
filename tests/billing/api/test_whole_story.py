"""One customer's life over the API alone, from the list of plans to the last invoice, against the sandbox."""

from urllib.parse import urlsplit

import pytest

from billing.mirror.refresh import refresh
from billing.mirror.refs import ObjectRef
from billing.models import CheckoutIntent, PlanChange, SeatChange
from billing.terms import ObjectKind
from tests.billing.api.program import Program, key_for
from tests.billing.shop import Shop
from tests.stripe_sandbox_pages.visitor import Visitor

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def program(shop: Shop) -> Program:
    return Program(key_for(shop.organization, shop.owner))


def _buy(shop: Shop, program: Program, lookup_key: str) -> None:
    """A checkout that the program opens, and that a person pays on the hosted page."""
    opened = program.post("checkout-sessions/", {"lookup_key": lookup_key, "accepts_terms": True}, status=201)
    assert Visitor(shop.sandbox.url).pay(urlsplit(opened["url"]).path).status == 303
    session = CheckoutIntent.objects.get(uuid=opened["id"]).stripe_session_id
    refresh(ObjectRef(ObjectKind.CHECKOUT_SESSION, str(session)))
    shop.work_off()


def _lookup_key(program: Program, plan: str) -> str:
    found = next(one for one in program.get("plans/")["data"] if one["code"] == plan)
    return found["prices"][0]["lookup_key"]


def test_a_plan_is_bought_changed_left_and_kept_over_the_api(shop: Shop, program: Program) -> None:
    assert program.get("subscription/")["state"] == "none"
    assert program.get("organization/")["name"] == "Oakline Studio"

    _buy(shop, program, _lookup_key(program, "growth"))
    state = program.get("customer-state/")
    assert (state["subscription"]["state"], state["access"]["plan"]) == ("trialing", "growth")
    assert state["subscription"]["card"]["last4"] == "4242"
    etag = program.last["ETag"]
    assert program.get("customer-state/", status=304, **{"If-None-Match": etag}) is None
    shop.advance("P15D")
    subscription = shop.organization.subscriptions.get()
    shop.look_at(subscription)
    shop.renewal(subscription)
    assert program.get("subscription/")["state"] == "active"

    preview = program.post("subscription/preview/", {"lookup_key": _lookup_key(program, "scale")}, status=201)
    assert preview["is_at_once"]
    assert preview["now"]["due"] == {"amount_minor": preview["confirm"]["shown_minor"], "currency": "eur"}
    made = program.post("subscription/change/", preview["confirm"], key="one-upgrade")
    again = program.post("subscription/change/", preview["confirm"], key="one-upgrade")
    assert (made["state"], again["id"]) == ("succeeded", made["id"])
    assert PlanChange.objects.count() == 1
    shop.look_at(subscription)
    assert program.get("customer-state/")["access"]["plan"] == "scale"

    down = program.post("subscription/preview/", {"lookup_key": _lookup_key(program, "growth")}, status=201)
    assert (down["is_at_once"], down["now"]) == (False, None)
    assert program.post("subscription/change/", down["confirm"])["state"] == "scheduled"
    assert program.get("subscription/")["planned_change"]["to_plan"] == "Growth"
    assert program.post("subscription/change/undo/")["state"] == "canceled"

    left = program.post("subscription/cancel/", {"reason": "unused"})
    assert (left["state"], left["cancel_at"]) == ("cancelling", left["current_period_end"])
    assert program.post("subscription/cancel/", status=409)["code"] in ("nothing_to_cancel", "cancellation_pending")
    assert program.post("subscription/cancel/undo/")["state"] == "active"

    shop.renewal(subscription)
    invoices = program.get("invoices/?status=paid")["data"]
    assert invoices[0]["total"]["amount_minor"] == preview["confirm"]["shown_minor"]
    assert program.get(f"invoices/{invoices[0]['id']}/") == invoices[0]
    methods = program.get("payment-methods/")["data"]
    assert [one["card"]["last4"] for one in methods] == ["4242"]
    opened = program.post("payment-methods/sessions/", {"becomes_default": True}, status=201)
    assert opened["url"].startswith(shop.sandbox.url)


def test_seats_are_changed_for_the_sum_that_was_shown(shop: Shop, team, program: Program) -> None:
    shop.subscribe(price=team, seats=3)

    preview = program.post("subscription/seats/preview/", {"seats": 5}, status=201)
    refused = program.post(
        "subscription/seats/",
        {**preview["confirm"], "shown_minor": preview["confirm"]["shown_minor"] + 1},
        status=409,
    )
    changed = program.post("subscription/seats/", preview["confirm"])

    assert refused["code"] == "sum_changed"
    assert preview["due_now"]["amount_minor"] == preview["confirm"]["shown_minor"] == 0
    assert (preview["behaviour"], preview["rest_of_period"]["amount_minor"] > 0) == ("now_next_invoice", True)
    assert (changed["seats_before"], changed["seats"], changed["state"]) == (3, 5, "succeeded")
    assert SeatChange.objects.count() == 1
    assert program.get("subscription/")["seats"]["billed"] == 5


def test_a_stale_preview_is_refused_with_the_old_and_the_new_sum(shop: Shop, program: Program) -> None:
    shop.subscribe(price=shop.growth)
    shop.advance("P15D")
    subscription = shop.look_at(shop.organization.subscriptions.get())
    shop.renewal(subscription)
    wish = {"lookup_key": shop.scale.lookup_key}
    before = program.post("subscription/preview/", wish, status=201)
    shop.advance("P32D")
    shop.look_at(subscription)

    refused = program.post("subscription/change/", before["confirm"], status=409)

    assert refused["code"] == "preview_stale"
    assert refused["before"]["confirm"] == before["confirm"]
    assert refused["preview"]["confirm"]["preview"] != before["confirm"]["preview"]
    assert refused["preview"]["now"]["due"]["amount_minor"] > 0
    assert PlanChange.objects.count() == 0
    assert program.post("subscription/change/", refused["preview"]["confirm"])["state"] == "succeeded"


def test_a_pause_goes_on_for_the_sum_that_was_shown(shop: Shop, program: Program) -> None:
    shop.subscribe(price=shop.scale)

    paused = program.post("subscription/pause/", {"months": 2})
    shop.look_at(shop.organization.subscriptions.get())
    offer = program.post("subscription/resume/preview/", status=201)
    wrong = program.post("subscription/resume/", {"shown_minor": offer["confirm"]["shown_minor"] + 1}, status=409)
    resumed = program.post("subscription/resume/", offer["confirm"])

    assert (paused["state"], paused["paused_from"]) == ("collection_paused", paused["current_period_end"])
    assert (wrong["code"], wrong["preview"]["confirm"]) == ("preview_stale", offer["confirm"])
    assert resumed["state"] == "active"
