"""Tells what will happen to an organization's billing if nobody does anything; what is charged is Stripe's to say."""

from dataclasses import replace
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Q

from accounts.models import Organization
from billing.models import Discount, Invoice, LocalTrial, Price, SubscriptionSchedule
from billing.money import Money
from billing.rules.entitlement import Access
from billing.rules.pause import REMIND_BEFORE as REMIND_OF_PAUSE
from billing.rules.payment_method import card_ends_at
from billing.rules.trial import REMIND_BEFORE
from billing.selectors.contract import Contract, Situation
from billing.selectors.happenings import Happening
from billing.selectors.payment_failure import CardName, PaymentFailure
from billing.selectors.timeline import Entry
from billing.terms import AccessReason, InvoiceStatus, MissingCardPolicy, ScheduleStatus

_SHOW_CARD_END_BEFORE = timedelta(days=62)
_RENEWS = (Situation.TRIAL, Situation.ACTIVE)


def coming_entries(
    contract: Contract | None,
    *,
    organization: Organization,
    failure: PaymentFailure | None,
    card: CardName | None,
    lacks_card: bool,
    access: Access,
    local_trial: LocalTrial | None,
    now: datetime,
) -> tuple[Entry, ...]:
    """What comes after `now` (business time), the latest first, as the timeline shows it. Four queries at most."""
    if contract is None:
        entries = _of_local_trial(local_trial)
    elif lacks_card and contract.situation == Situation.TRIAL:
        entries = _of_trial_without_card(contract)
    elif contract.situation in _RENEWS:
        changes = _of_change(contract)
        entries = [*changes, *_of_renewal(contract, card=card, changes=changes)]
    elif contract.situation == Situation.CANCELLING:
        entries = _of_end(contract)
    elif contract.situation == Situation.PAUSED:
        entries = _of_pause(contract, card=card)
    else:
        entries = _of_failure(contract, failure=failure, card=card, access=access)
    entries += _of_due_invoices(organization)
    if contract is not None and contract.is_live:
        entries += [*_of_discounts(contract), *_of_card(contract, card=card, now=now)]
    coming = [entry for entry in entries if entry.at > now]
    return tuple(replace(entry, tone="next") for entry in sorted(coming, key=lambda entry: entry.at, reverse=True))


def _of_renewal(contract: Contract, *, card: CardName | None, changes: list[Entry]) -> list[Entry]:
    """The next charge; where another plan begins with it, the charge is that one's."""
    at = contract.row.trial_end if contract.is_trial else contract.row.current_period_end
    if at is None:
        return []
    planned = next((change.amount for change in changes if change.at == at), None)
    amount = planned + contract.pooled if planned and contract.pooled else planned or contract.next_charge
    charge = Entry(Happening.WILL_CHARGE, at, plan_name=contract.plan_name, amount=amount, card=card)
    if contract.row.terms_days is not None:
        charge = replace(charge, happening=Happening.WILL_INVOICE, card=None)
    if not contract.is_trial:
        return [charge]
    return [charge, Entry(Happening.WILL_REMIND, at - REMIND_BEFORE, plan_name=contract.plan_name)]


def _of_trial_without_card(contract: Contract) -> list[Entry]:
    """Nothing will be charged: the plan ends, or is paused, which its own entry tells then."""
    at = contract.row.trial_end
    if at is None:
        return []
    remind = Entry(Happening.WILL_REMIND, at - REMIND_BEFORE, plan_name=contract.plan_name)
    if contract.row.missing_card_policy == MissingCardPolicy.PAUSE:
        return [remind]
    return [Entry(Happening.WILL_END, at, plan_name=contract.plan_name), remind]


def _of_end(contract: Contract) -> list[Entry]:
    at = contract.row.cancel_at
    return [Entry(Happening.WILL_END, at, plan_name=contract.plan_name)] if at else []


def _of_pause(contract: Contract, *, card: CardName | None) -> list[Entry]:
    """A pause of ours ends by itself with a charge, unless the plan ends before that."""
    row, name = contract.row, contract.plan_name
    entries = []
    if row.paused_paid_until is not None:
        entries.append(Entry(Happening.WILL_PAUSE, row.paused_paid_until, plan_name=name))
    if row.cancel_at is not None:
        entries.append(Entry(Happening.WILL_END, row.cancel_at, plan_name=name))
    elif row.resumes_at is not None:
        resumes = Entry(Happening.WILL_RESUME, row.resumes_at, plan_name=name, amount=contract.price, card=card)
        entries += [resumes, Entry(Happening.WILL_REMIND, row.resumes_at - REMIND_OF_PAUSE, plan_name=name)]
    return entries


