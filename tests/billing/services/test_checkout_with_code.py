"""A promotion code at the checkout: checked before the session opens, used once, and never by more than its cap."""

from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from django.db import connection

from billing.errors import (
    BillingError,
    InvalidInput,
    PromotionCodeEnded,
    PromotionCodeNotForPlan,
    PromotionCodeUnknown,
    PromotionCodeUsed,
    PromotionCodeUsedUp,
    StripeUnreachable,
)
from billing.gateway.client import client
from billing.models import CheckoutIntent, Discount, Invoice, PromotionCodeUse
from billing.selectors.discounts import active_discounts
from billing.services.price_with_code import price_with_code
from tests.billing.promotions import give_code
from tests.billing.shop import Shop
from tests.factories import MembershipFactory

pytestmark = pytest.mark.django_db(transaction=True)


def test_what_the_page_shows_is_what_is_charged(shop: Shop) -> None:
    give_code("WELCOME", percent_off=12.5, duration="repeating", duration_in_months=3)
    offer = price_with_code(
        shop.organization, lookup_key=shop.scale.lookup_key, quantity=1, code="welcome", now=shop.now
    )

    subscription = shop.subscribe(promotion_code="welcome")

    invoice = Invoice.objects.get()
    assert (offer.taken_off.amount_minor, offer.lowered.amount_minor) == (1600, 11200)
    assert invoice.amount_paid_minor == offer.lowered.amount_minor
    discount = active_discounts(subscription, now=shop.now)[0]
    assert (discount.code, discount.deal.percent_off) == ("WELCOME", 12.5)
    assert discount.ends_at is not None


def test_looking_at_a_code_makes_nothing_at_stripe(shop: Shop) -> None:
    give_code("WELCOME")

    price_with_code(shop.organization, lookup_key=shop.scale.lookup_key, quantity=1, code="WELCOME", now=shop.now)

    assert client().v1.customers.list()["data"] == []
    assert not PromotionCodeUse.objects.exists()


def refusals(shop: Shop):
    other = client().v1.customers.create(params={"email": "other@elsewhere.example"})
    give_code("OTHER", customer=other["id"])
    give_code("OVER", active=False)
    give_code("DOLLARS", percent_off=None, amount_off=500, currency="usd")
    give_code("LARGE", restrictions={"minimum_amount": 20000, "minimum_amount_currency": "eur"})
    product = client().v1.products.create(params={"name": "Something else"})
    give_code("ELSEWHERE", applies_to={"products": [product["id"]]})
    yield "NOBODYKNOWS", PromotionCodeUnknown
    yield "OTHER", PromotionCodeUnknown
    yield "OVER", PromotionCodeEnded
    yield "DOLLARS", PromotionCodeNotForPlan
    yield "LARGE", PromotionCodeNotForPlan
    yield "ELSEWHERE", PromotionCodeNotForPlan


def test_a_refused_code_opens_no_checkout_and_names_its_reason(shop: Shop) -> None:
    for code, refusal in refusals(shop):
        with pytest.raises(refusal):
            shop.start(shop.scale, promotion_code=code)

    assert not CheckoutIntent.objects.exists()


def test_a_code_that_ran_out_of_time_is_over(shop: Shop) -> None:
    give_code("SOON", expires_at=int(shop.now.timestamp()) + 3600)
    shop.advance("PT2H")

    with pytest.raises(PromotionCodeEnded):
        shop.start(shop.scale, promotion_code="SOON")


def test_another_code_closes_the_session_that_has_the_first(shop: Shop) -> None:
    give_code("FIRST")
    give_code("SECOND")
    first = shop.start(shop.scale, promotion_code="FIRST")

    again = shop.start(shop.scale, promotion_code="FIRST")
    second = shop.start(shop.scale, promotion_code="SECOND")
    without = shop.start(shop.scale)

    first.refresh_from_db()
    second.refresh_from_db()
    assert again.pk == first.pk
    assert (first.state, second.state, without.state) == ("expired", "expired", "open")
    assert not PromotionCodeUse.objects.exists()


