"""What follows from facts and transitions: once, also when looked at twice, late or after a crash."""

import pytest

from billing import clock, reactions
from billing.gateway.client import client
from billing.mirror.refresh import refresh
from billing.mirror.refs import ObjectRef
from billing.models import CheckoutIntent, DunningCase, Handled, Invoice, Notice, StaffTask, Transition
from billing.selectors.access import access_for
from billing.services.local_trial import start_local_trial
from billing.services.settle_checkout import ProgressState, settle_checkout
from billing.services.trial_reminders import remind_of_trials
from billing.terms import AccessReason, ObjectKind
from tests.billing.factories import ChargeAttemptFactory, InvoiceFactory
from tests.billing.shop import Shop

pytestmark = pytest.mark.django_db(transaction=True)


def see_failed_charge(shop: Shop, *, stripe_invoice_id: str) -> None:
    """What the refresh of a failed charge writes."""
    charge = ChargeAttemptFactory(
        stripe_invoice_id=stripe_invoice_id, status="failed", organization=shop.organization
    )
    Transition.objects.create(
        kind=ObjectKind.CHARGE,
        stripe_id=charge.stripe_charge_id,
        livemode=False,
        to_state="failed",
        business_at=shop.now,
    )


def test_a_paid_checkout_settles_from_the_return_page_alone(shop: Shop) -> None:
    intent = shop.start(shop.scale)
    shop.pay(intent)

    progress = settle_checkout(shop.organization, stripe_session_id=intent.stripe_session_id, now=shop.now)

    assert progress.state == ProgressState.SETTLED
    assert access_for(shop.organization, shop.now).plan_code == "scale"


def test_an_unpaid_checkout_gives_nothing(shop: Shop) -> None:
    intent = shop.start(shop.scale)

    progress = settle_checkout(shop.organization, stripe_session_id=intent.stripe_session_id, now=shop.now)

    assert progress.state == ProgressState.OPEN
    assert access_for(shop.organization, shop.now).plan_code == "free"


def test_a_paid_checkout_closes_its_intent_and_sends_one_mail(shop: Shop) -> None:
    shop.subscribe()
    Transition.objects.update(is_settled=False)

    reactions.run_due(shop.now)
    reactions.run_due(shop.now)

    assert CheckoutIntent.objects.get().state == "complete"
    assert Notice.objects.filter(kind="subscription_started").count() == 1


def test_a_reaction_that_was_carried_out_is_not_carried_out_again(shop: Shop) -> None:
    shop.subscribe()
    handled = Handled.objects.count()
    Transition.objects.update(is_settled=False)

    ran = reactions.run_due(shop.now)

    assert handled > 0
    assert (ran, Handled.objects.count()) == (0, handled)


def test_a_baseline_has_no_effects(shop: Shop) -> None:
    intent = shop.start(shop.scale)
    shop.pay(intent)
    subscription_id = client().v1.subscriptions.list()["data"][0]["id"]

    refresh(ObjectRef(ObjectKind.SUBSCRIPTION, subscription_id), is_baseline=True)
    reactions.run_due(shop.now)

    assert Transition.objects.filter(is_baseline=True).exists()
    assert Handled.objects.count() == 0
    assert Notice.objects.count() == 0


def test_the_trial_without_card_ends_with_the_subscription(shop: Shop) -> None:
    trial = start_local_trial(shop.organization, plan_code="growth", actor=shop.owner, now=shop.now)

    shop.subscribe(price=shop.growth)

    trial.refresh_from_db()
    assert trial.ended_at is not None
    assert access_for(shop.organization, shop.now).reason == AccessReason.TRIAL


