"""Reactions: a payment failed, or the bank wants its holder; the invoice gets its case, the case its next step."""

from datetime import datetime

from django.conf import settings

from billing import casework
from billing.errors import NotYet
from billing.models import (
    ChargeAttempt,
    DunningCase,
    DunningPolicy,
    Invoice,
    Subscription,
    Transition,
)
from billing.rules.dunning.facts import Decline
from billing.selectors.change_outcome import is_change_invoice, is_of_unsettled_change
from billing.selectors.collector import collector_now
from billing.selectors.dunning import country_of, decline_of, is_disputed, policy_of
from billing.selectors.dunning_policy import policy_for
from billing.terms import (
    IN_FLIGHT_ATTEMPT_STATES,
    AttemptState,
    Authentication,
    CaseState,
    Collector,
    InvoiceStatus,
    ObjectKind,
    SubscriptionStatus,
)

_NO_CASE_REASONS = ("subscription_create", "manual")
_SENT = "send_invoice"
_NO_CHARGE = "no_charge"
_ASKS_CUSTOMER = "authentication_required"


def open_dunning_case(transition: Transition, *, now: datetime) -> None:
    """Take one failed payment into the case of its invoice, which it opens if there is none. `now` is business time.

    No case: a first invoice, a change that a person is making, an invoice that is sent, one with a dispute on its
    subscription (O8, O9, state table). Safe to repeat. Raises NotYet while a row is missing, or a try of ours is in
    flight whose own answer will say whether this is it.
    """
    invoice_id, charge = _cause(transition)
    if not invoice_id:
        return
    # Who is to open the case and who is to add to it meet here, as there is no row of the case to lock yet.
    rows = Invoice.objects.select_for_update(of=("self",)).select_related("organization")
    invoice = rows.filter(stripe_invoice_id=invoice_id).first()
    if invoice is None or invoice.status == InvoiceStatus.DRAFT:
        raise NotYet()
    case = DunningCase.objects.select_for_update().filter(stripe_invoice_id=invoice_id).first()
    is_new = case is None
    failed_at = charge.created_at if charge else transition.business_at
    case = case or _open(invoice, failed_at=failed_at, now=now)
    if case is None or (charge is not None and _is_settled(case, charge)):
        return
    if charge is not None:
        _give_way(case, now=now)
        _date_back(case, failed_at)
        casework.take_in(case, decline_of(charge), charge=charge, at=failed_at, now=now)
    elif transition.kind == ObjectKind.INVOICE:
        _give_way(case, now=now)
        asked = Decline(code=_ASKS_CUSTOMER, asks_customer=True)
        casework.take_in(case, asked, charge=None, at=failed_at, now=now)
    elif is_new:
        casework.ask_customer(case, why=_NO_CHARGE, at=now)
    _mind_other_collector(case, invoice, now=now)


def _cause(transition: Transition) -> tuple[str, ChargeAttempt | None]:
    if transition.kind == ObjectKind.CHARGE:
        charge = ChargeAttempt.objects.get(stripe_charge_id=transition.stripe_id)
        return charge.stripe_invoice_id, charge
    if transition.kind == ObjectKind.INVOICE:
        invoice = Invoice.objects.get(stripe_invoice_id=transition.stripe_id)
        asks = invoice.status == InvoiceStatus.OPEN and invoice.authentication == Authentication.REQUIRED
        return (invoice.stripe_invoice_id if asks else ""), None
    subscription = Subscription.objects.get(stripe_subscription_id=transition.stripe_id)
    is_past_due = subscription.status == SubscriptionStatus.PAST_DUE
    return (subscription.stripe_latest_invoice_id if is_past_due else ""), None


