"""Decides what of a charge may go back, on whose word, and how an amount splits into net and tax; asks nobody."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from billing.errors import (
    AlreadyRefunded,
    ChargeIsDisputed,
    ChargeNotRefundable,
    InvalidInput,
    LimitRefused,
    RefundAboveRest,
)
from billing.money import Money, UnknownCurrency, minor_units
from billing.terms import AccessChoice, CreditReason, DisputeStatus, RefundReason, RefundState

DAY = timedelta(hours=24)
"""A limit per day counts the last 24 hours, so that midnight doubles nobody's."""

_OVER = frozenset({DisputeStatus.WON, DisputeStatus.LOST, DisputeStatus.PREVENTED, DisputeStatus.WARNING_CLOSED})
_INQUIRIES = frozenset(
    {DisputeStatus.WARNING_NEEDS_RESPONSE, DisputeStatus.WARNING_UNDER_REVIEW, DisputeStatus.WARNING_CLOSED}
)
_RETURNED = frozenset({DisputeStatus.WON, DisputeStatus.PREVENTED})
_LONGEST_WINDOW_DAYS = 1825
LONGEST_NOTE = 300

_State = RefundState
NEXT: dict[RefundState, frozenset[RefundState]] = {
    _State.REQUESTED: frozenset({_State.APPROVED, _State.REJECTED}),
    _State.APPROVED: frozenset({_State.SENDING, _State.FAILED}),
    _State.SENDING: frozenset(
        {
            _State.UNKNOWN,
            _State.PENDING,
            _State.REQUIRES_ACTION,
            _State.SUCCEEDED,
            _State.FAILED,
            _State.CANCELED,
        }
    ),
    _State.UNKNOWN: frozenset(
        {_State.PENDING, _State.REQUIRES_ACTION, _State.SUCCEEDED, _State.FAILED, _State.CANCELED}
    ),
    _State.PENDING: frozenset({_State.REQUIRES_ACTION, _State.SUCCEEDED, _State.FAILED, _State.CANCELED}),
    _State.REQUIRES_ACTION: frozenset({_State.PENDING, _State.SUCCEEDED, _State.FAILED, _State.CANCELED}),
    _State.SUCCEEDED: frozenset({_State.FAILED, _State.CANCELED}),
    _State.FAILED: frozenset({_State.CLOSED}),
    _State.CANCELED: frozenset({_State.CLOSED}),
    _State.REJECTED: frozenset(),
    _State.CLOSED: frozenset(),
}
"""From a state, which may come next. A late failure is why `succeeded` is no end (rule RF3)."""


@dataclass(frozen=True, slots=True)
class Contest:
    """A dispute about a charge. A status that we do not know counts as one that has moved the money."""

    status: str
    amount_minor: int
    is_charge_refundable: bool = False


@dataclass(frozen=True, slots=True)
class Charged:
    """What came in by one charge, in minor units, and what of it is spoken for.

    `captured_minor` is what the card paid: what an invoice took from the customer's balance is none of it.
    `reserved_minor` has gone back, is on its way back, or is asked for.
    """

    captured_minor: int
    reserved_minor: int
    currency: str
    contests: tuple[Contest, ...] = ()


def withdrawn_minor(contests: Sequence[Contest]) -> int:
    """What banks have taken back: inquiries move nothing, and what was won came back."""
    return sum(each.amount_minor for each in contests if each.status not in _INQUIRIES | _RETURNED)


def is_blocked(contests: Sequence[Contest]) -> bool:
    """Whether an open dispute forbids a refund: all but an inquiry whose charge is still refundable (rule RF6)."""
    return any(each.status not in _OVER and not each.is_charge_refundable for each in contests)


def left_minor(charged: Charged) -> int:
    """What may still be asked for (D14); never below nought."""
    return max(0, charged.captured_minor - withdrawn_minor(charged.contests) - charged.reserved_minor)


def check_charge(charged: Charged) -> None:
    """Raises ChargeNotRefundable, ChargeIsDisputed, AlreadyRefunded."""
    if charged.captured_minor <= 0:
        raise ChargeNotRefundable()
    if is_blocked(charged.contests):
        raise ChargeIsDisputed()
    if left_minor(charged) <= 0:
        raise ChargeIsDisputed() if withdrawn_minor(charged.contests) else AlreadyRefunded()


def check_amount(amount_minor: int, charged: Charged) -> None:
    """Raises what `check_charge` raises, InvalidInput for what the currency cannot have, RefundAboveRest."""
    check_charge(charged)
    check_fits(amount_minor, charged.currency)
    if amount_minor > left_minor(charged):
        raise RefundAboveRest()


