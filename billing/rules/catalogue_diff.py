"""Decides what must change at Stripe so that it sells the catalogue; it must not know how Stripe is asked."""

from collections.abc import Iterator

from billing.rules.catalogue import Catalogue, Plan, PlanPrice
from billing.rules.catalogue_steps import (
    ArchivePrice,
    ArchiveProduct,
    ChangeProduct,
    CreatePrice,
    CreateProduct,
    Published,
    PublishedPrice,
    RestorePrice,
    Step,
)


def steps_at_stripe(catalogue: Catalogue, *, published: Published) -> tuple[Step, ...]:
    """What to do, in an order in which every plan can be bought at each moment: make first, archive last.

    Carried out in whole or in part, the rest is found again by the next call with what is published then. Prices
    that were made by hand at Stripe are left alone. Empty when Stripe sells what the catalogue says.
    """
    paid = [plan for plan in catalogue.plans if not plan.is_free]
    keys = {price.lookup_key for plan in paid for price in plan.prices}
    return (
        *_product_steps(paid, published=published),
        *(step for plan in paid for price in plan.prices if (step := _price_step(plan, price, published=published))),
        *(ArchivePrice(price) for price in published.prices if _is_to_archive(price, keys=keys)),
        *_archived_products({plan.code for plan in paid}, published=published),
    )


def _product_steps(paid: list[Plan], *, published: Published) -> Iterator[Step]:
    products = {product.plan_code: product for product in published.products}
    for plan in paid:
        product = products.get(plan.code)
        if product is None:
            yield CreateProduct(plan)
        elif (product.name, product.description, product.is_active) != (plan.name, plan.tagline, True):
            yield ChangeProduct(plan, before=product)


def _price_step(plan: Plan, price: PlanPrice, *, published: Published) -> Step | None:
    prices = [found for found in published.prices if found.plan_code == plan.code]
    current = next((found for found in prices if found.lookup_key == price.lookup_key), None)
    if current and (current.money, current.interval) == (price.money, price.interval):
        return None if current.is_active else RestorePrice(current)
    earlier = tuple(found.stripe_price_id for found in prices if found.catalogue_key == price.lookup_key)
    return CreatePrice(plan.code, price=price, replaces=current, earlier_ids=earlier)


def _is_to_archive(price: PublishedPrice, *, keys: set[str]) -> bool:
    """Ours, on sale, and neither on the list nor about to be kept: vanished, replaced, or left by a crash."""
    return price.is_active and bool(price.catalogue_key) and price.lookup_key not in keys


def _archived_products(codes: set[str], *, published: Published) -> Iterator[Step]:
    for product in published.products:
        if product.is_active and product.plan_code not in codes:
            yield ArchiveProduct(product.plan_code)
