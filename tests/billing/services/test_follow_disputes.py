"""What follows from a dispute: tasks, reminders, the end of the subscription and its access, a bank's warning."""

from datetime import timedelta

import pytest

from billing import clock
from billing.mirror.refresh import refresh
from billing.mirror.refs import ObjectRef
from billing.models import CancelRequest, Dispute, Notice, NoticeContent, StaffTask, Subscription
from billing.selectors.access import access_for
from billing.services.cancel_now import resume_cancellations_now
from billing.services.remind_of_disputes import remind_of_disputes
from billing.terms import ObjectKind
from tests.billing.admin.mirrored_rows import dispute as made_up_dispute
from tests.billing.disputing import charge_of, contested, look
from tests.billing.factories import NOW
from tests.billing.shop import Shop

DAY = timedelta(days=1)


def end_what_was_recorded(shop: Shop) -> Subscription:
    CancelRequest.objects.update(created_at=clock.system_now() - timedelta(minutes=2))
    resume_cancellations_now(clock.system_now())
    shop.work_off()
    return Subscription.objects.get(organization=shop.organization)


def lose(shop: Shop, dispute: Dispute, how: str = "lose") -> Dispute:
    shop.sandbox.ask("POST", f"/_sandbox/disputes/{how}", {"dispute": dispute.stripe_dispute_id})
    return look(shop, dispute.stripe_dispute_id)


@pytest.mark.django_db(transaction=True)
def test_a_lost_dispute_ends_the_subscription_and_its_access_once(shop: Shop) -> None:
    dispute = contested(shop)
    assert StaffTask.objects.get(kind="dispute_to_answer").resolved_at is None
    lose(shop, dispute)
    look(shop, dispute.stripe_dispute_id)

    subscription = end_what_was_recorded(shop)

    request = CancelRequest.objects.get()
    assert (request.state, request.requested_by, subscription.status) == ("succeeded", None, "canceled")
    assert access_for(shop.organization, shop.now).plan_code == "free"
    assert StaffTask.objects.get(kind="dispute_to_answer").resolved_at is not None


@pytest.mark.django_db(transaction=True)
def test_with_the_policy_keep_nothing_ends(shop: Shop, settings) -> None:
    settings.DISPUTE_LOST_POLICY = "keep"

    lose(shop, contested(shop, reason="subscription_canceled"))

    assert not CancelRequest.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_who_says_to_have_cancelled_is_cancelled_and_after_a_win_asked_back(shop: Shop) -> None:
    dispute = contested(shop, reason="subscription_canceled")
    assert end_what_was_recorded(shop).status == "canceled"

    lose(shop, dispute, "win")

    assert StaffTask.objects.filter(kind="dispute_won", resolved_at=None).count() == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("below", "says"), [(128, "in full and cancel"), (127, "look at")])
def test_a_warning_of_fraud_is_refunded_first_below_a_sum(shop: Shop, settings, below: int, says: str) -> None:
    settings.EARLY_FRAUD_REFUND_BELOW = below
    made = shop.sandbox.ask("POST", "/_sandbox/fraud-warnings", {"charge": charge_of(shop).stripe_charge_id})
    ref = ObjectRef(ObjectKind.EARLY_FRAUD_WARNING, str(made["id"]))
    for _ in range(2):
        refresh(ref)
        shop.work_off()
    assert says in StaffTask.objects.get(kind="early_fraud_warning").summary

    contested(shop)
    refresh(ref)
    shop.work_off()

    assert StaffTask.objects.get(kind="early_fraud_warning").resolved_at is not None


@pytest.mark.django_db
def test_staff_are_reminded_seven_three_and_one_day_before_once_each(settings) -> None:
    dispute = made_up_dispute(1)
    settings.STRIPE_LIVE_MODE, settings.STAFF_EMAIL = dispute.livemode, "desk@tidewater.example"
    due_at = NOW + 20 * DAY
    Dispute.objects.update(evidence_due_at=due_at)

    written = [remind_of_disputes(due_at - left * DAY / 2) for left in range(20, 0, -1) for _ in range(2)]

    assert sum(written) == 3
    days = sorted(key.rpartition(":")[2] for key in Notice.objects.values_list("key", flat=True))
    assert days == ["1", "3", "7"]
    assert set(NoticeContent.objects.values_list("recipient", flat=True)) == {"desk@tidewater.example"}
    assert StaffTask.objects.filter(kind="dispute_due").count() == 1


@pytest.mark.django_db
def test_a_worker_that_was_away_sends_the_nearest_only_and_none_for_what_was_answered(settings) -> None:
    dispute = made_up_dispute(1)
    settings.STRIPE_LIVE_MODE = dispute.livemode
    Dispute.objects.update(evidence_due_at=NOW + 2 * DAY)
    assert remind_of_disputes(NOW) == 1
    assert Notice.objects.get().key.endswith(":3")

    Dispute.objects.update(status="under_review")

    assert remind_of_disputes(NOW + 1.5 * DAY) == 0