def check_fits(amount_minor: int, currency: str) -> None:
    """Raises InvalidInput for nothing, less than nothing, and what is finer than the currency (money.md M8)."""
    _, multiple = minor_units(currency)
    if amount_minor <= 0:
        raise InvalidInput("Please give an amount above 0.", field="amount")
    if amount_minor % multiple:
        raise InvalidInput(f"{currency.upper()} cannot have an amount as fine as this.", field="amount")


@dataclass(frozen=True, slots=True)
class Sums:
    """An amount with its tax, in minor units of one currency."""

    net_minor: int
    tax_minor: int

    @property
    def gross_minor(self) -> int:
        return self.net_minor + self.tax_minor


def of_gross(gross_minor: int, whole: Sums, currency: str) -> Sums:
    """The part of `whole` that is so much with its tax; the split adds up exactly (largest remainder)."""
    if whole.gross_minor <= 0 or not whole.tax_minor:
        return Sums(gross_minor, 0)
    net, tax = Money(gross_minor, currency).allocate([whole.net_minor, whole.tax_minor])
    return Sums(net.amount_minor, tax.amount_minor)


def of_net(net_minor: int, whole: Sums, currency: str) -> Sums:
    """The part of `whole` that is so much before tax; its tax is rounded half up to what the currency can have."""
    if whole.net_minor <= 0 or not whole.tax_minor:
        return Sums(net_minor, 0)
    _, multiple = minor_units(currency)
    divisor = 2 * whole.net_minor * multiple
    tax = (2 * net_minor * whole.tax_minor + whole.net_minor * multiple) // divisor * multiple
    return Sums(net_minor, tax)


@dataclass(frozen=True, slots=True)
class Limit:
    """What one role may give back on its own word, in minor units of one currency."""

    per_charge_minor: int
    per_day_minor: int
    window_days: int


@dataclass(frozen=True, slots=True)
class Spent:
    """What one person has given back on their word: of this charge, and of all charges in the last 24 hours."""

    on_charge_minor: int = 0
    in_day_minor: int = 0


def room_minor(limits: Sequence[Limit], spent: Spent, *, charged_at: datetime, now: datetime) -> int:
    """How much this person may give back now without another's approval: by the best of their roles' limits.

    Splitting one sum into several refunds of a charge gains nothing: those before count.
    """
    best = 0
    for limit in limits:
        if now - charged_at <= timedelta(days=limit.window_days):
            best = max(
                best, min(limit.per_charge_minor - spent.on_charge_minor, limit.per_day_minor - spent.in_day_minor)
            )
    return best


def check_limit(limit: Limit, currency: str) -> None:
    """Raises LimitRefused with all that is wrong."""
    wrong = []
    try:
        _, multiple = minor_units(currency)
    except UnknownCurrency:
        multiple = 1
        wrong.append(f"{currency.upper() or 'Nothing'} is no currency that Stripe knows.")
    if currency != currency.lower():
        wrong.append("Write the currency in lower case.")
    if limit.per_charge_minor < 0 or limit.per_day_minor < 0:
        wrong.append("A limit is not below 0.")
    if limit.per_charge_minor % multiple or limit.per_day_minor % multiple:
        wrong.append(f"{currency.upper()} cannot have an amount as fine as this.")
    if limit.per_day_minor < limit.per_charge_minor:
        wrong.append("The limit of a day is not below that of a charge.")
    if not 1 <= limit.window_days <= _LONGEST_WINDOW_DAYS:
        wrong.append(f"A charge may be 1 to {_LONGEST_WINDOW_DAYS} days old.")
    if wrong:
        raise LimitRefused(wrong)


@dataclass(frozen=True, slots=True)
class Terms:
    """What is chosen beside the amount, as it came from a form."""

    reason: str
    credit_reason: str
    note: str
    access: str
    confirms_block: bool = False


def check_terms(terms: Terms, *, has_invoice: bool, has_plan: bool) -> None:
    """Raises InvalidInput, naming the field."""
    if terms.reason not in set(RefundReason):
        raise InvalidInput("Please choose a reason.", field="reason")
    if has_invoice and terms.credit_reason not in set(CreditReason):
        raise InvalidInput("Please choose what the credit note says.", field="credit_reason")
    if not terms.note.strip() or len(terms.note) > LONGEST_NOTE:
        raise InvalidInput(f"Please give a note of at most {LONGEST_NOTE} characters.", field="note")
    if terms.access not in set(AccessChoice):
        raise InvalidInput("Please choose what becomes of the plan.", field="access")
    if terms.access != AccessChoice.KEEP and not has_plan:
        raise InvalidInput("No running plan hangs on this charge, so that none can end.", field="access")
    if (terms.reason == RefundReason.FRAUDULENT) != terms.confirms_block:
        raise InvalidInput(
            "“Fraudulent” puts card and e-mail on Stripe's block lists: confirm it, or choose another reason.",
            field="confirms_block",
        )
