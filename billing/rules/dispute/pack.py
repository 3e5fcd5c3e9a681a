"""Decides what our own facts say to a dispute: texts for Stripe's fields by reason, and what is missing.

It must not know where the facts come from, nor write anything that a person has to answer for: where a judgement is
needed, it says that a person has to write it.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from billing.rules.dispute.evidence import LONGEST_TEXT, fitting_fields

_SHARE_OF_LOG = LONGEST_TEXT // 2
_DIGITS = re.compile(r"(?<!\d)(?:\d[ -]?){12,18}\d(?!\d)")
_CARD_DIGITS = range(13, 20)


@dataclass(frozen=True, slots=True)
class Line:
    """Something that happened, in words; `at` is UTC."""

    at: datetime
    words: str


@dataclass(frozen=True, slots=True)
class Section:
    """Lines of one kind, the newest first."""

    title: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class PackFacts:
    """All that we know around a disputed charge. Lines are ordered, the newest first; what is empty is not known."""

    seller: str
    reason: str
    stripe_dispute_id: str
    stripe_charge_id: str
    amount: str
    charged_at: datetime | None = None
    card: str = ""
    product: str = ""
    began_at: datetime | None = None
    customer_name: str = ""
    customer_email: str = ""
    customer_address: str = ""
    account_id: str = ""
    purchase_ip: str = ""
    refund_policy: str = ""
    cancellation_policy: str = ""
    same_amount: tuple[tuple[str, str], ...] = ()
    """Other charges of just this amount (`ch_…`), each with what it paid."""
    invoices: tuple[Line, ...] = ()
    payments: tuple[Line, ...] = ()
    undisputed: tuple[Line, ...] = ()
    refunds: tuple[Line, ...] = ()
    mails: tuple[Line, ...] = ()
    sign_ins: tuple[Line, ...] = ()
    consents: tuple[Line, ...] = ()
    cancellations: tuple[Line, ...] = ()
    usage: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Pack:
    """`texts` by Stripe's fields, `missing` as plain sentences, `sections` for the document."""

    texts: dict[str, str] = field(default_factory=dict)
    missing: tuple[str, ...] = ()
    sections: tuple[Section, ...] = ()


def pack(facts: PackFacts) -> Pack:
    """What we can say to the reason of the dispute; no text is longer than Stripe takes, none holds a card number."""
    fitting = fitting_fields(facts.reason)
    texts = {name: mask_card_numbers(write(facts))[:LONGEST_TEXT] for name, write in _WRITERS.items()}
    return Pack(
        texts={name: text for name, text in texts.items() if text and name in fitting},
        missing=tuple(_missing(facts, fitting)),
        sections=tuple(section for section in _sections(facts) if section.lines),
    )


def mask_card_numbers(text: str) -> str:
    """The same text without what could be the number of a card."""
    return _DIGITS.sub(lambda found: "[number removed]" if _is_card(found.group()) else found.group(), text)


