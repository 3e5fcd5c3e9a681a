"""Mails about a change of plan: each once, and none about what its owner stands at."""

from datetime import timedelta

import pytest

from billing import clock
from billing.models import Notice, PlanChange, StaffTask
from billing.services.plan_change_notices import announce_plan_changes
from tests.billing.changed_mails import change
from tests.billing.factories import NOW
from tests.factories import OrganizationFactory

pytestmark = pytest.mark.django_db


def kinds() -> list[str]:
    return list(Notice.objects.order_by("pk").values_list("kind", flat=True))


def test_a_change_is_told_once() -> None:
    change(OrganizationFactory(), state="succeeded", status="paid")

    assert [announce_plan_changes(NOW) for _ in range(2)] == [1, 0]

    assert kinds() == ["plan_changed"]


def test_a_payment_that_is_just_being_confirmed_needs_no_mail() -> None:
    waiting = change(OrganizationFactory(), state="awaiting_payment", status="open")
    PlanChange.objects.update(created_at=clock.system_now() - timedelta(minutes=5))
    announce_plan_changes(NOW)
    assert kinds() == []
    PlanChange.objects.update(created_at=clock.system_now() - timedelta(minutes=16))

    for _ in range(2):
        announce_plan_changes(NOW)

    assert kinds() == ["plan_change_waits"]
    PlanChange.objects.filter(pk=waiting.pk).update(state="succeeded", ended_at=NOW)
    announce_plan_changes(NOW)
    assert kinds() == ["plan_change_waits", "plan_changed"]


def test_who_gave_it_up_or_saw_it_fail_needs_no_mail() -> None:
    change(OrganizationFactory(), state="canceled", status="void")
    announce_plan_changes(NOW)
    PlanChange.objects.update(state="failed", is_announced=True)

    announce_plan_changes(NOW)

    assert kinds() == []


def test_another_sum_than_was_shown_is_brought_to_a_person() -> None:
    made = change(OrganizationFactory(), state="succeeded", status="paid")
    assert made.preview is not None
    made.preview.total_minor = 5000
    made.preview.save()

    announce_plan_changes(NOW)

    assert StaffTask.objects.get().kind == "plan_change_sum"


def test_what_was_charged_is_told_also_before_the_invoice_is_seen_as_paid() -> None:
    change(OrganizationFactory(), state="succeeded", status="open")

    announce_plan_changes(NOW)

    assert "€58.16 charged" in Notice.objects.get().content.subject


def test_what_is_still_to_be_paid_is_not_told_as_charged() -> None:
    made = change(OrganizationFactory(), state="succeeded", status="open")
    assert made.preview is not None
    made.preview.payment_behavior = "allow_incomplete"
    made.preview.save()

    announce_plan_changes(NOW)

    assert "charged" not in Notice.objects.get().content.subject
