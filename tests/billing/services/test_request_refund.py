"""Who may ask for how much, and who may approve it: refused by the services themselves, whatever a page shows."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connections

from billing.errors import (
    AboveOwnLimit,
    AlreadyRefunded,
    BillingError,
    ChargeIsDisputed,
    InvalidInput,
    NotPermitted,
    RefundAboveRest,
    RefundDecided,
    SecondPersonNeeded,
    SumChanged,
)
from billing.models import AuditEntry, RefundLimit, RefundRequest
from billing.services.decide_refund import approve_refund, close_refund, reject_refund
from billing.services.request_refund import ask_again, offer_refund
from tests.billing.refunding import ask, at_stripe, faults_of, fiona, paid, person, see, sweep, sweep_later, wish
from tests.billing.shop import Shop

pytestmark = pytest.mark.django_db(transaction=True)


def test_above_the_limit_a_second_person_decides_and_nothing_goes_before(shop: Shop) -> None:
    charge = paid(shop)
    request = ask(shop, charge, 5001)
    sweep(shop)
    assert (request.state, at_stripe(charge)) == ("requested", [])
    with pytest.raises(SecondPersonNeeded):
        approve_refund(request.pk, wish=wish(shop))
    with pytest.raises(AboveOwnLimit):
        approve_refund(request.pk, wish=wish(shop, actor=person("sally", "support")))

    approve_refund(request.pk, wish=wish(shop, actor=fiona()))
    approve_refund(request.pk, wish=wish(shop, actor=fiona()))
    sweep(shop)

    request.refresh_from_db()
    assert (request.state, request.approved_by) == ("succeeded", fiona())
    assert [refund["amount"] for refund in at_stripe(charge)] == [5001]
    assert AuditEntry.objects.filter(action="refund_approved", actor=fiona()).count() == 1
    with pytest.raises(RefundDecided):
        reject_refund(request.pk, note="Too late", wish=wish(shop, actor=fiona()))


def test_splitting_a_sum_does_not_get_round_the_limit(shop: Shop) -> None:
    charge = paid(shop)
    states = [ask(shop, charge, 2500).state for _ in range(3)]

    assert states == ["approved", "approved", "requested"]


def test_no_limit_in_the_currency_lets_nobody_decide_alone(shop: Shop) -> None:
    charge = paid(shop)
    RefundLimit.objects.all().delete()

    request = ask(shop, charge, 100, actor=fiona())

    assert request.state == "requested"
    with pytest.raises(AboveOwnLimit):
        approve_refund(request.pk, wish=wish(shop, actor=person("frank", "finance")))


def test_an_old_charge_needs_a_second_person(shop: Shop) -> None:
    charge = paid(shop)

    assert offer_refund(charge.pk, wish=wish(shop, now=shop.now + timedelta(days=61))).room_minor == 0


@pytest.mark.parametrize(
    ("changed", "refused"),
    [
        ({"amount_minor": 12801}, RefundAboveRest),
        ({"amount_minor": 0}, InvalidInput),
        ({"shown_minor": 2999}, SumChanged),
        ({"note": " "}, InvalidInput),
        ({"access": "forever"}, InvalidInput),
        ({"reason": "fraudulent"}, InvalidInput),
        ({"confirms_block": True}, InvalidInput),
        ({"lines": [("il_unknown", 100)]}, InvalidInput),
    ],
)
def test_what_cannot_be_is_refused_and_changes_nothing(shop: Shop, changed: dict, refused: type[Exception]) -> None:
    charge = paid(shop)

    with pytest.raises(refused):
        ask(shop, charge, **{"amount_minor": 3000, **changed})

    assert not RefundRequest.objects.exists()


@pytest.mark.parametrize(("role", "reason"), [("auditor", "duplicate"), ("support", "fraudulent")])
def test_who_lacks_the_right_is_refused_by_the_service(shop: Shop, role: str, reason: str) -> None:
    charge = paid(shop)
    actor = person("newcomer", role, has_all_rights=False)

    with pytest.raises(NotPermitted):
        ask(shop, charge, actor=actor, reason=reason, confirms_block=reason == "fraudulent")

    assert not RefundRequest.objects.exists()


def test_a_dispute_blocks_and_an_inquiry_does_not(shop: Shop) -> None:
    charge = paid(shop)
    found = shop.sandbox.ask("POST", "/_sandbox/disputes", {"charge": charge.stripe_charge_id, "inquiry": True})
    request = ask(shop, charge, 1000)
    shop.sandbox.ask("POST", "/_sandbox/disputes/escalate", {"dispute": found["id"]})

    with pytest.raises(ChargeIsDisputed):
        ask(shop, charge, 1000)
    sweep(shop)

    request.refresh_from_db()
    assert (request.state, request.failure_reason, at_stripe(charge)) == ("failed", "charge_disputed", [])


def test_a_refund_of_stripes_dashboard_counts_before_anybody_told_us(shop: Shop) -> None:
    charge = paid(shop)
    shop.sandbox.ask("POST", "/_sandbox/refunds", {"charge": charge.stripe_charge_id, "amount": 12000})

    with pytest.raises(RefundAboveRest):
        ask(shop, charge, 1000)
    assert ask(shop, charge, 800).state == "approved"
    with pytest.raises(AlreadyRefunded):
        ask(shop, charge, 1)


def test_part_refunds_at_once_never_add_up_to_more_than_was_paid(shop: Shop) -> None:
    charge = paid(shop)
    people = [person(f"finn{number}", "finance") for number in range(4)]

    def act(number: int) -> bool:
        try:
            ask(shop, charge, 5000, actor=people[number])
            return True
        except BillingError:
            return False
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(act, range(4)))
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda _: (sweep_later(shop), connections.close_all()), range(2)))
    sweep_later(shop)

    made = RefundRequest.objects.filter(charge=charge)
    assert 1 <= made.count() <= 2
    assert faults_of(charge) == []


def test_what_failed_is_asked_again_once_with_the_same_note(shop: Shop) -> None:
    charge = paid(shop)
    first = ask(shop, charge, 3000)
    sweep(shop)
    first.refresh_from_db()
    shop.sandbox.ask("POST", "/_sandbox/refunds/fail", {"refund": first.stripe_refund_id})
    see(shop, first)
    key = uuid4()

    again = ask_again(first.pk, note="Their new card works", wish=wish(shop, request_key=key))
    ask_again(first.pk, note="Their new card works", wish=wish(shop, request_key=key))
    sweep(shop)

    first.refresh_from_db(), again.refresh_from_db()
    assert (first.state, again.state, again.replaces) == ("closed", "succeeded", first)
    assert again.stripe_credit_note_id == first.stripe_credit_note_id
    assert len(at_stripe(charge)) == 2
    with pytest.raises(BillingError):
        close_refund(first.pk, note="Closed", wish=wish(shop))
