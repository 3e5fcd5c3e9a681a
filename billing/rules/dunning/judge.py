"""Decides what a decline means; it must not know of a case, a policy, or the time.

The order of authority: what the card's network forbids, the wait that it orders, Stripe's advice, the decline table,
its row for unknown codes. Each may only make the verdict harder, never softer, so nobody's "try again" lifts a
"never". A customer who has to confirm outranks all but a "never". A card that is reported stolen gets the words, and
the moment, of any other card that cannot be charged: the mail must not warn a thief.
"""

from dataclasses import replace
from datetime import timedelta
from functools import lru_cache, reduce

from billing.rules.dunning.facts import Decline, Verdict
from billing.rules.dunning.tables import (
    UNKNOWN,
    DeclineRow,
    NetworkEffect,
    NetworkRow,
    decline_row,
    decline_rows,
    network_row,
)
from billing.terms import BlockReach, DeclineClass, SlotPreference

_HARDNESS = {each: rank for rank, each in enumerate(DeclineClass)}
_BLOCKS = (None, BlockReach.CARD, BlockReach.MANDATE)
_AUTHENTICATION = "authentication_required"
# Stripe's error codes, not decline codes, for an off-session payment that the customer has to confirm.
_ASKING_CODES = frozenset({"invoice_payment_intent_requires_action"})
_UPDATER_DELAY = timedelta(hours=72)
# What a network's order to ask the customer is called in words: key, delay, whether they name the reason.
_WORDS = {
    "fix_data": ("fix", timedelta(0), True),
    "new_card": ("unsupported", timedelta(0), True),
    # The card's new data may arrive by itself, as with Stripe's `new_account_information_available`.
    "update_or_new_card": ("generic", _UPDATER_DELAY, False),
    "fix_token_or_new_card": ("generic", timedelta(0), False),
}


def hardness(decline_class: DeclineClass) -> int:
    """The rank of a class: the harder, the higher."""
    return _HARDNESS[decline_class]


def choose_code(*, reason: str, decline_code: str) -> str:
    """Which to judge by, an outcome's reason or Stripe's decline code: the reason first, yet the harder wins."""
    rows = [row for row in (decline_row(reason), decline_row(decline_code)) if row is not None]
    if not rows:
        return reason or decline_code
    # `max` keeps the first of equals.
    return max(rows, key=lambda row: (hardness(row.decline_class), -row.max_retries)).code


@lru_cache(maxsize=4096)
def judge(decline: Decline) -> Verdict:
    """What `decline` means. Never fails: an unknown code gets one retry and is told to staff. Safe to repeat.

    `block` and `network_wait` are about the card that was tried, not about another one of the customer.
    """
    verdict = _by_table(decline)
    rows = _orders(decline)
    verdict = reduce(_obey, rows, verdict)
    if _asks_customer(decline) and hardness(verdict.decline_class) <= hardness(DeclineClass.NEEDS_CUSTOMER):
        verdict = _ask(verdict, action="authenticate", words=("auth", timedelta(0), True))
    return verdict


def _by_table(decline: Decline) -> Verdict:
    code = decline.code.strip()
    row = decline_row(code)
    if row is None and _asks_customer(decline):
        row = decline_rows()[_AUTHENTICATION]
    is_known = row is not None and row.code != UNKNOWN
    row = row or decline_rows()[UNKNOWN]
    return _verdict(row, code=code or row.code, is_known=is_known)


def _verdict(row: DeclineRow, *, code: str, is_known: bool) -> Verdict:
    return Verdict(
        decline_class=row.decline_class,
        code=code,
        max_retries=row.max_retries,
        waits=row.waits,
        slot=row.slot,
        message_key=row.message_key,
        message_delay=row.message_delay,
        reveals_reason=row.reveals_reason,
        customer_action=row.customer_action,
        block=row.block,
        alerts_staff=row.alerts_staff,
        is_known=is_known,
        wait_min=row.wait_min,
        wait_max=row.wait_max,
    )


def _asks_customer(decline: Decline) -> bool:
    return decline.asks_customer or decline.code in _ASKING_CODES


def _orders(decline: Decline) -> list[NetworkRow]:
    """What the network and Stripe say about it, the network first."""
    brand = decline.card_brand.strip().lower()
    asked = [
        (brand, "network_decline_code", decline.network_decline_code.strip().upper()),
        (brand, "network_advice_code", decline.network_advice_code.strip().upper()),
        ("stripe", "advice_code", decline.advice_code.strip().lower()),
    ]
    found = [network_row(network, kind, code) for network, kind, code in asked if code]
    return [row for row in found if row is not None]


def _obey(verdict: Verdict, row: NetworkRow) -> Verdict:
    if row.effect == NetworkEffect.NEVER_ON_THIS_MANDATE:
        return _never(verdict, reach=BlockReach.MANDATE)
    if row.effect == NetworkEffect.NEVER:
        # Nothing that the customer could do: it is about us, so staff must know.
        return replace(
            _never(verdict, reach=BlockReach.CARD),
            alerts_staff=verdict.alerts_staff or row.customer_action == "none",
        )
    if row.effect == NetworkEffect.NEEDS_CUSTOMER:
        return _ask(verdict, action=row.customer_action, words=_WORDS[row.customer_action])
    return _wait(verdict, row)


def _never(verdict: Verdict, *, reach: BlockReach) -> Verdict:
    """Not again on this card, in the words that tell nobody why."""
    reach = max(reach, verdict.block or reach, key=_BLOCKS.index)
    harder = max(verdict.decline_class, DeclineClass.HARD, key=hardness)
    was_hard = harder == verdict.decline_class
    verdict = replace(_without_retries(verdict), block=reach, decline_class=harder)
    if was_hard and reach == BlockReach.CARD:
        return verdict
    key = "cancelled_auth" if reach == BlockReach.MANDATE else "generic"
    return _worded(replace(verdict, customer_action="new_card"), (key, timedelta(0), False))


def _ask(verdict: Verdict, *, action: str, words: tuple[str, timedelta, bool]) -> Verdict:
    """Only the customer can go on. Who was to be asked already keeps the words, unless it is to confirm."""
    known = hardness(verdict.decline_class) >= hardness(DeclineClass.NEEDS_CUSTOMER)
    verdict = _without_retries(verdict)
    if known and action != "authenticate":
        return verdict
    return _worded(replace(verdict, decline_class=DeclineClass.NEEDS_CUSTOMER, customer_action=action), words)


def _wait(verdict: Verdict, row: NetworkRow) -> Verdict:
    wait = max(row.wait or timedelta(0), verdict.network_wait or timedelta(0))
    verdict = replace(verdict, network_wait=wait)
    if row.customer_action == "none" or hardness(verdict.decline_class) >= hardness(DeclineClass.NEEDS_CUSTOMER):
        return verdict
    # A card that works only once or twice: one more try, and the customer is asked meanwhile.
    asked = replace(verdict, decline_class=DeclineClass.NEEDS_CUSTOMER, max_retries=min(verdict.max_retries, 1))
    return _worded(replace(asked, customer_action=row.customer_action), _WORDS[row.customer_action])


def _without_retries(verdict: Verdict) -> Verdict:
    return replace(verdict, max_retries=0, waits=(), slot=SlotPreference.NONE, wait_min=timedelta(0), wait_max=None)


def _worded(verdict: Verdict, words: tuple[str, timedelta, bool]) -> Verdict:
    key, delay, reveals = words
    return replace(verdict, message_key=key, message_delay=delay, reveals_reason=reveals)
