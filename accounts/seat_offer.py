"""Asks what one more person would cost, before an invitation is sent; the price knows a function of the settings.

So accounts stays below billing and knows no price: SEAT_OFFER is the dotted path of a function from an organization
to an offer, or to None where nothing is added. Without the setting nothing ever is.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast
from uuid import UUID

from django.conf import settings
from django.utils.module_loading import import_string

from accounts.invitations import refuse_known
from accounts.models import Invitation, Organization


@dataclass(frozen=True, slots=True)
class SeatOffer:
    """What the invitation adds to the bill: `template` puts `details` into words.

    `named` stands for what was named; it comes back with the confirmation, and another one means another price.
    """

    named: str
    template: str
    details: Any


def seat_offer(organization: Organization, *, email: str, request_key: UUID) -> SeatOffer | None:
    """What inviting `email` would add; None where nothing, and for the repeat of a click that has sent its mail.

    Raises AccountsError where no seat can be had, with the way out; and what `invite` raises for somebody known.
    """
    if not settings.SEAT_OFFER:
        return None
    if Invitation.objects.filter(organization=organization, request_key=request_key).exists():
        return None
    refuse_known(organization, email=email)
    ask = cast("Callable[[Organization], SeatOffer | None]", import_string(settings.SEAT_OFFER))
    return ask(organization)
