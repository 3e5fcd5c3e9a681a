"""Where a process that refunds may die: each line is where a function of the product is entered or left."""

import os

from tests.flows.dunning.crashing import ENTERED, LEFT, Point

_SEND, _MOVES = "billing.services.send_refunds", "billing.refunding.moves"
POINTS = (
    Point("inside the request", "billing.refunding.wishes", "record", LEFT),
    Point("after the request", "billing.services.request_refund", "request_refund", LEFT),
    Point("after the lease", _SEND, "_claim", LEFT, has_result=True),
    Point("after the last look", "billing.refunding.looking", "look_at_charge", LEFT),
    Point("inside a move", _MOVES, "move", LEFT),
    Point("after it is marked sent", _SEND, "_mark_sent", LEFT, has_result=True),
    Point("before the call", "billing.gateway.refunds", "create", ENTERED),
    Point("after the call, before its answer is taken in", "billing.gateway.refunds", "create", LEFT),
    Point("between answer and row", _SEND, "_take", ENTERED),
    Point("inside the settling", _MOVES, "settle", LEFT),
    Point("after it is taken in", _SEND, "_take", LEFT),
    Point("before the note", _SEND, "_write_note", ENTERED),
    Point("before the call for the note", "billing.gateway.credit_notes", "link_refund", ENTERED),
    Point("after the call for the note", "billing.gateway.credit_notes", "link_refund", LEFT),
    Point("before the note is stored", _SEND, "_take_note", ENTERED),
    Point("after the note is stored", _SEND, "_take_note", LEFT),
    Point("before the end", _SEND, "_finish", ENTERED),
    Point("inside the reaction", "billing.services.follow_refund", "follow_refund", LEFT),
)
_FEW_CRASHES, _FEW_KILLS = 8, 1


def crashes() -> int:
    """How many deaths are lived through, as REFUND_CRASHES says."""
    return int(os.environ.get("REFUND_CRASHES", str(_FEW_CRASHES)))


def kills() -> int:
    """How many processes are killed, as REFUND_KILLS says."""
    return int(os.environ.get("REFUND_KILLS", str(_FEW_KILLS)))


def first_seed() -> int:
    """REFUND_SEED begins with another story."""
    return int(os.environ.get("REFUND_SEED", "0"))
