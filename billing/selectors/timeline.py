"""Tells what happened to an organization's billing, from the transitions and the objects that they name; no words."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.conf import settings

from accounts.models import Organization
from billing.models import ChargeAttempt, Invoice, LocalTrial, Transition
from billing.money import Money
from billing.selectors.payment_failure import CardName, DeclineCause, card_of, decline_cause
from billing.terms import ChargeStatus, InvoiceStatus, ObjectKind, SubscriptionStatus

LONGEST = 10


class Happening(StrEnum):
    """What an entry of the timeline says; the page has the words."""

    LOCAL_TRIAL_BEGAN = "local_trial_began"
    LOCAL_TRIAL_ENDED = "local_trial_ended"
    TRIAL_BEGAN = "trial_began"
    PLAN_BEGAN = "plan_began"
    PLAN_ENDED = "plan_ended"
    CANCELLED = "cancelled"
    CANCELLATION_UNDONE = "cancellation_undone"
    INVOICE_PAID = "invoice_paid"
    INVOICE_UNCOLLECTIBLE = "invoice_uncollectible"
    INVOICE_VOID = "invoice_void"
    PAYMENT_FAILED = "payment_failed"
    WILL_REMIND = "will_remind"
    WILL_CHARGE = "will_charge"
    WILL_RETRY = "will_retry"
    WILL_END = "will_end"
    LOCAL_TRIAL_WILL_END = "local_trial_will_end"
    ACCESS_WILL_END = "access_will_end"


_TONES = {
    Happening.PAYMENT_FAILED: "missed",
    Happening.INVOICE_UNCOLLECTIBLE: "missed",
    Happening.INVOICE_PAID: "done",
    Happening.PLAN_BEGAN: "done",
    Happening.TRIAL_BEGAN: "done",
    Happening.LOCAL_TRIAL_BEGAN: "done",
}
_SUBSCRIPTION_STATES = {
    SubscriptionStatus.TRIALING.value: Happening.TRIAL_BEGAN,
    SubscriptionStatus.ACTIVE.value: Happening.PLAN_BEGAN,
    SubscriptionStatus.CANCELED.value: Happening.PLAN_ENDED,
}
_INVOICE_STATES = {
    InvoiceStatus.PAID.value: Happening.INVOICE_PAID,
    InvoiceStatus.VOID.value: Happening.INVOICE_VOID,
    InvoiceStatus.UNCOLLECTIBLE.value: Happening.INVOICE_UNCOLLECTIBLE,
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the timeline; `at` is UTC, and what an entry does not speak of is empty."""

    happening: Happening
    at: datetime
    tone: str = ""
    plan_name: str = ""
    amount: Money | None = None
    card: CardName | None = None
    cause: DeclineCause | None = None
    invoice_number: str = ""
    invoice_url: str = ""


def past_entries(
    organization: Organization, *, plan_names: Mapping[str, str], local_trial: LocalTrial | None, now: datetime
) -> tuple[Entry, ...]:
    """What happened, newest first. `plan_names` are by subscription id (`sub_…`). Three queries."""
    transitions = list(
        Transition.objects.filter(
            organization=organization,
            livemode=settings.STRIPE_LIVE_MODE,
            is_baseline=False,
            kind__in=[ObjectKind.SUBSCRIPTION.value, ObjectKind.INVOICE.value, ObjectKind.CHARGE.value],
        ).order_by("-business_at", "-pk")[: 3 * LONGEST]
    )
    charges = _charges(transitions)
    invoices = _invoices(transitions, charges=charges)
    entries = [
        entry
        for row in transitions
        if not _only_follows_the_end(row, transitions=transitions)
        and (entry := _entry(row, plan_names=plan_names, invoices=invoices, charges=charges)) is not None
    ]
    entries += _local_trial_entries(local_trial, now=now)
    return tuple(sorted(entries, key=lambda entry: entry.at, reverse=True)[:LONGEST])


def _charges(transitions: list[Transition]) -> dict[str, ChargeAttempt]:
    ids = [row.stripe_id for row in transitions if row.kind == ObjectKind.CHARGE.value]
    return {row.stripe_charge_id: row for row in ChargeAttempt.objects.filter(stripe_charge_id__in=ids)}


