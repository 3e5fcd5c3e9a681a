"""Decides which mail a failed try leads to; it must not know how a mail is written or whether it was sent.

At most two are written about failures of one invoice: one that it failed, and one that only its owner can go on.
Where the reason is hidden, all is as it is for a stolen card: told at once, and told that its owner has to act.
"""

from dataclasses import dataclass
from datetime import timedelta

from billing.terms import CaseStep

NO_MAIL = "none"
ONLY_YOU = "only_you"
NO_CARD = "no_card"
_SILENT_AT_FIRST = "retrying"
_HIDDEN = frozenset({"generic", "cancelled_auth"})
# By itself it goes on no more, and not because of what the bank said this time.
_USED_UP = frozenset({"budget", "limit", "deadline", "observed"})
# We are about to let the customer off.
_NOTHING_TO_DO = "forgiving"
# Nothing was declined: there was nothing to charge. The charge's own row may only be late, so the mail waits for it.
_WITHOUT_DECLINE = {"no_charge": timedelta(minutes=15), "no_card": timedelta(0), "card_unusable": timedelta(0)}


@dataclass(frozen=True, slots=True)
class Message:
    """A mail of the case's `step`, in the words of `key`, after `delay`."""

    step: CaseStep
    key: str
    delay: timedelta = timedelta(0)


def hides_reason(message_key: str) -> bool:
    """Whether everything that a customer sees must be as it is for a stolen card."""
    return message_key in _HIDDEN


def message_after_decline(
    message_key: str, *, delay: timedelta, why: str, told: str, is_first_failure: bool
) -> Message | None:
    """The mail that a decline of this `message_key` calls for, or None.

    `why` only the customer can go on, a stable word, empty while it is tried again. `told` is the last step that was
    written, empty if none. A first failure that passes by itself as a rule is not told while it is tried again.
    """
    if told == CaseStep.CUSTOMER:
        return None
    if hides_reason(message_key):
        # Some of these are tried once more: that must not be told either, nor change when they are written.
        why = message_key
    if not told:
        if message_key == _SILENT_AT_FIRST and is_first_failure and not why:
            return None
        return Message(CaseStep.FAILED, message_key, delay)
    if not why:
        return None
    return Message(CaseStep.CUSTOMER, ONLY_YOU if why in _USED_UP else message_key, delay)


def message_without_decline(why: str, *, told: str) -> Message | None:
    """The mail where nothing more is tried and no bank has said no, or None. Arguments as above."""
    if told == CaseStep.CUSTOMER or why == _NOTHING_TO_DO:
        return None
    step = CaseStep.CUSTOMER if told else CaseStep.FAILED
    if why in _WITHOUT_DECLINE:
        return Message(step, NO_CARD, _WITHOUT_DECLINE[why])
    return Message(step, ONLY_YOU)
