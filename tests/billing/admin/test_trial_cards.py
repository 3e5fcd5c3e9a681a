"""Staff allow another trial from the page of a refused or a taken one: with a reason, once, and only who may."""

import re

import pytest
from django.contrib.auth.models import Permission
from django.test import Client

from accounts.models import User
from billing.models import AuditEntry, TrialAllowance
from tests.billing.admin.rows_of_trials import trial_redemption, trial_refusal

pytestmark = pytest.mark.django_db
KEY = re.compile(r'name="request_key" value="([0-9a-f-]{36})"')


def page_of(row) -> str:
    return f"/admin/billing/{row._meta.model_name}/{row.pk}/allow/"


@pytest.mark.parametrize("make", [trial_redemption, trial_refusal])
def test_a_reason_and_a_click_allow_another_trial(staff: Client, superuser: User, make) -> None:
    row = make(1)
    [key] = KEY.findall(staff.get(page_of(row)).content.decode())

    for _ in range(2):
        answer = staff.post(page_of(row), {"reason": "Two studios", "request_key": key}, follow=True)
        assert answer.status_code == 200

    allowance = TrialAllowance.objects.get()
    assert (allowance.organization, allowance.granted_by) == (row.organization, superuser)
    assert list(AuditEntry.objects.values_list("action", "subject")) == [("trial_allowed", str(allowance.uuid))]


def test_without_a_reason_nothing_is_allowed_and_the_key_stays(staff: Client) -> None:
    row = trial_redemption(1)
    [key] = KEY.findall(staff.get(page_of(row)).content.decode())

    answer = staff.post(page_of(row), {"reason": " ", "request_key": key})

    assert "This field is required" in answer.content.decode()
    assert KEY.findall(answer.content.decode()) == [key]
    assert not TrialAllowance.objects.exists()


def test_who_may_only_look_may_not_allow(newcomer: Client) -> None:
    row = trial_redemption(1)
    user = User.objects.get(email="new@example.com")
    user.user_permissions.set(Permission.objects.filter(codename="view_trialredemption"))

    assert newcomer.get(f"/admin/billing/trialredemption/{row.pk}/change/").status_code == 200
    assert newcomer.post(page_of(row), {"reason": "Please", "request_key": "0" * 32}).status_code == 403
    assert not TrialAllowance.objects.exists()
