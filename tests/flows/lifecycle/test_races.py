"""Two things at once: one charge and one live subscription, whoever is first."""

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connections

from billing.errors import BillingError
from billing.gateway.client import client
from billing.models import CheckoutIntent, Notice
from billing.services.change_plan import change_plan
from billing.services.preview_change import preview_change
from billing.services.settle_checkout import ProgressState, settle_checkout
from billing.terms import LifecycleState as State
from tests.flows.lifecycle.life import Life
from tests.flows.lifecycle.states import SCALE, STARTER, bring
from tests.flows.lifecycle.truths import faults_of
from tests.sandbox_fixture import Sandbox

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def life(sandbox: Sandbox, quick_commits: None) -> Iterator[Life]:
    yield Life.begin(sandbox)
    sandbox.ask("POST", "/_sandbox/webhooks/resume")


def at_once(*acts: Callable[[], Any]) -> list[str]:
    """What each answered: the code of a refusal, or nothing. Anything else that is raised fails the test."""
    answers = ["never"] * len(acts)
    faults: list[BaseException] = []
    barrier = threading.Barrier(len(acts))

    def run(number: int, act: Callable[[], Any]) -> None:
        try:
            barrier.wait(timeout=20)
            act()
            answers[number] = ""
        except BillingError as refusal:
            answers[number] = refusal.code
        except BaseException as fault:
            faults.append(fault)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert faults == []
    return answers


def charges() -> list[int]:
    """The sums of all charges that went through, the newest first."""
    made = client().v1.charges.list(params={"limit": 100})
    return [charge["amount"] for charge in made if charge["status"] == "succeeded"]


def live_subscriptions() -> list[str]:
    return [each["id"] for each in client().v1.subscriptions.list(params={"limit": 100})]


def preview_of_scale(life: Life) -> Any:
    return preview_change(
        life.shop.organization,
        lookup_key=life.prices[SCALE].lookup_key,
        actor=life.shop.owner,
        now=life.shop.now,
    )


def pay_if_open(life: Life, intent: CheckoutIntent) -> None:
    """The page of a session that has ended has no form any more."""
    if client().v1.checkout.sessions.retrieve(str(intent.stripe_session_id))["status"] == "open":
        life.shop.pay(intent)


def change(life: Life, preview: Any) -> None:
    change_plan(life.shop.organization, preview_uuid=preview.uuid, **life.by_owner())


def test_two_upgrades_at_once_are_paid_once(life: Life) -> None:
    bring(life, State.ACTIVE)
    first, second = preview_of_scale(life), preview_of_scale(life)

    at_once(lambda: change(life, first), lambda: change(life, second))
    life.settle()

    assert sorted(charges()) == sorted([1600, first.due_now_minor])
    assert faults_of(life) == []


def test_an_upgrade_while_the_renewal_is_made_bills_what_was_shown_or_nothing(life: Life) -> None:
    bring(life, State.ACTIVE)
    life.wait(29)
    preview = preview_of_scale(life)

    answer, _ = at_once(lambda: change(life, preview), lambda: life.shop.sandbox.advance("P3D"))
    life.shop.advance("PT1S")
    life.settle()

    assert answer in ("", "preview_stale")
    assert len(live_subscriptions()) == 1
    assert faults_of(life) == []


def test_a_preview_from_before_the_renewal_charges_nothing_after_it(life: Life) -> None:
    bring(life, State.ACTIVE)
    life.wait(29)
    preview = preview_of_scale(life)
    # Stripe holds a renewal's invoice back for three days while nobody answers its webhook.
    life.wait(5)
    life.settle()

    answers = at_once(lambda: change(life, preview))

    assert answers == ["preview_stale"]
    assert charges() == [1600, 1600]


def test_a_cancellation_while_a_checkout_is_paid_leaves_one_charge(life: Life) -> None:
    intent = life.shop.start(life.prices[STARTER])

    answers = at_once(lambda: life.shop.pay(intent), life.cancel_at_end)
    life.settle()

    assert answers[0] == ""
    assert answers[1] in ("", "nothing_to_cancel")
    assert charges() == [1600]
    assert len(live_subscriptions()) == 1
    assert faults_of(life) == []


def test_two_checkouts_in_two_tabs_end_in_one_subscription(life: Life) -> None:
    first = life.shop.start(life.prices[STARTER])
    second = life.shop.start(life.prices[SCALE])

    at_once(lambda: pay_if_open(life, first), lambda: pay_if_open(life, second))
    life.settle()

    assert len(live_subscriptions()) == 1
    assert len(charges()) == 1
    assert faults_of(life) == []


@pytest.mark.parametrize("order", ["webhook first", "redirect first", "both at once"])
def test_webhook_and_redirect_come_to_one_subscription_and_one_mail(life: Life, order: str) -> None:
    intent = life.shop.start(life.prices[STARTER])
    life.shop.pay(intent)

    def come_back() -> None:
        progress = settle_checkout(
            life.shop.organization, stripe_session_id=str(intent.stripe_session_id), now=life.shop.now
        )
        assert progress.state in (ProgressState.SETTLED, ProgressState.PROCESSING)

    acts = {"webhook first": [life.settle, come_back], "redirect first": [come_back, life.settle]}
    if order == "both at once":
        at_once(come_back, life.settle)
    for act in acts.get(order, [life.settle]):
        act()

    assert life.lifecycle.state == State.ACTIVE
    assert charges() == [1600]
    assert Notice.objects.filter(kind="subscription_started").count() == 1
    assert faults_of(life) == []
