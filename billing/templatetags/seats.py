"""Tells any template how many of the paid seats an organization uses; decides nothing."""

from django import template
from django.template import Context

from billing.clock import business_now
from billing.selectors.seats import Seats, seats_of

register = template.Library()


@register.simple_tag(takes_context=True)
def paid_seats(context: Context) -> Seats | None:
    """The seats of the page's organization, None without a plan that has any: `{% paid_seats as seats %}`."""
    organization = context.get("organization")
    return seats_of(organization, business_now()) if organization is not None else None
