"""Whether a promotion code may be used, and in which words it is refused."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from billing.errors import (
    BillingError,
    DiscountRunning,
    PromotionCodeEnded,
    PromotionCodeNotForPlan,
    PromotionCodeNotForYou,
    PromotionCodeUnknown,
    PromotionCodeUsed,
    PromotionCodeUsedUp,
)
from billing.money import Money
from billing.rules.promotion import (
    Deal,
    Order,
    Promotion,
    choose_promotion,
    read_code,
    refuse_another,
    refuse_used,
    refuse_useless,
)
from billing.terms import CouponDuration

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
ORDER = Order("cus_ours", Money(4800, "eur"), has_paid_before=False)
CODE = Promotion(
    stripe_promotion_code_id="promo_1",
    stripe_coupon_id="co_1",
    code="WELCOME",
    deal=Deal(Decimal(20), None, CouponDuration.ONCE),
    is_active=True,
    is_used_up=False,
    expires_at=None,
    stripe_customer_id="",
    is_for_first_order=False,
    least=None,
    currencies=frozenset(),
)


def test_a_code_that_everybody_may_use_is_taken() -> None:
    assert choose_promotion([CODE], order=ORDER, now=NOW) is CODE


def test_the_customers_own_code_comes_before_that_of_everybody() -> None:
    own = replace(CODE, stripe_promotion_code_id="promo_own", stripe_customer_id="cus_ours")

    assert choose_promotion([CODE, own], order=ORDER, now=NOW) is own


def test_an_old_code_of_the_same_text_does_not_hide_the_active_one() -> None:
    old = replace(CODE, is_active=False, expires_at=NOW - timedelta(days=1))

    assert choose_promotion([old, CODE], order=ORDER, now=NOW) is CODE


@pytest.mark.parametrize(
    ("changed", "refusal"),
    [
        ({"stripe_customer_id": "cus_other"}, PromotionCodeUnknown),
        ({"is_active": False}, PromotionCodeEnded),
        ({"expires_at": NOW}, PromotionCodeEnded),
        ({"is_used_up": True, "is_active": False}, PromotionCodeUsedUp),
        ({"least": Money(4801, "eur")}, PromotionCodeNotForPlan),
        ({"least": Money(100, "usd")}, PromotionCodeNotForPlan),
        ({"currencies": frozenset({"usd"})}, PromotionCodeNotForPlan),
    ],
)
def test_each_bar_has_its_own_refusal(changed: dict, refusal: type[BillingError]) -> None:
    with pytest.raises(refusal):
        choose_promotion([replace(CODE, **changed)], order=ORDER, now=NOW)


def test_the_bars_stand_where_the_code_sets_them() -> None:
    code = replace(
        CODE, least=Money(4800, "eur"), currencies=frozenset({"eur"}), expires_at=NOW + timedelta(seconds=1)
    )

    assert choose_promotion([code], order=ORDER, now=NOW) is code


def test_a_code_for_a_first_order_is_not_for_who_has_paid() -> None:
    code = replace(CODE, is_for_first_order=True)

    assert choose_promotion([code], order=ORDER, now=NOW) is code
    with pytest.raises(PromotionCodeNotForYou):
        choose_promotion([code], order=replace(ORDER, has_paid_before=True), now=NOW)


@pytest.mark.parametrize("text", ["", "  ", "two words", "a\0b", "x" * 101, "säge"])
def test_what_no_code_can_be_is_unknown_without_asking(text: str) -> None:
    with pytest.raises(PromotionCodeUnknown):
        read_code(text)


def test_a_code_is_read_without_the_spaces_around_it() -> None:
    assert read_code(" Welcome-20 ") == "Welcome-20"


def test_uses_and_discounts_are_counted() -> None:
    refuse_used(has_used=False)
    refuse_another(running=1, most=2)
    refuse_useless(Money(1, "eur"))
    with pytest.raises(PromotionCodeUsed):
        refuse_used(has_used=True)
    with pytest.raises(DiscountRunning):
        refuse_another(running=1, most=1)
    with pytest.raises(PromotionCodeNotForPlan):
        refuse_useless(Money(0, "eur"))
