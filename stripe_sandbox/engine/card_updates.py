"""Decides what a saved card becomes when its bank replaces it; its owner and whoever names it as default stay.

Assumed: that the event names no old values, and which fields of the card change besides number and date.
"""

from datetime import UTC, datetime

from stripe_sandbox import ids
from stripe_sandbox.engine import payment_methods
from stripe_sandbox.engine.cards import TestCard
from stripe_sandbox.errors import invalid
from stripe_sandbox.store.unit import StripeObject, Unit

YEARS = 3


def replace(
    unit: Unit,
    method: StripeObject,
    *,
    card: TestCard | None = None,
    keeps_number: bool = False,
    exp_month: int | None = None,
    exp_year: int | None = None,
) -> StripeObject:
    """Give a saved card a new date and, unless it keeps it, a new number; with its event.

    `card`: the test card that it behaves like from now on; without one it pays. Raises ApiError for what is no
    saved card, and 402 for a date that cannot be.
    """
    if method["type"] != "card" or method["customer"] is None:
        raise invalid("Only a card that a customer has saved is replaced by its bank.", param="payment_method")
    today = datetime.fromtimestamp(unit.now, tz=UTC)
    month, year = exp_month or today.month, exp_year or today.year + YEARS
    payment_methods.check_expiry(unit, exp_month=month, exp_year=year)
    method.update(_behaviour=card.behaviour if card else "ok", _charges=0)
    method["card"].update(exp_month=month, exp_year=year)
    if card is not None and not keeps_number:
        payment_methods.put_card(unit, method, card)
    elif not keeps_number:
        last4 = ids.random_text(4, alphabet="0123456789")
        mark = payment_methods.fingerprint(unit, f"{method['id']}:{ids.random_text(12)}")
        method["card"].update(last4=last4, fingerprint=mark)
    payment_methods.check_address(method)
    unit.emit("payment_method.automatically_updated", method)
    return method