def test_a_failed_renewal_is_told_once(shop: Shop) -> None:
    subscription = shop.subscribe(price=shop.growth)
    shop.charge_only(subscription, "pm_card_sandbox_insufficient_funds")
    shop.advance("P18D")

    shop.look_at(subscription)
    shop.look_at(subscription)

    notice = Notice.objects.get(kind__startswith="payment_")
    assert notice.key == f"dunning:{DunningCase.objects.get().uuid}:failed"
    assert "€48.00" in notice.content.subject
    assert "/pay/" in notice.content.text
    assert access_for(shop.organization, shop.now).reason == AccessReason.GRACE


def test_a_declined_first_payment_sends_no_mail(shop: Shop) -> None:
    intent = shop.start(shop.scale)

    shop.pay(intent, number="4000 0000 0000 0002")
    for kind, service in ((ObjectKind.CHARGE, client().v1.charges), (ObjectKind.INVOICE, client().v1.invoices)):
        for found in service.list()["data"]:
            refresh(ObjectRef(kind, found["id"]))
    shop.work_off()

    assert not Notice.objects.filter(kind__startswith="payment_").exists()


def test_a_second_live_subscription_is_a_task_for_the_staff(shop: Shop) -> None:
    first = shop.subscribe()
    made_elsewhere = client().v1.subscriptions.create(
        params={
            "customer": first.stripe_customer_id,
            "default_payment_method": first.stripe_payment_method_id,
            "items": [{"price": shop.growth.stripe_price_id}],
        }
    )

    refresh(ObjectRef(ObjectKind.SUBSCRIPTION, made_elsewhere["id"]))
    shop.work_off()

    task = StaffTask.objects.get()
    assert task.kind == "second_subscription"
    assert task.organization == shop.organization


def test_a_trial_with_card_is_reminded_of_once_and_not_after_it_was_cancelled(shop: Shop) -> None:
    subscription = shop.subscribe(price=shop.growth)
    shop.advance("P12D")

    remind_of_trials(shop.now)
    remind_of_trials(shop.now)

    assert Notice.objects.filter(kind="trial_ending").count() == 1
    client().v1.subscriptions.update(subscription.stripe_subscription_id, params={"cancel_at_period_end": True})
    shop.look_at(subscription)
    Notice.objects.filter(kind="trial_ending").delete()
    remind_of_trials(shop.now)
    assert Notice.objects.filter(kind="trial_ending").count() == 0


def test_a_trial_without_card_ends_by_itself(shop: Shop) -> None:
    start_local_trial(shop.organization, plan_code="growth", actor=shop.owner, now=shop.now)
    assert access_for(shop.organization, shop.now).plan_code == "growth"

    shop.advance("P15D")
    remind_of_trials(shop.now)

    assert access_for(shop.organization, shop.now).plan_code == "free"
    assert Notice.objects.get().kind == "local_trial_ended"


def test_reactions_that_cannot_be_carried_out_hold_up_no_other(shop: Shop) -> None:
    for number in range(3):
        see_failed_charge(shop, stripe_invoice_id=f"in_unseen_{number}")
    intent = shop.start(shop.scale)
    client().v1.checkout.sessions.expire(intent.stripe_session_id)
    refresh(ObjectRef(ObjectKind.CHECKOUT_SESSION, intent.stripe_session_id))

    for _ in range(2):
        reactions.run_due(shop.now, limit=3)

    intent.refresh_from_db()
    assert intent.state == "expired"
    assert Transition.objects.filter(kind="charge", is_settled=False).count() == 3


def test_a_failure_whose_invoice_we_know_as_a_draft_only_is_told_once_the_invoice_is_fetched(shop: Shop) -> None:
    invoice = InvoiceFactory(organization=shop.organization, status="draft", billing_reason="quote_accept")
    see_failed_charge(shop, stripe_invoice_id=invoice.stripe_invoice_id)

    reactions.run_due(shop.now)
    Invoice.objects.update(status="open")
    Transition.objects.update(run_at=clock.system_now())
    reactions.run_due(shop.now)

    assert Notice.objects.get().key == f"payment_failed:{invoice.stripe_invoice_id}"
