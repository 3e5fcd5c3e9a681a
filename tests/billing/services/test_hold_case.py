"""Staff hold a case and give it more time: what moves, what is refused, and what a second click does."""

from datetime import timedelta
from uuid import uuid4

import pytest

from billing.errors import CaseClosed, CaseInConflict, InvalidInput, StripeCollects, TryUnderWay
from billing.gateway.client import client
from billing.models import AuditEntry, CaseRequest, DunningAttempt, DunningCase, Notice
from billing.services.extend_case import extend_case
from billing.services.hold_case import hold_case
from billing.services.retry_case import retry_case
from tests.billing.pursuit import advance_to, failed_renewal, look, pursue
from tests.billing.services.staff_wishes import rested_case, sam, wish
from tests.billing.shop import Shop

pytestmark = pytest.mark.django_db(transaction=True)
DAY = timedelta(days=1)


def hold(shop: Shop, case: DunningCase, *, days: int = 10, moves_deadline: bool = False, **changed: object):
    asked = wish(shop, **changed)
    return hold_case(case.pk, until=asked.now + days * DAY, moves_deadline=moves_deadline, wish=asked)


def extend(shop: Shop, case: DunningCase, *, by: timedelta = 7 * DAY, moves_access: bool = False, **changed: object):
    deadline_at = case.deadline_at + by
    return extend_case(case.pk, deadline_at=deadline_at, moves_access=moves_access, wish=wish(shop, **changed))


def test_a_hold_moves_the_next_try_and_leaves_the_deadline(shop: Shop) -> None:
    _, case = failed_renewal(shop)
    due_at, deadline_at = case.due_at, case.deadline_at

    asked = hold(shop, case)

    case.refresh_from_db()
    assert case.due_at == case.held_until == asked.until
    assert case.due_at > due_at
    assert case.deadline_at == deadline_at
    advance_to(shop, due_at)
    pursue(shop)
    assert not DunningAttempt.objects.exists()


def test_a_held_case_is_tried_when_the_hold_is_over(shop: Shop) -> None:
    _, case = failed_renewal(shop)
    asked = hold(shop, case)
    advance_to(shop, asked.until)

    for _ in range(3):  # The end of a hold need not lie in the customer's hours.
        pursue(shop)
        case.refresh_from_db()
        if case.state == "waiting":
            advance_to(shop, case.due_at)

    assert case.state == "recovered"


def test_a_hold_takes_deadline_and_access_along_if_asked(shop: Shop) -> None:
    _, case = failed_renewal(shop)
    before = (case.deadline_at, case.access_closes_at)

    hold(shop, case, moves_deadline=True, days=12)

    case.refresh_from_db()
    assert (case.deadline_at, case.access_closes_at) == (before[0] + 12 * DAY, before[1] + 12 * DAY)


def test_it_is_told_in_story_and_audit_with_the_reason(shop: Shop) -> None:
    _, case = failed_renewal(shop)

    asked = hold(shop, case)

    assert (asked.requested_by, asked.reason, asked.state) == (sam(), "They asked for it", "succeeded")
    assert AuditEntry.objects.get(action="dunning_held").subject == str(case.uuid)
    assert case.events.filter(kind="held").count() == 1


def test_a_second_click_holds_and_extends_once(shop: Shop) -> None:
    _, case = failed_renewal(shop)
    keys = [uuid4(), uuid4()]
    deadline_at = case.deadline_at

    for _ in range(2):
        hold(shop, case, moves_deadline=True, request_key=keys[0])
        extend(shop, case, by=20 * DAY, request_key=keys[1])

    case.refresh_from_db()
    assert case.deadline_at == deadline_at + 20 * DAY
    assert CaseRequest.objects.count() == 2


def test_what_does_not_fit_is_refused(shop: Shop) -> None:
    _, case = failed_renewal(shop)

    for refused in (
        lambda: hold(shop, case, days=-1),
        lambda: hold(shop, case, days=31),
        lambda: hold(shop, case, days=25),  # Beyond the deadline, which stays.
        lambda: extend(shop, case, by=-DAY),
        lambda: extend(shop, case, by=80 * DAY),
        lambda: extend(shop, case, reason=" "),
    ):
        with pytest.raises(InvalidInput):
            refused()
    assert not CaseRequest.objects.exists()


def test_time_is_given_until_the_new_deadline(shop: Shop) -> None:
    _, case = failed_renewal(shop, "pm_card_sandbox_stolen_card")
    first = case.deadline_at
    closes_at = case.access_closes_at

    extend(shop, case, moves_access=True)

    case.refresh_from_db()
    assert case.deadline_at == first + 7 * DAY
    assert case.access_closes_at == closes_at + 7 * DAY
    assert case.state == "awaiting_customer"
    advance_to(shop, first)
    pursue(shop)
    case.refresh_from_db()
    assert case.is_open


def test_a_case_that_is_over_is_neither_held_nor_extended(shop: Shop) -> None:
    subscription, case = failed_renewal(shop)
    client().v1.invoices.void_invoice(case.stripe_invoice_id)
    look(shop, subscription)

    for refused in (hold, extend):
        with pytest.raises(CaseClosed):
            refused(shop, case)


def test_a_try_under_way_is_not_held(shop: Shop) -> None:
    case = rested_case(shop)
    retry_case(case.pk, wish=wish(shop))

    with pytest.raises(TryUnderWay):
        hold(shop, case)


def test_a_conflict_and_a_watched_case_are_not_held(shop: Shop) -> None:
    _, case = failed_renewal(shop)
    DunningCase.objects.update(collector="observe")

    with pytest.raises(StripeCollects):
        hold(shop, case)
    DunningCase.objects.update(collector="own", state="conflict", due_at=None)
    with pytest.raises(CaseInConflict):
        hold(shop, case)


def test_a_new_deadline_is_told_in_another_last_notice(shop: Shop) -> None:
    _, case = failed_renewal(shop, "pm_card_sandbox_stolen_card")
    advance_to(shop, case.deadline_at - 3 * DAY)
    pursue(shop)

    extend(shop, case, by=2 * DAY)  # Too short for another notice in time: the customer has more time than was said.
    pursue(shop)
    assert notices(case) == 1
    case.refresh_from_db()
    extend(shop, case)
    case.refresh_from_db()
    advance_to(shop, case.deadline_at - 3 * DAY)
    pursue(shop)

    assert notices(case) == 2
    assert Notice.objects.filter(kind="payment_last_notice").count() == 2


def notices(case: DunningCase) -> int:
    return case.events.filter(kind="last_notice").count()
