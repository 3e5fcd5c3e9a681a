"""News that come late, in another order or at a bad moment: no case is stuck, ended unheard, or tried too often."""

from datetime import timedelta
from typing import Any

import pytest
import stripe
from django.db import transaction

from billing import reactions
from billing.gateway.client import client
from billing.mirror.refresh import refresh
from billing.mirror.refs import ObjectRef
from billing.models import ChargeAttempt, DunningAttempt, DunningCase, StaffTask, Transition
from billing.services.claim_due_cases import claim_due_cases
from billing.services.make_attempts import make_attempts
from billing.services.open_dunning_case import open_dunning_case
from billing.terms import ObjectKind
from tests.billing.pursuit import advance_to, charges_of, failed_renewal, new_card, only_attempt, pursue
from tests.billing.shop import Shop

pytestmark = pytest.mark.django_db(transaction=True)
_SEQUENCE = "pm_card_sandbox_sequence_"


@pytest.fixture
def shop(sandbox: Any) -> Shop:
    return Shop.open(sandbox)


def end_waits() -> None:
    """As if the waits before the next looks had passed."""
    for attempt in DunningAttempt.objects.all():
        DunningAttempt.objects.filter(pk=attempt.pk).update(run_at=attempt.planned_at - timedelta(days=900))
    for transition in Transition.objects.filter(is_settled=False):
        Transition.objects.filter(pk=transition.pk).update(run_at=transition.observed_at)


def lose_the_answer(shop: Shop, case: DunningCase, fault: str) -> None:
    """The next try of ours is made, and its outcome stays unknown; the SDK asks twice."""
    advance_to(shop, case.due_at)
    shop.sandbox.fault(fault, times=2, match={"method": "POST", "path": f"/v1/invoices/{case.stripe_invoice_id}/pay"})
    claim_due_cases(shop.now)
    make_attempts(shop.now)
    assert only_attempt().state == "unknown"


def dispute_first_charge(shop: Shop, subscription: Any) -> str:
    paid = ChargeAttempt.objects.get(status="succeeded", stripe_customer_id=subscription.stripe_customer_id)
    return str(shop.sandbox.ask("POST", "/_sandbox/disputes", {"charge": paid.stripe_charge_id})["id"])


def test_late_news_of_the_subscription_leaves_a_planned_try_alone(shop: Shop) -> None:
    _, case = failed_renewal(shop)
    advance_to(shop, case.due_at)
    claim_due_cases(shop.now)

    with transaction.atomic():
        open_dunning_case(Transition.objects.get(kind="subscription", to_state="past_due"), now=shop.now)
    make_attempts(shop.now)

    case.refresh_from_db()
    assert (only_attempt().state, case.state) == ("succeeded", "recovered")


def test_a_card_that_comes_while_a_try_is_in_flight_is_tried_after_its_answer(shop: Shop) -> None:
    subscription, case = failed_renewal(shop, f"{_SEQUENCE}insufficient_funds,stolen_card")
    lose_the_answer(shop, case, "timeout_after_commit")
    new_card(shop, subscription)

    for _ in range(2):
        end_waits()
        pursue(shop)

    case.refresh_from_db()
    assert list(DunningAttempt.objects.order_by("seq").values_list("trigger", "state")) == [
        ("schedule", "declined"),
        ("new_card", "succeeded"),
    ]
    assert case.state == "recovered"


def test_who_was_never_told_is_not_ended_at_the_deadline(shop: Shop) -> None:
    subscription, case = failed_renewal(shop)
    advance_to(shop, case.deadline_at + timedelta(days=2))

    pursue(shop)

    case.refresh_from_db()
    assert (case.state, case.waits_for) == ("awaiting_customer", "deadline")
    assert case.last_notice_at is not None
    assert case.deadline_at - case.last_notice_at >= timedelta(hours=72)
    assert shop.look_at(subscription).status == "past_due"