def _is_card(text: str) -> bool:
    digits = [int(sign) for sign in text if sign.isdigit()]
    doubled = [digit * 2 - 9 * (digit > 4) for digit in digits[-2::-2]]  # noqa: PLR2004
    return len(digits) in _CARD_DIGITS and (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0


def moment(at: datetime | None) -> str:
    return f"{at:%d %B %Y, %H:%M} UTC" if at else ""


def _day(at: datetime | None) -> str:
    return f"{at:%d %B %Y}" if at else ""


def _log(lines: Sequence[Line], *, longest: int = _SHARE_OF_LOG) -> str:
    """The newest lines that fit, and how many there are besides."""
    kept: list[str] = []
    left = longest - 60
    for line in lines:
        text = f"{moment(line.at)}: {line.words}"
        left -= len(text) + 1
        if left < 0:
            break
        kept.append(text)
    more = len(lines) - len(kept)
    return "\n".join([*kept, *([f"… and {more} older entries in our records."] if more else [])])


def _product(facts: PackFacts) -> str:
    if not facts.product:
        return ""
    return f"{facts.product}, an online service of {facts.seller}, used in the browser by the customer's own account."


def _access_log(facts: PackFacts) -> str:
    parts = []
    if facts.sign_ins:
        parts.append("Sign-ins to the customer's account (UTC, IP address, browser):\n" + _log(facts.sign_ins))
    if facts.usage:
        parts.append("Use of the account at the time of this answer:\n" + "\n".join(facts.usage))
    return "\n\n".join(parts)


def _disclosure(policy: str, kind: str) -> Callable[[PackFacts], str]:
    def write(facts: PackFacts) -> str:
        text = str(getattr(facts, policy))
        if not text:
            return ""
        accepted = _log(facts.consents, longest=2000)
        told = f"\n\nThe terms, of which it is a part, were accepted:\n{accepted}" if accepted else ""
        return f"Our {kind} policy, as shown to the customer:\n{text[:_SHARE_OF_LOG]}{told}"

    return write


def _rebuttal(facts: PackFacts) -> str:
    if facts.charged_at is None or _asked_before(facts):
        return ""
    charged = _day(facts.charged_at)
    if not facts.cancellations:
        return f"Our records show no request to cancel before the charge of {charged}, nor since."
    return (
        f"Our records show no request to cancel before the charge of {charged}. The first came after it:\n"
        f"{_log(facts.cancellations, longest=4000)}"
    )


def _asked_before(facts: PackFacts) -> bool:
    charged_at = facts.charged_at
    return charged_at is not None and any(line.at <= charged_at for line in facts.cancellations)


def _duplicate(facts: PackFacts) -> str:
    if not facts.same_amount:
        return ""
    others = "\n".join(f"{charge_id} paid {what}." for charge_id, what in facts.same_amount)
    own = next((line.words for line in facts.invoices if facts.stripe_charge_id in line.words), "another one")
    return f"The two charges pay for different things.\n{facts.stripe_charge_id} paid {own}.\n{others}"


def _story(facts: PackFacts) -> str:
    lines = [
        f"{facts.customer_name or 'The customer'} has had an account with {facts.seller}"
        + (f" since {_day(facts.began_at)}." if facts.began_at else "."),
        f"The disputed charge {facts.stripe_charge_id} of {facts.amount}"
        + (f" was made on {_day(facts.charged_at)}." if facts.charged_at else "."),
    ]
    if facts.undisputed:
        lines.append("Earlier charges that nobody disputed:\n" + _log(facts.undisputed, longest=4000))
    if facts.consents:
        lines.append("Terms accepted:\n" + _log(facts.consents, longest=2000))
    if facts.mails:
        lines.append("Mails sent to the customer:\n" + _log(facts.mails, longest=4000))
    return "\n\n".join(lines)


_WRITERS: dict[str, Callable[[PackFacts], str]] = {
    "customer_name": lambda facts: facts.customer_name,
    "customer_email_address": lambda facts: facts.customer_email,
    "billing_address": lambda facts: facts.customer_address,
    "customer_purchase_ip": lambda facts: facts.purchase_ip,
    "product_description": _product,
    "service_date": lambda facts: _day(facts.began_at),
    "access_activity_log": _access_log,
    "cancellation_policy_disclosure": _disclosure("cancellation_policy", "cancellation"),
    "cancellation_rebuttal": _rebuttal,
    "refund_policy_disclosure": _disclosure("refund_policy", "refund"),
    "duplicate_charge_id": lambda facts: facts.same_amount[0][0] if facts.same_amount else "",
    "duplicate_charge_explanation": _duplicate,
    "uncategorized_text": _story,
}


def _missing(facts: PackFacts, fitting: Sequence[str]) -> list[str]:
    told = [
        (not facts.purchase_ip, "No IP address of the purchase is known."),
        (not facts.customer_address, "No billing address is known."),
        (not facts.consents, "No acceptance of the terms is recorded."),
        (not facts.sign_ins, "No sign-in is recorded."),
        (not facts.usage, "Nothing that the account uses is counted."),
        (not facts.mails, "No mail to the customer is recorded."),
        (not facts.undisputed, "There is no earlier charge that nobody disputed."),
    ]
    if "cancellation_policy_disclosure" in fitting:
        told.append((not facts.cancellation_policy, "No cancellation policy is set (CANCELLATION_POLICY)."))
    if "cancellation_rebuttal" in fitting and _asked_before(facts):
        told.append((True, "A cancellation was asked for before this charge: a person has to look at that first."))
    if "refund_policy_disclosure" in fitting:
        told.append((not facts.refund_policy, "No refund policy is set (REFUND_POLICY)."))
    if "refund_refusal_explanation" in fitting:
        told.append((True, "Why no refund is due has to be written by a person."))
    if "duplicate_charge_id" in fitting:
        told.append((not facts.same_amount, "We know of no other charge of the same amount."))
    return [sentence for is_missing, sentence in told if is_missing]


def _sections(facts: PackFacts) -> list[Section]:
    return [
        Section("Invoices", facts.invoices),
        Section("Payments", facts.payments),
        Section("Earlier charges that nobody disputed", facts.undisputed),
        Section("Refunds", facts.refunds),
        Section("Terms accepted", facts.consents),
        Section("Sign-ins", facts.sign_ins),
        Section("Mails sent", facts.mails),
        Section("Requests to cancel", facts.cancellations),
    ]
