"""Staff act on a dunning case from its page: each click is a question, a reason, and one thing that happens."""

import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.test import Client

from accounts.models import User
from billing.models import CaseRequest, DunningAttempt, DunningCase
from tests.billing.admin.rows_of_dunning import case as made_up_case
from tests.billing.pursuit import failed_renewal, pursue
from tests.billing.services.staff_wishes import rested_case
from tests.billing.shop import Shop

pytestmark = pytest.mark.django_db(transaction=True)
KEY = re.compile(r'name="request_key" value="([0-9a-f-]{36})"')
PERMISSIONS = {
    "retry": "retry_dunningcase",
    "hold": "hold_dunningcase",
    "extend": "extend_dunningcase",
    "forgive": "forgive_dunningcase",
    "settle": "settle_conflict_dunningcase",
}


def page(case: DunningCase, name: str) -> str:
    return f"/admin/billing/dunningcase/{case.pk}/{name}/"


def send(staff: Client, address: str, **fields: object) -> str:
    [key] = KEY.findall(staff.get(address).content.decode())
    given = {"request_key": key, "reason": "They asked for it", **fields}
    return staff.post(address, given, follow=True).content.decode()


def local(moment) -> str:
    return f"{moment:%Y-%m-%dT%H:%M}"


def test_a_retry_is_recorded_sent_and_stands_on_the_page(shop: Shop, staff: Client, superuser: User) -> None:
    case = rested_case(shop)

    said = send(staff, page(case, "retry"))
    pursue(shop)

    assert "The try is recorded, and goes to Stripe within a minute or two." in said
    assert CaseRequest.objects.get().requested_by == superuser
    shown = staff.get(page(case, "change")).content.decode()
    assert "Recovered: paid by a try of ours" in shown
    assert "They asked for it" in shown
    assert str(DunningAttempt.objects.get().stripe_payment_method_id) not in shown


def test_a_hold_and_a_longer_deadline_are_said_with_their_moments(shop: Shop, staff: Client) -> None:
    _, case = failed_renewal(shop)
    until = (shop.now + timedelta(days=9)).replace(second=0, microsecond=0)
    deadline_at = (case.deadline_at + timedelta(days=30)).replace(second=0, microsecond=0)

    held = send(staff, page(case, "hold"), until=local(until), moves_deadline="")
    extended = send(staff, page(case, "extend"), deadline_at=local(deadline_at))

    case.refresh_from_db()
    assert f"Held: no automatic try before {until:%d %b %Y, %H:%M} UTC." in held
    assert f"The deadline is now {deadline_at:%d %b %Y, %H:%M} UTC." in extended
    assert (case.held_until, case.deadline_at) == (until, deadline_at)


def test_forgiving_says_what_becomes_of_the_subscription(shop: Shop, staff: Client) -> None:
    _, case = failed_renewal(shop)

    asked = staff.get(page(case, "forgive")).content.decode()
    said = send(staff, page(case, "forgive"))

    assert "over €128.00 is voided at Stripe. This cannot be undone." in asked
    assert "The subscription goes on, and its next period is charged from" in asked
    assert "The invoice is void, and nothing of it is pursued any more." in said
    case.refresh_from_db()
    assert case.end_reason == "forgiven"


@pytest.mark.parametrize("token", ["pm_card_sandbox_stolen_card"])
def test_what_the_service_refuses_stands_above_the_form(shop: Shop, staff: Client, token: str) -> None:
    _, case = failed_renewal(shop, token)

    asked = staff.get(page(case, "retry")).content.decode()
    said = send(staff, page(case, "retry"))

    assert "This card is blocked: the try will be refused." in asked
    assert "(card_blocked)" in said
    assert "They asked for it" in said
    assert not DunningAttempt.objects.exists()


def test_a_conflict_that_stays_is_told(shop: Shop, staff: Client) -> None:
    shop.sandbox.ask("POST", "/_sandbox/settings", {"retries": "fixed:20"})
    try:
        _, case = failed_renewal(shop, "pm_card_chargeCustomerFail")
    finally:
        shop.sandbox.ask("POST", "/_sandbox/settings", {"retries": "off"})

    said = send(staff, page(case, "settle"))

    assert "(conflict_stays)" in said


def test_without_a_reason_nothing_is_done(shop: Shop, staff: Client) -> None:
    _, case = failed_renewal(shop)

    send(staff, page(case, "forgive"), reason=" ")

    assert not CaseRequest.objects.exists()


def test_a_click_after_the_case_has_ended_says_so(shop: Shop, staff: Client) -> None:
    _, case = failed_renewal(shop)
    [key] = KEY.findall(staff.get(page(case, "extend")).content.decode())
    send(staff, page(case, "forgive"))

    late = {"request_key": key, "reason": "More time", "deadline_at": "2031-01-01T10:00"}
    said = staff.post(page(case, "extend"), late).content.decode()

    assert "(case_closed)" in said


@pytest.mark.parametrize("name", PERMISSIONS)
def test_each_button_needs_its_own_permission(newcomer: Client, name: str) -> None:
    case = made_up_case(1)
    if name == "settle":
        DunningCase.objects.update(state="conflict", due_at=None)
    user = User.objects.get(email="new@example.com")
    others = [codename for button, codename in PERMISSIONS.items() if button != name]
    user.user_permissions.set(Permission.objects.filter(codename__in=[*others, "view_dunningcase"]))

    refused = [newcomer.get(page(case, name)).status_code, newcomer.post(page(case, name), {}).status_code]
    user.user_permissions.add(Permission.objects.get(codename=PERMISSIONS[name]))

    assert refused == [403, 403]
    assert newcomer.get(page(case, name)).status_code == 200


def test_a_button_is_offered_only_where_it_can_be_used(staff: Client) -> None:
    case = made_up_case(1)
    offered = set(re.findall(rf"/dunningcase/{case.pk}/(\w+)/?\"", staff.get(page(case, "change")).content.decode()))

    assert offered >= {"retry", "hold", "extend", "forgive"}
    assert "settle" not in offered