def test_what_was_written_off_meanwhile_is_not_asked_for_again(shop: Shop) -> None:
    _, case = failed_renewal(shop)
    lose_the_answer(shop, case, "http_500_before")
    client().v1.invoices.mark_uncollectible(case.stripe_invoice_id)

    end_waits()
    make_attempts(shop.now)

    assert only_attempt().state == "skipped"
    assert [charge["status"] for charge in charges_of(case)] == ["failed"]


def test_a_payment_by_the_customer_meanwhile_is_not_counted_as_ours(shop: Shop) -> None:
    _, case = failed_renewal(shop)
    advance_to(shop, case.due_at)
    shop.sandbox.fault("pay_on_hosted_page", match={"path": f"/v1/invoices/{case.stripe_invoice_id}/pay"})

    pursue(shop)

    case.refresh_from_db()
    assert (only_attempt().state, only_attempt().failure) == ("skipped", "invoice_paid")
    assert (case.state, case.end_reason) == ("recovered", "paid")


def test_the_newest_try_on_our_card_decides_whichever_is_heard_of_first(shop: Shop) -> None:
    subscription, case = failed_renewal(shop, f"{_SEQUENCE}insufficient_funds,insufficient_funds,expired_card")
    card = client().v1.subscriptions.retrieve(subscription.stripe_subscription_id)["default_payment_method"]
    for _ in range(2):
        shop.advance("PT1H")
        with pytest.raises(stripe.CardError):
            client().v1.invoices.pay(case.stripe_invoice_id, params={"payment_method": card})

    for charge in charges_of(case)[:2]:
        refresh(ObjectRef(ObjectKind.CHARGE, charge["id"]))
        reactions.run_due(shop.now)

    case.refresh_from_db()
    assert (case.state, case.decline_code) == ("awaiting_customer", "expired_card")


def test_a_card_that_fails_on_the_hosted_page_does_not_change_what_becomes_of_ours(shop: Shop) -> None:
    subscription, case = failed_renewal(shop, "pm_card_sandbox_expired_card")
    poor = client().v1.payment_methods.attach(
        "pm_card_sandbox_insufficient_funds", params={"customer": subscription.stripe_customer_id}
    )
    with pytest.raises(stripe.CardError):
        client().v1.invoices.pay(case.stripe_invoice_id, params={"payment_method": poor["id"]})

    shop.renewal(subscription)
    shop.work_off()

    case.refresh_from_db()
    assert (case.state, case.decline_code, case.waits_for) == ("awaiting_customer", "expired_card", "needs_customer")


def test_a_dispute_stops_the_case_even_if_its_charge_is_heard_of_later(shop: Shop) -> None:
    subscription, case = failed_renewal(shop)
    dispute = dispute_first_charge(shop, subscription)
    ChargeAttempt.objects.filter(status="succeeded").delete()

    refresh(ObjectRef(ObjectKind.DISPUTE, dispute))
    reactions.run_due(shop.now)
    shop.work_off()
    end_waits()
    shop.work_off()

    case.refresh_from_db()
    assert (case.state, case.end_reason) == ("stopped", "dispute")


def test_a_dispute_that_we_know_of_stops_a_try_before_its_reaction(shop: Shop) -> None:
    subscription, case = failed_renewal(shop)
    refresh(ObjectRef(ObjectKind.DISPUTE, dispute_first_charge(shop, subscription)))
    advance_to(shop, case.due_at)

    claim_due_cases(shop.now)
    make_attempts(shop.now)

    assert (only_attempt().state, only_attempt().failure) == ("skipped", "dispute")


def test_a_try_on_which_we_fail_holds_up_no_other(shop: Shop) -> None:
    _, case = failed_renewal(shop)
    advance_to(shop, case.due_at)
    claim_due_cases(shop.now)
    DunningAttempt.objects.update(trigger="unheard of")

    assert make_attempts(shop.now) == 1

    attempt = only_attempt()
    assert (attempt.state, attempt.failure, attempt.lease_until) == ("planned", "ValueError", None)
    assert attempt.run_at > attempt.case.run_at
    assert not StaffTask.objects.exists()
