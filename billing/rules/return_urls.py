"""The only addresses that Stripe's pages may send a person back to; a request names one, it never brings one."""

from billing.errors import InvalidInput

RETURN_PATHS = {
    # By way of a look at what was changed there.
    "billing": "/billing/portal/return/",
    "invoices": "/billing/invoices/",
    "pricing": "/",
    "payment_methods": "/billing/payment-methods/",
    "card_added": "/billing/payment-methods/return/",
    "checkout": "/billing/return/",
}


def return_url(name: str, *, site_url: str) -> str:
    """An absolute address on our own host. Raises InvalidInput for a name that is not in the table."""
    try:
        return site_url + RETURN_PATHS[name]
    except KeyError:
        raise InvalidInput("There is no such page to return to.") from None
