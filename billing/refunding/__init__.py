"""The hands on a request for a refund: it is looked at, recorded and moved here, and nowhere else.

Moves are made in the caller's transaction, who holds the charge's row (`locked`); only `look` asks Stripe.
"""

from billing.refunding.looking import Looked, look, look_at_charge
from billing.refunding.moves import fail, locked, move, release, settle
from billing.refunding.wishes import Wish, demand, lock_person, record, room_of

__all__ = [
    "Looked",
    "Wish",
    "demand",
    "fail",
    "lock_person",
    "locked",
    "look",
    "look_at_charge",
    "move",
    "record",
    "release",
    "room_of",
    "settle",
]