def _open(invoice: Invoice, *, failed_at: datetime, now: datetime) -> DunningCase | None:
    """A new case, or None where there is nothing to pursue."""
    if invoice.organization is None or not _is_pursued(invoice):
        return None
    subscription = Subscription.objects.filter(stripe_subscription_id=invoice.stripe_subscription_id).first()
    if subscription is None:
        raise NotYet()
    if subscription.ended_at is not None or is_disputed(invoice.stripe_subscription_id):
        return None
    policy = policy_for(invoice, subscription, now=now)
    case = DunningCase(
        organization=invoice.organization,
        livemode=settings.STRIPE_LIVE_MODE,
        stripe_invoice_id=invoice.stripe_invoice_id,
        stripe_subscription_id=invoice.stripe_subscription_id,
        policy=policy,
        collector=collector_now().value,
        amount_minor=invoice.amount_remaining_minor,
        currency=invoice.currency,
        time_zone=invoice.organization.time_zone or settings.DEFAULT_TIME_ZONE,
        is_time_zone_guessed=not invoice.organization.time_zone,
        country=country_of(invoice.stripe_customer_id),
        opened_at=failed_at,
        last_try_at=failed_at,
    )
    _set_days(case, policy)
    case.state, case.waits_for = CaseState.AWAITING_CUSTOMER.value, _NO_CHARGE
    case.save()
    casework.note(case, "opened", at=failed_at, policy=str(policy), collector=case.collector)
    return case


def _set_days(case: DunningCase, row: DunningPolicy) -> None:
    case.policy = row
    policy = policy_of(case)
    case.deadline_at = case.opened_at + policy.deadline
    case.access_closes_at = case.opened_at + policy.access.closed_after
    read_only_after = policy.access.read_only_after
    case.read_only_at = None if read_only_after is None else case.opened_at + read_only_after


def _is_pursued(invoice: Invoice) -> bool:
    """Raises NotYet while an answer is outstanding that says whether the invoice only holds a change back."""
    if invoice.status != InvoiceStatus.OPEN or invoice.collection_method == _SENT:
        return False
    if invoice.billing_reason in _NO_CASE_REASONS or not invoice.stripe_subscription_id:
        return False
    if is_change_invoice(invoice.stripe_invoice_id):
        return False
    if is_of_unsettled_change(invoice):
        raise NotYet()
    return True


def _date_back(case: DunningCase, failed_at: datetime) -> None:
    """The days count from the first failure, also where other news opened the case, which only say "by now"."""
    if failed_at < case.opened_at and case.last_notice_at is None:
        casework.put_deadline_off(case, failed_at - case.opened_at, moves_access=True, now=failed_at)
        case.opened_at = failed_at


def _is_settled(case: DunningCase, charge: ChargeAttempt) -> bool:
    """Whether this charge is a try of ours whose answer was taken in already."""
    return case.attempts.filter(stripe_charge_id=charge.stripe_charge_id).exists()


def _give_way(case: DunningCase, *, now: datetime) -> None:
    """A try of ours that is only planned yields to the news. Raises NotYet for one that Stripe may have heard of."""
    flying = case.attempts.filter(state__in=[state.value for state in IN_FLIGHT_ATTEMPT_STATES])
    if flying.exclude(state=AttemptState.PLANNED).exists():
        raise NotYet()
    skipped = flying.update(state=AttemptState.SKIPPED.value, failure="another try failed", ended_at=now)
    if skipped:
        case.state, case.waits_for = CaseState.AWAITING_CUSTOMER.value, _NO_CHARGE


def _mind_other_collector(case: DunningCase, invoice: Invoice, *, now: datetime) -> None:
    """Stripe may have begun to retry, or even given up, before we saw the first failure."""
    if case.collector == Collector.OWN and invoice.next_payment_attempt_at is not None:
        casework.enter_conflict(case, why="a next payment attempt is planned at Stripe", at=now)
    subscription = Subscription.objects.get(stripe_subscription_id=case.stripe_subscription_id)
    if subscription.status == SubscriptionStatus.UNPAID:
        casework.meet_unpaid(case, at=now)
