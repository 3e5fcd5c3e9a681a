"""Use case: say what a promotion code takes off a price before anything is bought; it changes nothing."""

from datetime import datetime

from accounts.models import Organization
from billing.mirror.promotion_codes import CodeOffer, offer_for_price
from billing.selectors.catalogue import price_for
from billing.selectors.customer import current_customer


def price_with_code(
    organization: Organization, *, lookup_key: str, quantity: int, code: str, now: datetime
) -> CodeOffer:
    """One period of a price on sale, bought `quantity` times, with the code that was typed; `now` is business time.

    Raises UnknownPlan, the refusals of `rules/promotion`, StripeUnreachable. Safe to repeat.
    """
    customer = current_customer(organization)
    return offer_for_price(
        organization,
        code=code,
        price=price_for(lookup_key),
        quantity=quantity,
        stripe_customer_id=str(customer.stripe_customer_id or "") if customer else "",
        now=now,
    )
