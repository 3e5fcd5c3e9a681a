"""Coupons and promotion codes: what may be made of them, and when they can be redeemed no more."""

import pytest
import stripe

from tests.stripe_sandbox.driver import Driver

DAY_SECONDS = 86400


def test_coupon_reads_back_as_it_was_made(driver: Driver) -> None:
    product = driver.price().product

    made = driver.sdk().coupons.create(
        {
            "id": "SPRING",
            "percent_off": 25.5,
            "duration": "repeating",
            "duration_in_months": 3,
            "applies_to": {"products": [product]},
        }
    )

    found = driver.sdk().coupons.retrieve("SPRING", {"expand": ["applies_to"]})
    assert (made.percent_off, made.duration, made.duration_in_months) == (25.5, "repeating", 3)
    assert (made.valid, made.times_redeemed) == (True, 0)
    assert "applies_to" not in made
    assert found.applies_to.products == [product]
    assert driver.event_types()[-1] == "coupon.created"


def test_amount_off_in_more_currencies(driver: Driver) -> None:
    coupon = driver.sdk().coupons.create(
        {"amount_off": 500, "currency": "usd", "currency_options": {"eur": {"amount_off": 450}}}
    )

    found = driver.sdk().coupons.retrieve(coupon.id, {"expand": ["currency_options"]})

    assert (coupon.duration, coupon.currency) == ("once", "usd")
    assert found.currency_options["eur"].amount_off == 450
    assert found.currency_options["usd"].amount_off == 500


@pytest.mark.parametrize(
    ("params", "param"),
    [
        ({}, None),
        ({"percent_off": 10, "amount_off": 10, "currency": "usd"}, None),
        ({"percent_off": 101}, "percent_off"),
        ({"amount_off": 10}, "currency"),
        ({"percent_off": 10, "duration": "repeating"}, "duration_in_months"),
        ({"percent_off": 10, "duration_in_months": 2}, "duration_in_months"),
        ({"percent_off": 10, "redeem_by": 1}, "redeem_by"),
        ({"percent_off": 10, "applies_to": {"products": ["prod_none"]}}, "applies_to[products][0]"),
    ],
)
def test_coupon_that_cannot_be_is_refused(driver: Driver, params: dict, param: str | None) -> None:
    with pytest.raises(stripe.InvalidRequestError) as caught:
        driver.sdk().coupons.create(params)

    assert caught.value.param == param


def test_taken_coupon_id_is_free_again_after_deletion(driver: Driver) -> None:
    driver.sdk().coupons.create({"id": "A", "percent_off": 10})
    with pytest.raises(stripe.InvalidRequestError) as caught:
        driver.sdk().coupons.create({"id": "A", "percent_off": 10})

    deleted = driver.sdk().coupons.delete("A")
    again = driver.sdk().coupons.create({"id": "A", "percent_off": 20})

    assert caught.value.code == "resource_already_exists"
    assert deleted.deleted
    assert again.percent_off == 20
    assert [coupon.percent_off for coupon in driver.sdk().coupons.list().data] == [20]


def test_coupon_changes_only_its_name_and_notes(driver: Driver) -> None:
    driver.sdk().coupons.create({"id": "A", "percent_off": 10})

    changed = driver.sdk().coupons.update("A", {"name": "Ten off", "metadata": {"k": "v"}})

    assert (changed.name, changed.metadata["k"]) == ("Ten off", "v")
    assert driver.event_types()[-1] == "coupon.updated"
    with pytest.raises(stripe.InvalidRequestError):
        driver.sdk().coupons.update("A", {"percent_off": 5})


def test_coupon_and_code_close_when_their_time_is_over(driver: Driver) -> None:
    end = driver.sandbox.clock.now() + DAY_SECONDS
    driver.sdk().coupons.create({"id": "A", "percent_off": 10, "redeem_by": end})
    code = driver.sdk().promotion_codes.create({"promotion": {"type": "coupon", "coupon": "A"}, "expires_at": end})

    driver.advance("P2D")

    assert not driver.sdk().coupons.retrieve("A").valid
    assert not driver.sdk().promotion_codes.retrieve(code.id).active
    assert set(driver.event_types()[-2:]) == {"coupon.updated", "promotion_code.updated"}
    with pytest.raises(stripe.InvalidRequestError):
        driver.sdk().promotion_codes.update(code.id, {"active": True})


def test_promotion_code_shows_its_coupon_and_restrictions(driver: Driver) -> None:
    driver.sdk().coupons.create({"id": "A", "percent_off": 10})
    rules = {"first_time_transaction": True, "minimum_amount": 1000, "minimum_amount_currency": "usd"}

    made = driver.sdk().promotion_codes.create(
        {"promotion": {"type": "coupon", "coupon": "A"}, "code": "HELLO", "restrictions": rules}
    )

    found = driver.sdk().promotion_codes.list({"code": "hello", "expand": ["data.promotion.coupon"]}).data[0]
    assert (made.code, made.active, made.times_redeemed) == ("HELLO", True, 0)
    assert made.restrictions.to_dict() == rules
    assert made.promotion.coupon == "A"
    assert found.promotion.coupon.percent_off == 10


def test_two_active_codes_cannot_have_one_text(driver: Driver) -> None:
    driver.sdk().coupons.create({"id": "A", "percent_off": 10})
    promotion = {"type": "coupon", "coupon": "A"}
    first = driver.sdk().promotion_codes.create({"promotion": promotion, "code": "HELLO"})
    with pytest.raises(stripe.InvalidRequestError):
        driver.sdk().promotion_codes.create({"promotion": promotion, "code": "hello"})

    driver.sdk().promotion_codes.update(first.id, {"active": False})
    second = driver.sdk().promotion_codes.create({"promotion": promotion, "code": "hello"})

    assert second.active