def test_an_organization_uses_a_code_once(shop: Shop) -> None:
    give_code("ONCE")
    subscription = shop.subscribe(promotion_code="ONCE")
    client().v1.subscriptions.cancel(subscription.stripe_subscription_id)
    shop.look_at(subscription)

    with pytest.raises(PromotionCodeUsed):
        shop.start(shop.scale, promotion_code="ONCE")

    assert PromotionCodeUse.objects.get().code == "ONCE"


def test_a_code_redeemed_on_a_page_of_stripes_counts_as_used(shop: Shop) -> None:
    code = give_code("DASHBOARD")
    subscription = shop.subscribe()
    client().v1.subscriptions.update(
        subscription.stripe_subscription_id, params={"discounts": [{"promotion_code": code["id"]}]}
    )
    shop.look_at(subscription)
    client().v1.subscriptions.cancel(subscription.stripe_subscription_id)
    shop.look_at(subscription)

    with pytest.raises(PromotionCodeUsed):
        shop.start(shop.scale, promotion_code="DASHBOARD")


def test_of_five_at_once_one_uses_a_code_with_one_use(shop: Shop) -> None:
    give_code("RARE", max_redemptions=1)
    buyers = [MembershipFactory(user__email=f"buyer{number}@oakline.example") for number in range(5)]

    def buy(buyer) -> int | str:
        try:
            intent = shop.start(shop.scale, organization=buyer.organization, actor=buyer.user, promotion_code="RARE")
            return shop.pay(intent).status
        except PromotionCodeUsedUp as error:
            return error.code  # Another had paid before this one began.
        finally:
            connection.close()

    with ThreadPoolExecutor(5) as pool:
        answers = list(pool.map(buy, buyers))

    assert set(answers) <= {303, 409, "promotion_code_used_up"}
    assert answers.count(303) == 1
    assert client().v1.promotion_codes.list()["data"][0]["times_redeemed"] == 1
    paid = [charge["amount"] for charge in client().v1.charges.list()["data"]]
    assert paid == [10240]
    with pytest.raises(PromotionCodeUsedUp):
        shop.start(shop.scale, promotion_code="RARE")


def test_five_clicks_of_one_organization_reserve_the_code_once(shop: Shop) -> None:
    give_code("WELCOME")

    def click(_: int) -> str:
        try:
            return shop.start(shop.scale, promotion_code="WELCOME").url
        except BillingError as error:
            return error.code
        finally:
            connection.close()

    with ThreadPoolExecutor(5) as pool:
        answers = set(pool.map(click, range(5)))

    assert len(answers - {"under_way", "stripe_unreachable"}) == 1
    assert PromotionCodeUse.objects.count() == 1


def test_a_checkout_that_stripe_did_not_hear_goes_on_with_its_code(shop: Shop) -> None:
    give_code("WELCOME")
    key = uuid4()
    shop.sandbox.fault("timeout_after_commit", times=2, match={"method": "POST", "path": "/v1/checkout/sessions"})
    with pytest.raises(StripeUnreachable):
        shop.start(shop.scale, promotion_code="WELCOME", request_key=key)

    intent = shop.start(shop.scale, promotion_code="WELCOME", request_key=key)

    assert len(client().v1.checkout.sessions.list()["data"]) == 1
    assert intent.state == "open"
    assert PromotionCodeUse.objects.count() == 1


def test_a_code_that_was_used_up_meanwhile_is_refused_in_words(shop: Shop) -> None:
    code = give_code("WELCOME")
    intent = shop.start(shop.scale, promotion_code="WELCOME")
    client().v1.promotion_codes.update(code["id"], params={"active": False})

    page = shop.pay(intent)

    assert page.status == 409
    assert client().v1.charges.list()["data"] == []
    assert not Discount.objects.exists()


def test_codes_are_typed_where_the_setting_says(shop: Shop, settings) -> None:
    give_code("WELCOME")
    settings.PROMOTION_CODE_ENTRY = "stripe"

    with pytest.raises(InvalidInput):
        shop.start(shop.scale, promotion_code="WELCOME")
    intent = shop.start(shop.scale)

    session = client().v1.checkout.sessions.retrieve(str(intent.stripe_session_id))
    assert session["allow_promotion_codes"] is True
    assert urlsplit(intent.url).path