def _of_failure(
    contract: Contract, *, failure: PaymentFailure | None, card: CardName | None, access: Access
) -> list[Entry]:
    entries, name = [], contract.plan_name
    if access.reason == AccessReason.GRACE and access.read_only_at is not None:
        entries.append(Entry(Happening.ACCESS_WILL_BE_READ_ONLY, access.read_only_at, plan_name=name))
    if access.reason == AccessReason.GRACE and access.until is not None:
        entries.append(Entry(Happening.ACCESS_WILL_END, access.until, plan_name=name))
    if failure is not None and failure.next_try_at is not None:
        entries.append(Entry(Happening.WILL_RETRY, failure.next_try_at, amount=failure.amount, card=card))
    return _of_deadline(entries, contract, failure=failure)


def _of_deadline(entries: list[Entry], contract: Contract, *, failure: PaymentFailure | None) -> list[Entry]:
    """The end for want of payment, its notice before it; an end of access at that moment needs no word of its own."""
    pursuit, name = failure.pursuit if failure else None, contract.plan_name
    if pursuit is None or not pursuit.is_cancelled_then:
        return entries
    ends_at = pursuit.deadline_at
    entries = [one for one in entries if (one.happening, one.at) != (Happening.ACCESS_WILL_END, ends_at)]
    entries.append(Entry(Happening.WILL_END_UNPAID, ends_at, plan_name=name))
    if pursuit.last_notice_at is not None:
        entries.append(Entry(Happening.WILL_REMIND, pursuit.last_notice_at, plan_name=name))
    return entries


def _of_local_trial(trial: LocalTrial | None) -> list[Entry]:
    if trial is None or trial.ended_at is not None:
        return []
    name = trial.plan.name
    return [
        Entry(Happening.LOCAL_TRIAL_WILL_END, trial.ends_at, plan_name=name),
        Entry(Happening.WILL_REMIND, trial.ends_at - REMIND_BEFORE, plan_name=name),
    ]


def _of_due_invoices(organization: Organization) -> list[Entry]:
    """Open invoices that were sent with a day by which they are to be paid."""
    rows = Invoice.objects.filter(
        organization=organization,
        livemode=settings.STRIPE_LIVE_MODE,
        status=InvoiceStatus.OPEN.value,
        due_at__isnull=False,
        is_deleted=False,
    )
    return [
        Entry(
            Happening.INVOICE_WILL_BE_DUE,
            row.due_at,
            amount=Money(row.amount_remaining_minor, row.currency),
            invoice_number=row.number,
        )
        for row in rows
        if row.due_at is not None
    ]


def _of_change(contract: Contract) -> list[Entry]:
    """The price that a schedule at Stripe has for the time after the present phase."""
    schedule = SubscriptionSchedule.objects.filter(
        stripe_schedule_id=contract.row.stripe_schedule_id or "-", status=ScheduleStatus.ACTIVE.value
    ).first()
    if schedule is None or schedule.current_phase_end is None:
        return []
    price = Price.objects.filter(stripe_price_id=schedule.next_stripe_price_id or "-").select_related("plan").first()
    is_same = schedule.next_stripe_price_id == contract.row.stripe_price_id
    if price is None or (is_same and schedule.next_quantity in (None, contract.row.quantity)):
        return []
    amount = Money(price.amount_minor * (schedule.next_quantity or contract.row.quantity), price.currency)
    return [Entry(Happening.WILL_CHANGE, schedule.current_phase_end, plan_name=price.plan.name, amount=amount)]


def _of_discounts(contract: Contract) -> list[Entry]:
    row = contract.row
    owned = Q(stripe_subscription_id=row.stripe_subscription_id) | Q(
        stripe_customer_id=row.stripe_customer_id, stripe_subscription_id=""
    )
    ends = Discount.objects.filter(owned, is_removed=False, ends_at__isnull=False).values_list("ends_at", flat=True)
    return [Entry(Happening.DISCOUNT_WILL_END, at) for at in sorted({at for at in ends if at is not None})]


def _of_card(contract: Contract, *, card: CardName | None, now: datetime) -> list[Entry]:
    """A card is good until its month is over; that is news when it comes soon, or before the next charge."""
    if card is None or not card.exp_month or not card.exp_year:
        return []
    expires_at = card_ends_at(year=card.exp_year, month=card.exp_month)
    renews_at = contract.row.current_period_end or now
    if expires_at > max(now + _SHOW_CARD_END_BEFORE, renews_at):
        return []
    return [Entry(Happening.CARD_WILL_EXPIRE, expires_at, card=card)]
