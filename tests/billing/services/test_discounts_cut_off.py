"""A change of discounts that broke off, or met another: it is finished once, or given up in words."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection

from billing import clock
from billing.errors import (
    BillingError,
    StripeRefused,
    StripeUnreachable,
)
from billing.gateway.client import client
from billing.models import DiscountChange, PromotionCodeUse, StaffTask
from billing.money import Money
from billing.services.discount_preview import preview_code
from billing.services.discounts import resume_discount_changes
from billing.services.sync import ObjectRef, refresh_now
from billing.terms import ObjectKind
from tests.billing.promotions import give_code
from tests.billing.services.discounting import UPDATES, apply, discounts_at_stripe
from tests.billing.shop import Shop
from tests.factories import MembershipFactory

pytestmark = pytest.mark.django_db(transaction=True)


def test_parallel_clicks_give_one_discount(shop: Shop) -> None:
    subscription = shop.subscribe()
    give_code("WELCOME")
    shown = preview_code(shop.organization, code="WELCOME", now=shop.now).after.total

    def click(_: int) -> str:
        try:
            return apply(shop, shown=shown).state
        except BillingError as error:
            return error.code
        finally:
            connection.close()

    with ThreadPoolExecutor(5) as pool:
        answers = list(pool.map(click, range(5)))

    assert answers.count("succeeded") == 1
    assert len(discounts_at_stripe(subscription)) == 1
    assert client().v1.promotion_codes.list()["data"][0]["times_redeemed"] == 1


def test_of_five_organizations_one_uses_a_code_with_one_use(shop: Shop) -> None:
    buyers = [MembershipFactory(user__email=f"buyer{number}@oakline.example") for number in range(5)]
    for buyer in buyers:
        intent = shop.start(shop.scale, organization=buyer.organization, actor=buyer.user)
        assert shop.pay(intent).status == 303
        refresh_now(ObjectRef(ObjectKind.CHECKOUT_SESSION, str(intent.stripe_session_id)))
    shop.work_off()
    give_code("RARE", max_redemptions=1)

    def click(buyer) -> str:
        try:
            return apply(
                shop, "RARE", organization=buyer.organization, actor=buyer.user, shown=Money(10240, "eur")
            ).state
        except BillingError as error:
            return error.code
        finally:
            connection.close()

    with ThreadPoolExecutor(5) as pool:
        answers = list(pool.map(click, buyers))

    assert answers.count("succeeded") == 1
    assert set(answers) <= {"succeeded", "promotion_code_used_up", "promotion_code_ended"}
    assert client().v1.promotion_codes.list()["data"][0]["times_redeemed"] == 1
    assert PromotionCodeUse.objects.count() == 1


def test_a_wish_that_stripe_did_not_hear_is_carried_out_later(shop: Shop) -> None:
    subscription = shop.subscribe()
    give_code("WELCOME")
    shop.sandbox.fault("http_500_before", times=2, match=UPDATES)
    with pytest.raises(StripeUnreachable):
        apply(shop)

    resumed = resume_discount_changes(clock.system_now() + timedelta(minutes=2))

    assert resumed == 1
    assert len(discounts_at_stripe(subscription)) == 1
    assert DiscountChange.objects.get().state == "succeeded"


def test_an_answer_that_was_lost_does_not_redeem_twice(shop: Shop) -> None:
    shop.subscribe()
    give_code("WELCOME")
    shop.sandbox.fault("timeout_after_commit", times=2, match=UPDATES)
    with pytest.raises(StripeUnreachable):
        apply(shop)

    resume_discount_changes(clock.system_now() + timedelta(minutes=2))

    assert DiscountChange.objects.get().state == "succeeded"
    assert client().v1.promotion_codes.list()["data"][0]["times_redeemed"] == 1


@pytest.mark.parametrize(
    ("fault", "state", "uses"), [("timeout_after_commit", "succeeded", 1), ("http_500_before", "failed", 0)]
)
def test_after_a_day_stripe_itself_says_what_became_of_it(shop: Shop, fault: str, state: str, uses: int) -> None:
    shop.subscribe()
    give_code("WELCOME")
    shop.sandbox.fault(fault, times=2, match=UPDATES)
    with pytest.raises(StripeUnreachable):
        apply(shop)
    DiscountChange.objects.update(created_at=clock.system_now() - timedelta(hours=24))

    resume_discount_changes(clock.system_now())

    assert DiscountChange.objects.get().state == state
    assert PromotionCodeUse.objects.count() == uses
    assert StaffTask.objects.count() == 1 - uses


def test_a_code_that_stripe_refuses_in_the_end_is_given_back(shop: Shop) -> None:
    shop.subscribe()
    code = give_code("WELCOME")
    shop.sandbox.fault("http_500_before", times=2, match=UPDATES)
    with pytest.raises(StripeUnreachable):
        apply(shop)
    client().v1.promotion_codes.update(code["id"], params={"active": False})

    resume_discount_changes(clock.system_now() + timedelta(minutes=2))

    change = DiscountChange.objects.get()
    assert change.state == "failed"
    assert not PromotionCodeUse.objects.exists()
    with pytest.raises(StripeRefused):
        apply(shop, request_key=change.request_key, shown=Money(10240, "eur"))
