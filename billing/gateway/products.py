"""Stripe's products: one for each paid plan, with an id that we choose."""

from typing import Any

from billing.gateway.client import call, client
from billing.rules.catalogue import Plan
from billing.rules.catalogue_steps import PublishedProduct

# Marks a product as the catalogue's own; products of other programs on the same account are never touched.
_PLAN_MARK = "catalogue_plan"


def product_id(plan_code: str) -> str:
    """The id of a plan's product at Stripe, such as `plan_growth`."""
    return f"plan_{plan_code}"


def list_products() -> tuple[PublishedProduct, ...]:
    """The catalogue's products, archived ones, too. Raises StripeUnreachable, StripeKeyRefused; safe to repeat."""
    found = call(client().v1.products.list, limit=100).auto_paging_iter()
    return tuple(_published(product) for product in found if _PLAN_MARK in product["metadata"].to_dict())


def create_product(plan: Plan, *, key: str) -> None:
    """Safe to repeat with the same key. Raises StripeRefused when another program took the id."""
    words: dict[str, Any] = {"description": plan.tagline} if plan.tagline else {}
    call(
        client().v1.products.create,
        key=key,
        id=product_id(plan.code),
        name=plan.name,
        metadata={_PLAN_MARK: plan.code},
        **words,
    )


def update_product(plan: Plan, *, key: str) -> None:
    """Put the product on sale under the plan's words; an empty tagline removes the description. Safe to repeat."""
    call(
        client().v1.products.update,
        product_id(plan.code),
        key=key,
        name=plan.name,
        description=plan.tagline,
        active=True,
    )


def archive_product(plan_code: str, *, key: str) -> None:
    """Take the product off sale; subscriptions to its prices run on. Safe to repeat."""
    call(client().v1.products.update, product_id(plan_code), key=key, active=False)


def _published(product: Any) -> PublishedProduct:
    return PublishedProduct(
        plan_code=product["metadata"][_PLAN_MARK],
        name=product["name"],
        description=product["description"] or "",
        is_active=product["active"],
    )
