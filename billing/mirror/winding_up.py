"""Ends all that an organization has at Stripe, as Stripe lists it and not as our rows know it (rule G1).

Any doubt is an error: who calls may go on only after this has returned.
"""

from django.conf import settings

from accounts.models import Organization
from billing.errors import StripeObjectMissing, StripeRefused, StripeStillLive
from billing.gateway import winding_up
from billing.gateway.winding_up import LiveThing
from billing.mirror import account
from billing.models import Customer

# What is stopped can bring up more, such as the invoice of a session that was paid just now.
_ROUNDS = 3


def stop_everything(organization: Organization, *, key: str) -> list[str]:
    """End every subscription, schedule, checkout and open invoice, then delete the customers; returns their ids.

    `key` (a committed row's UUID) begins the idempotency key of each call. Safe to repeat. Raises StripeStillLive
    where something is left that Stripe will not end, StripeUnreachable, StripeKeyRefused.
    """
    account.demand_ours()
    customer_ids = _customer_ids(organization)
    there = [found for found in customer_ids if winding_up.is_customer_there(found)]
    for customer_id in there:
        try:
            _stop_all_of(customer_id, key=key)
            winding_up.delete_customer(customer_id, key=f"{key}:delete:{customer_id}")
        except StripeObjectMissing:
            # Somebody deleted it between our look and our call; anything else that is missing stays a doubt.
            if winding_up.is_customer_there(customer_id):
                raise
    still_there = [found for found in there if winding_up.is_customer_there(found)]
    if still_there:
        raise StripeStillLive(left=still_there)
    return customer_ids


def _customer_ids(organization: Organization) -> list[str]:
    """Those of our rows, and those that carry our mark at Stripe though we have lost sight of them."""
    rows = Customer.objects.filter(organization=organization, livemode=settings.STRIPE_LIVE_MODE)
    ours = [str(row.stripe_customer_id) for row in rows if row.stripe_customer_id]
    emails = {email for email in (organization.email, *(row.creation_email for row in rows)) if email}
    marked = winding_up.customer_ids_of(str(organization.uuid), emails=emails)
    return list(dict.fromkeys([*ours, *marked]))


def _stop_all_of(customer_id: str, *, key: str) -> None:
    refusal: StripeRefused | None = None
    left: list[LiveThing] = []
    for number in range(_ROUNDS):
        left = winding_up.live_things(customer_id)
        if not left:
            return
        refusal = _stop_each(left, key=f"{key}:{number}")
    left = winding_up.live_things(customer_id)
    if left:
        raise StripeStillLive(refusal.message if refusal else None, left=[thing.stripe_id for thing in left])


def _stop_each(things: list[LiveThing], *, key: str) -> StripeRefused | None:
    """Try them all; the last refusal comes back. What has ended with something before it is refused and gone."""
    refusal = None
    for thing in things:
        try:
            winding_up.stop(thing, key=f"{key}:stop:{thing.stripe_id}")
        except StripeRefused as error:
            refusal = error
    return refusal
