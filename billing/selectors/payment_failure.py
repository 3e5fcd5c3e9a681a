"""Tells which payment did not go through, why, and how to pay it; it must not decide when it is tried again."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from billing.models import ChargeAttempt, DunningCase, Invoice, Subscription
from billing.money import Money
from billing.rules.dunning.judge import judge
from billing.rules.dunning.messages import hides_reason
from billing.selectors.change_outcome import change_invoice_ids
from billing.selectors.dunning import decline_of
from billing.selectors.pursuit import Pursuit, message_key_of, pursuit_of
from billing.terms import Authentication, ChargeStatus, InvoiceStatus


class DeclineCause(StrEnum):
    """What a person can do something about. All reasons that nobody may learn share one, so the words tell no thief.

    `passing` needs nobody, `ours` nobody but us.
    """

    FUNDS = "funds"
    EXPIRED = "expired"
    CONFIRM = "confirm"
    FIX = "fix"
    UNSUPPORTED = "unsupported"
    PASSING = "passing"
    OURS = "ours"
    GENERAL = "general"


_CAUSES = {
    "funds": DeclineCause.FUNDS,
    "expired": DeclineCause.EXPIRED,
    "auth": DeclineCause.CONFIRM,
    "fix": DeclineCause.FIX,
    "unsupported": DeclineCause.UNSUPPORTED,
    "retrying": DeclineCause.PASSING,
    "internal": DeclineCause.OURS,
}


@dataclass(frozen=True, slots=True)
class CardName:
    """A card as its owner knows it."""

    brand: str
    last4: str
    exp_month: int | None = None
    exp_year: int | None = None


@dataclass(frozen=True, slots=True)
class PaymentFailure:
    """An open invoice that was tried in vain. Times are UTC; the newest try stands first in `failed_at`.

    `pursuit` says how it goes on, None for an invoice without a case, such as a first one.
    """

    amount: Money
    cause: DeclineCause
    card: CardName | None
    pay_url: str
    stripe_invoice_id: str
    invoice_number: str
    next_try_at: datetime | None
    failed_at: tuple[datetime, ...]
    opened_at: datetime | None = None
    pursuit: Pursuit | None = None


def decline_cause(charge: ChargeAttempt | None) -> DeclineCause:
    """The cause in our words, from what bank, network and Stripe say: the hardest counts."""
    return (
        _CAUSES.get(judge(decline_of(charge)).message_key, DeclineCause.GENERAL) if charge else DeclineCause.GENERAL
    )


def card_of(charge: ChargeAttempt | None) -> CardName | None:
    """The card that a charge was tried with, if it was one."""
    return CardName(charge.card_brand, charge.card_last4) if charge and charge.card_last4 else None


def payment_failure(subscription: Subscription, *, now: datetime) -> PaymentFailure | None:
    """The oldest open invoice of this subscription that failed, or None; `now` is business time. Four queries.

    One that only holds a change of plan back is not owed, and none of them.
    """
    invoice = (
        Invoice.objects.filter(
            stripe_subscription_id=subscription.stripe_subscription_id,
            status=InvoiceStatus.OPEN.value,
            has_been_attempted=True,
            is_deleted=False,
        )
        .exclude(stripe_invoice_id__in=change_invoice_ids())
        .order_by("created_at")
        .first()
    )
    if invoice is None:
        return None
    failed = list(
        ChargeAttempt.objects.filter(
            stripe_invoice_id=invoice.stripe_invoice_id, status=ChargeStatus.FAILED.value
        ).order_by("-created_at")
    )
    last = failed[0] if failed else None
    is_asked = invoice.authentication == Authentication.REQUIRED.value
    case = DunningCase.objects.filter(stripe_invoice_id=invoice.stripe_invoice_id, ended_at=None).first()
    pursuit = pursuit_of(case, invoice, message_key=message_key_of(last, invoice), now=now) if case else None
    return PaymentFailure(
        amount=Money(invoice.amount_remaining_minor, invoice.currency),
        cause=DeclineCause.CONFIRM if is_asked else decline_cause(last),
        card=card_of(last),
        pay_url=invoice.hosted_invoice_url,
        stripe_invoice_id=invoice.stripe_invoice_id,
        invoice_number=invoice.number,
        next_try_at=pursuit.next_try_at if pursuit else _announced_try(invoice, last),
        failed_at=tuple(charge.created_at for charge in failed),
        opened_at=case.opened_at if case else None,
        pursuit=pursuit,
    )


def _announced_try(invoice: Invoice, charge: ChargeAttempt | None) -> datetime | None:
    """When Stripe tries an invoice without a case again, unless that would tell why it failed."""
    return None if hides_reason(message_key_of(charge, invoice)) else invoice.next_payment_attempt_at