def _invoices(transitions: list[Transition], *, charges: dict[str, ChargeAttempt]) -> dict[str, Invoice]:
    ids = {row.stripe_id for row in transitions if row.kind == ObjectKind.INVOICE.value}
    ids |= {charge.stripe_invoice_id for charge in charges.values()}
    return {row.stripe_invoice_id: row for row in Invoice.objects.filter(stripe_invoice_id__in=ids)}


def _entry(
    row: Transition,
    *,
    plan_names: Mapping[str, str],
    invoices: dict[str, Invoice],
    charges: dict[str, ChargeAttempt],
) -> Entry | None:
    if row.kind == ObjectKind.CHARGE.value:
        return _charge_entry(row, charge=charges.get(row.stripe_id), invoices=invoices)
    if row.kind == ObjectKind.INVOICE.value:
        return _invoice_entry(row, invoice=invoices.get(row.stripe_id))
    happening = _subscription_happening(row)
    if happening is None:
        return None
    plan_name = plan_names.get(row.stripe_id, "")
    return Entry(happening, row.business_at, tone=_TONES.get(happening, ""), plan_name=plan_name)


def _only_follows_the_end(row: Transition, *, transitions: list[Transition]) -> bool:
    """A plan that ended has no cancellation pending any more; nobody took it back."""
    return row.aspect == "cancellation" and any(
        other.stripe_id == row.stripe_id
        and other.business_at == row.business_at
        and other.to_state == SubscriptionStatus.CANCELED.value
        for other in transitions
    )


def _subscription_happening(row: Transition) -> Happening | None:
    """A plan that comes back from a late payment has not begun again: the payment's own entry says it."""
    if row.aspect == "cancellation":
        return Happening.CANCELLED if row.to_state == "scheduled" else Happening.CANCELLATION_UNDONE
    if row.aspect != "status":
        return None
    if row.to_state == SubscriptionStatus.ACTIVE.value and row.from_state not in (
        "",
        SubscriptionStatus.INCOMPLETE.value,
        SubscriptionStatus.TRIALING.value,
    ):
        return None
    return _SUBSCRIPTION_STATES.get(row.to_state)


def _invoice_entry(row: Transition, *, invoice: Invoice | None) -> Entry | None:
    """An invoice of nothing (a trial's first) is no news."""
    happening = _INVOICE_STATES.get(row.to_state) if row.aspect == "status" else None
    if happening is None or invoice is None or invoice.total_minor == 0:
        return None
    return Entry(
        happening,
        row.business_at,
        tone=_TONES.get(happening, ""),
        amount=Money(invoice.total_minor, invoice.currency),
        invoice_number=invoice.number,
        invoice_url=invoice.hosted_invoice_url,
    )


def _charge_entry(row: Transition, *, charge: ChargeAttempt | None, invoices: dict[str, Invoice]) -> Entry | None:
    """Only failures: a success is told by its invoice."""
    if charge is None or row.to_state != ChargeStatus.FAILED.value:
        return None
    invoice = invoices.get(charge.stripe_invoice_id)
    return Entry(
        Happening.PAYMENT_FAILED,
        charge.created_at,
        tone="missed",
        amount=Money(charge.amount_minor, charge.currency),
        card=card_of(charge),
        cause=decline_cause(charge),
        invoice_number=invoice.number if invoice else "",
        invoice_url=invoice.hosted_invoice_url if invoice else "",
    )


def _local_trial_entries(trial: LocalTrial | None, *, now: datetime) -> list[Entry]:
    """`trial.plan` should be loaded with the row."""
    if trial is None:
        return []
    name = trial.plan.name
    entries = [Entry(Happening.LOCAL_TRIAL_BEGAN, trial.started_at, tone="done", plan_name=name)]
    if trial.ended_at is None and trial.ends_at <= now:
        entries.append(Entry(Happening.LOCAL_TRIAL_ENDED, trial.ends_at, plan_name=name))
    return entries
