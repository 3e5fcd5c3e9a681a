"""Recipes of products, prices, coupons, promotion codes, tax rates and the portal."""

from typing import Any

from tests.stripe_sandbox.driver import Driver
from tests.stripe_sandbox.recipes.table import DESCRIPTION, NOT_STORED, NOTE, recipe

PROMOTION = "promotion codes name their coupon under `promotion` at this API version"
PORTAL = {
    "default_return_url": "https://example.com/back",
    "business_profile": {"headline": DESCRIPTION, "privacy_policy_url": "https://example.com/privacy"},
    "features": {"subscription_cancel": {"enabled": True}},
}


@recipe("product.created")
def product_created(driver: Driver) -> Any:
    return driver.sdk().products.create({"name": "Box", "description": DESCRIPTION})


@recipe("product.updated")
def product_updated(driver: Driver) -> Any:
    return driver.sdk().products.update(product_created(driver).id, NOTE)


@recipe("product.deleted")
def product_deleted(driver: Driver) -> Any:
    product = product_created(driver)
    driver.sdk().products.delete(product.id)
    return product


@recipe("price.created")
def price_created(driver: Driver) -> Any:
    return driver.price(1500)


@recipe("price.updated")
def price_updated(driver: Driver) -> Any:
    return driver.sdk().prices.update(driver.price(1500).id, NOTE)


@recipe("plan.created", differs=NOT_STORED)
def plan_created(driver: Driver) -> Any:
    values = {"currency": "usd", "interval": "month", "amount": 2000, "product": {"name": "Box"}}
    return driver.sdk().plans.create(values)


@recipe("plan.updated", differs=NOT_STORED)
def plan_updated(driver: Driver) -> Any:
    return driver.sdk().plans.update(plan_created(driver).id, NOTE)


@recipe("plan.deleted", differs=NOT_STORED)
def plan_deleted(driver: Driver) -> Any:
    plan = plan_created(driver)
    driver.sdk().plans.delete(plan.id)
    return plan


@recipe("coupon.created")
def coupon_created(driver: Driver) -> Any:
    return driver.sdk().coupons.create({"percent_off": 20})


@recipe("coupon.updated")
def coupon_updated(driver: Driver) -> Any:
    return driver.sdk().coupons.update(coupon_created(driver).id, NOTE)


@recipe("coupon.deleted")
def coupon_deleted(driver: Driver) -> Any:
    coupon = coupon_created(driver)
    driver.sdk().coupons.delete(coupon.id)
    return {**coupon.to_dict(), "valid": False}


@recipe("promotion_code.created", differs=PROMOTION)
def code_created(driver: Driver) -> Any:
    promotion = {"type": "coupon", "coupon": coupon_created(driver).id}
    return driver.sdk().promotion_codes.create({"promotion": promotion})


@recipe("promotion_code.updated", differs=PROMOTION)
def code_updated(driver: Driver) -> Any:
    return driver.sdk().promotion_codes.update(code_created(driver).id, NOTE)


@recipe("tax_rate.created")
def rate_created(driver: Driver) -> Any:
    values = {"display_name": "Tax", "inclusive": True, "percentage": 10, "description": DESCRIPTION}
    return driver.sdk().tax_rates.create(values)


@recipe("tax_rate.updated")
def rate_updated(driver: Driver) -> Any:
    return driver.sdk().tax_rates.update(rate_created(driver).id, NOTE)


@recipe("billing_portal.configuration.created")
def portal_created(driver: Driver) -> Any:
    return driver.sdk().billing_portal.configurations.create(PORTAL)


@recipe("billing_portal.configuration.updated")
def portal_updated(driver: Driver) -> Any:
    return driver.sdk().billing_portal.configurations.update(portal_created(driver).id, NOTE)


@recipe("billing_portal.session.created", differs="the portal's settings are saved first, as theirs are once by hand")
def portal_opened(driver: Driver) -> Any:
    portal_created(driver)
    customer = driver.sdk().customers.create({"description": DESCRIPTION})
    return driver.sdk().billing_portal.sessions.create({"customer": customer.id})
