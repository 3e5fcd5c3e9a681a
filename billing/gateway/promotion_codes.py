"""Promotion codes at Stripe, found by what a person types; it must not judge whether one may be used."""

import stripe

from billing.gateway.client import call, client


def find(code: str) -> list[stripe.PromotionCode]:
    """Every code with this text (capitals do not matter), active or not, with its coupon. Safe to repeat.

    https://docs.stripe.com/api/promotion_codes/list (read 2026-11-30). Raises StripeUnreachable.
    """
    page = call(
        client().v1.promotion_codes.list,
        code=code,
        limit=100,
        expand=["data.promotion.coupon", "data.promotion.coupon.currency_options"],
    )
    return list(page.auto_paging_iter())
