"""Staff write a policy's next version: all faults at once, its effect on open cases, and nothing changes."""

import json
from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.test import Client

from accounts.models import User
from billing.models import AuditEntry, DunningCase, DunningPolicy
from billing.rules.dunning.policy import STANDARD_BODY, sha256_of
from tests.billing.pursuit import failed_renewal
from tests.billing.shop import Shop

pytestmark = pytest.mark.django_db(transaction=True)
PAGE = "/admin/billing/dunningpolicy/new-version/"


def post(staff: Client, step: str = "preview", *, key: str = "standard", **changed: object):
    return staff.post(PAGE, {"key": key, "body": json.dumps({**STANDARD_BODY, **changed}), step: ""}, follow=True)


def effects(answer) -> dict[str, int]:
    return {label: count for label, count in answer.context["counts"] if count}


def test_the_page_begins_with_the_standard_body_or_that_of_a_version(staff: Client) -> None:
    body = {**STANDARD_BODY, "deadline_days": 28}
    row = DunningPolicy.objects.create(key="patient", version=1, body=body, sha256=sha256_of(body))

    fresh = staff.get(PAGE).content.decode()
    from_version = staff.get(f"/admin/billing/dunningpolicy/{row.pk}/next-version/", follow=True).content.decode()

    assert "&quot;deadline_days&quot;: 21" in fresh
    assert "&quot;deadline_days&quot;: 28" in from_version
    assert 'value="patient"' in from_version


def test_all_that_is_wrong_is_said_at_once_and_nothing_is_saved(staff: Client) -> None:
    text = post(staff, "save", deadline_days=0, max_30d=99, final_action="pause").content.decode()

    assert "deadline_days must" in text
    assert "max_30d must" in text
    assert "final_action cannot be `pause`" in text
    assert not DunningPolicy.objects.exists()


@pytest.mark.parametrize("body", ["{", "[]", '"x"', '{"deadline_days": NaN}'])
def test_what_is_no_policy_at_all_is_refused(staff: Client, body: str) -> None:
    answer = staff.post(PAGE, {"key": "standard", "body": body, "save": ""})

    assert answer.context["form"].errors["body"]
    assert not DunningPolicy.objects.exists()


def test_it_is_saved_as_the_next_version_and_a_second_click_saves_no_other(staff: Client, superuser: User) -> None:
    for days in (21, 28, 28):
        said = post(staff, "save", deadline_days=days).content.decode()

    rows = list(DunningPolicy.objects.order_by("version").values_list("key", "version", "created_by"))
    assert rows == [("standard", 1, superuser.pk), ("standard", 2, superuser.pk)]
    assert "Saved as standard v2. New cases get it; open ones keep theirs." in said
    assert AuditEntry.objects.filter(action="dunning_policy_saved").count() == 2


def test_the_same_policy_would_change_nothing(shop: Shop, staff: Client) -> None:
    failed_renewal(shop)

    assert effects(post(staff)) == {"As today": 1}


def test_a_preview_tells_each_open_case_and_touches_none(shop: Shop, staff: Client) -> None:
    _, case = failed_renewal(shop)
    before = DunningCase.objects.values().get()

    later = post(staff, local_window={"from": "10:00", "to": "12:00"})
    stops = post(staff, max_retries=0)
    short = {"deadline_days": 12, "access": {"read_only_after_days": 1, "closed_after_days": 2}}
    ends = post(staff, slots={"soft": [400]}, **short)

    assert effects(later) == {"Tried later": 1}
    assert effects(stops) == {"Tried no more": 1}
    assert effects(ends) == {"Tried no more": 1}  # Its slot would lie beyond the deadline.
    deadline = case.opened_at + timedelta(days=12)
    assert f"{deadline:%d %b %Y, %H:%M} UTC" in ends.content.decode()
    assert DunningCase.objects.values().get() == before
    assert DunningPolicy.objects.count() == 1


def test_a_case_in_conflict_is_not_for_a_policy_to_decide(shop: Shop, staff: Client) -> None:
    failed_renewal(shop)
    DunningCase.objects.update(state="conflict", due_at=None)

    assert effects(post(staff, max_retries=0)) == {"Not for a policy to decide": 1}


def test_only_who_may_add_policies_sees_the_page(newcomer: Client) -> None:
    user = User.objects.get(email="new@example.com")
    user.user_permissions.add(Permission.objects.get(codename="view_dunningpolicy"))

    refused = [newcomer.get(PAGE).status_code, post(newcomer, "save").status_code]
    user.user_permissions.add(Permission.objects.get(codename="add_dunningpolicy"))

    assert refused == [403, 403]
    assert newcomer.get(PAGE).status_code == 200
