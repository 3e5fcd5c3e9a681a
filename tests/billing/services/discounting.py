"""A code that is used, and a discount that is removed, as the pages do it."""

from uuid import uuid4

from billing.gateway.client import client
from billing.models import DiscountChange, Invoice
from billing.services.discount_preview import preview_code, preview_removal
from billing.services.discounts import apply_code, remove_discounts
from billing.services.sync import ObjectRef, refresh_now
from billing.terms import ObjectKind
from tests.billing.shop import Shop

UPDATES = {"method": "POST", "path": "/v1/subscriptions/*"}


def apply(shop: Shop, code: str = "WELCOME", **changed) -> DiscountChange:
    organization = changed.pop("organization", shop.organization)
    if "shown" not in changed:
        changed["shown"] = preview_code(organization, code=code, now=shop.now).after.total
    values = {"request_key": uuid4(), "actor": shop.owner, "now": shop.now, **changed}
    return apply_code(organization, code=code, **values)


def remove(shop: Shop, **changed) -> DiscountChange:
    if "shown" not in changed:
        changed["shown"] = preview_removal(shop.organization, shop.now).after.total
    values = {"request_key": uuid4(), "actor": shop.owner, "now": shop.now, **changed}
    return remove_discounts(shop.organization, **values)


def discounts_at_stripe(subscription) -> list:
    return client().v1.subscriptions.retrieve(subscription.stripe_subscription_id)["discounts"]


def renewed(shop: Shop, subscription) -> Invoice:
    shop.advance("P32D")
    shop.look_at(subscription)
    refresh_now(ObjectRef(ObjectKind.INVOICE, subscription.stripe_latest_invoice_id))
    return Invoice.objects.get(stripe_invoice_id=subscription.stripe_latest_invoice_id)
