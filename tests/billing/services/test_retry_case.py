"""Staff have a card tried now: it is sent by the worker, once, and what banks and networks forbid stays forbidden."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from billing.errors import (
    CardIsBlocked,
    CardMustWait,
    CardTriedTooOften,
    CaseClosed,
    CaseInConflict,
    DeadlinePassed,
    HolderMustConfirm,
    PaymentMethodMissing,
    StripeCollects,
    TryUnderWay,
)
from billing.models import (
    AuditEntry,
    CardBlock,
    CaseRequest,
    ChargeAttempt,
    DunningAttempt,
    DunningCase,
    PaymentMethod,
)
from billing.services.hold_case import hold_case
from billing.services.retry_case import retry_case
from tests.billing.factories import ChargeAttemptFactory
from tests.billing.pursuit import charges_of, only_attempt, pursue
from tests.billing.services.staff_wishes import rested_case, wish
from tests.billing.shop import Shop

pytestmark = pytest.mark.django_db(transaction=True)
DAY = timedelta(days=1)


def test_the_card_is_tried_at_once_and_outside_the_budget(shop: Shop) -> None:
    case = rested_case(shop)

    asked = retry_case(case.pk, wish=wish(shop))
    pursue(shop)

    case.refresh_from_db()
    assert (only_attempt().trigger, only_attempt().state) == ("staff", "succeeded")
    assert asked.attempt == only_attempt()
    assert (case.state, case.retries) == ("recovered", 0)
    assert AuditEntry.objects.filter(action="dunning_retried").count() == 1


def test_a_second_click_tries_once(shop: Shop) -> None:
    case = rested_case(shop, "pm_card_chargeCustomerFail")
    key = uuid4()

    for _ in range(2):
        retry_case(case.pk, wish=wish(shop, request_key=key))
        pursue(shop)
    retry_case(case.pk, wish=wish(shop, request_key=key))

    assert CaseRequest.objects.count() == 1
    assert len(charges_of(case)) == 2  # The renewal's own, and one more.


def test_a_hold_does_not_bind_who_made_it(shop: Shop) -> None:
    case = rested_case(shop)
    hold_case(case.pk, until=shop.now + 10 * DAY, moves_deadline=False, wish=wish(shop))

    retry_case(case.pk, wish=wish(shop))
    pursue(shop)

    case.refresh_from_db()
    assert case.state == "recovered"


def test_two_at_once_are_one_try(shop: Shop) -> None:
    case = rested_case(shop)
    retry_case(case.pk, wish=wish(shop))

    with pytest.raises(TryUnderWay):
        retry_case(case.pk, wish=wish(shop))

    assert DunningAttempt.objects.count() == 1


def test_a_blocked_card_stays_blocked(shop: Shop) -> None:
    case = rested_case(shop, "pm_card_sandbox_stolen_card")

    assert CardBlock.objects.exists()
    with pytest.raises(CardIsBlocked) as refused:
        retry_case(case.pk, wish=wish(shop))
    assert refused.value.code == "card_blocked"
    assert not CaseRequest.objects.exists()


def test_the_networks_limit_binds_staff_too(shop: Shop) -> None:
    case = rested_case(shop)
    card = ChargeAttempt.objects.filter(stripe_invoice_id=case.stripe_invoice_id).get()
    for _ in range(10):
        ChargeAttemptFactory(
            card_fingerprint=card.card_fingerprint, status="failed", created_at=shop.now - timedelta(hours=2)
        )

    with pytest.raises(CardTriedTooOften):
        retry_case(case.pk, wish=wish(shop))


def test_a_wait_that_the_network_ordered_is_kept(shop: Shop) -> None:
    case = rested_case(shop)
    ChargeAttempt.objects.filter(stripe_invoice_id=case.stripe_invoice_id).update(
        card_brand="mastercard", network_advice_code="30", created_at=shop.now - timedelta(hours=1)
    )

    with pytest.raises(CardMustWait):
        retry_case(case.pk, wish=wish(shop))


def test_who_must_confirm_is_not_tried_behind_their_back(shop: Shop) -> None:
    case = rested_case(shop, "pm_card_authenticationRequired")

    with pytest.raises(HolderMustConfirm):
        retry_case(case.pk, wish=wish(shop))


def change(**values: Any) -> Any:
    return lambda: DunningCase.objects.update(**values)


@pytest.mark.parametrize(
    ("prepare", "refusal"),
    [
        (change(state="conflict", due_at=None), CaseInConflict),
        (change(state="closing", due_at=None), CaseClosed),
        (change(collector="observe"), StripeCollects),
        (lambda: DunningCase.objects.update(deadline_at=DunningCase.objects.get().opened_at), DeadlinePassed),
        (lambda: PaymentMethod.objects.all().delete(), PaymentMethodMissing),
    ],
)
def test_it_is_refused_where_a_try_would_be_wrong(shop: Shop, prepare: Any, refusal: type[Exception]) -> None:
    case = rested_case(shop)
    prepare()

    with pytest.raises(refusal):
        retry_case(case.pk, wish=wish(shop))

    assert not DunningAttempt.objects.exists()
