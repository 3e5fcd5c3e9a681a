"""Reactions: what Stripe, a bank or the customer did to an unpaid invoice; its case follows, and asks nobody."""

from datetime import datetime

from django.db.models import Max, QuerySet

from billing import casework
from billing.errors import NotYet
from billing.models import (
    ChargeAttempt,
    Customer,
    Dispute,
    DunningAttempt,
    DunningCase,
    Invoice,
    PaymentMethod,
    Subscription,
    Transition,
    open_staff_task,
)
from billing.rules.dunning.steps import may_send
from billing.selectors.dunning import (
    card_history,
    case_facts,
    charged_cards,
    count_customer_retries,
    policy_of,
    verdict_of,
)
from billing.terms import (
    OPEN_CASE_STATES,
    STOPPED_BY_DISPUTE,
    AttemptTrigger,
    CaseState,
    ChargeStatus,
    Collector,
    InvoiceStatus,
    ObjectKind,
)

_OPEN = [state.value for state in OPEN_CASE_STATES]
_STOPPED_BY = {
    InvoiceStatus.VOID.value: "invoice_void",
    InvoiceStatus.UNCOLLECTIBLE.value: "invoice_written_off",
    "deleted": "invoice_deleted",
}
_MAY_BE_TRIED = (CaseState.WAITING, CaseState.AWAITING_CUSTOMER)


def close_case_of_invoice(transition: Transition, *, now: datetime) -> None:
    """The invoice was paid, voided or written off: whatever was still planned is not sent. Safe to repeat."""
    case = DunningCase.objects.select_for_update().filter(stripe_invoice_id=transition.stripe_id).first()
    if case is None:
        return
    status = Invoice.objects.get(stripe_invoice_id=transition.stripe_id).status
    if status == InvoiceStatus.PAID:
        if not casework.end(case, CaseState.RECOVERED, reason="paid", at=now):
            _recover_late(case, now=now)
    elif transition.to_state in _STOPPED_BY:
        casework.end(case, CaseState.STOPPED, reason=_STOPPED_BY[transition.to_state], at=now)


def _recover_late(case: DunningCase, *, now: datetime) -> None:
    """Money came for what was given up: if the plan is over, a person decides what the customer gets for it."""
    if case.state != CaseState.LOST:
        return
    case.state, case.end_reason = CaseState.RECOVERED_LATE.value, "paid"
    casework.note(case, CaseState.RECOVERED_LATE.value, at=now)
    case.save()
    if not Subscription.objects.filter(
        stripe_subscription_id=case.stripe_subscription_id, ended_at__isnull=False
    ).exists():
        return
    open_staff_task(
        "late_payment",
        about=case.stripe_invoice_id,
        organization_id=case.organization_id,
        summary=f"{case.stripe_invoice_id} was paid after its plan had ended for it",
    )


def close_cases_of_subscription(transition: Transition, *, now: datetime) -> None:
    """The subscription is over: nothing of it is retried. Staff hear of it if Stripe ended it by itself (O3)."""
    was_ended_by_stripe = _was_ended_by_stripe(transition.stripe_id)
    for case in _open_cases(transition.stripe_id):
        if case.state == CaseState.CLOSING:
            casework.end(case, CaseState.LOST, reason=case.end_reason or "deadline", at=now)
        elif not was_ended_by_stripe:
            casework.end(case, CaseState.STOPPED, reason="subscription_ended", at=now)
        elif case.collector == Collector.OBSERVE:
            casework.end(case, CaseState.LOST, reason="ended_by_stripe", at=now)
        else:
            casework.end(case, CaseState.STOPPED, reason="ended_by_stripe", at=now)
            _alarm_own_end(case)


def _alarm_own_end(case: DunningCase) -> None:
    """Stripe's final action is on although we collect: what was confirmed of the account does not hold."""
    says = f"Stripe ended {case.stripe_subscription_id} for its failed payment, although we collect ourselves"
    casework.doubt_confirmation(says)
    open_staff_task(
        "dunning_conflict",
        about=case.stripe_subscription_id,
        organization_id=case.organization_id,
        summary=says,
    )


def _was_ended_by_stripe(stripe_subscription_id: str) -> bool:
    row = Subscription.objects.get(stripe_subscription_id=stripe_subscription_id)
    return row.cancellation_reason == "payment_failed"


def stop_for_dispute(transition: Transition, *, now: datetime) -> None:
    """The holder contests a charge of this subscription: no more tries, and a person looks at the open invoice.

    Safe to repeat. Raises NotYet while we do not know the charge, and so not whose it is.
    """
    charge = ChargeAttempt.objects.filter(stripe_charge_id=_charge_of(transition)).first()
    if charge is None:
        raise NotYet()
    invoices = Invoice.objects.filter(stripe_invoice_id=charge.stripe_invoice_id).exclude(stripe_subscription_id="")
    for subscription_id in set(invoices.values_list("stripe_subscription_id", flat=True)):
        for case in _open_cases(subscription_id):
            casework.end(case, CaseState.STOPPED, reason=STOPPED_BY_DISPUTE, at=now)
            open_staff_task(
                "dunning_dispute",
                about=case.stripe_invoice_id,
                organization_id=case.organization_id,
                summary=f"A dispute stopped the collection of {case.stripe_invoice_id}, which is still open",
            )


def _charge_of(transition: Transition) -> str:
    return Dispute.objects.get(stripe_dispute_id=transition.stripe_id).stripe_charge_id


def try_new_card(transition: Transition, *, now: datetime) -> None:
    """Another card, or new data of the same one: what is unpaid is tried at once, some times at most. Safe to repeat.

    Outside the policy's budget, inside every network's count. A card that is blocked, or was just tried in vain, is
    not tried again. Raises NotYet while a try on another card is in flight: this one comes after its answer.
    """
    trigger = AttemptTrigger.CARD_UPDATED if _is_update(transition) else AttemptTrigger.NEW_CARD
    for subscription_id in _subscriptions_behind(transition):
        card = charged_cards([subscription_id]).get(subscription_id)
        if card is None:
            continue
        for case in _open_cases(subscription_id):
            _try(case, card, trigger=trigger, now=now)


def _is_update(transition: Transition) -> bool:
    return transition.kind == ObjectKind.PAYMENT_METHOD


def _subscriptions_behind(transition: Transition) -> list[str]:
    if transition.kind == ObjectKind.SUBSCRIPTION:
        return [transition.stripe_id]
    customer_id = transition.stripe_id
    if transition.kind == ObjectKind.PAYMENT_METHOD:
        card = PaymentMethod.objects.filter(stripe_payment_method_id=transition.stripe_id).first()
        customer_id = card.stripe_customer_id if card else ""
    known = Customer.objects.filter(stripe_customer_id=customer_id or "-").exists()
    rows = Subscription.objects.filter(stripe_customer_id=customer_id, ended_at=None) if known else []
    return [row.stripe_subscription_id for row in rows]


def _try(case: DunningCase, card: PaymentMethod, *, trigger: AttemptTrigger, now: datetime) -> None:
    if case.collector != Collector.OWN:
        return
    if case.state == CaseState.ATTEMPTING and not _is_tried(case, card):
        raise NotYet()
    if case.state not in _MAY_BE_TRIED:
        return
    if trigger == AttemptTrigger.NEW_CARD and case.card_fingerprint == card.card_fingerprint != "":
        return
    if trigger == AttemptTrigger.NEW_CARD and _was_tried_last(case, card):
        casework.plan_again(case, now=now, why="tried_last")
        return
    refusal = may_send(
        case_facts(case, customer_retries=count_customer_retries(case)),
        verdict=verdict_of(case, fingerprint=card.card_fingerprint),
        trigger=trigger,
        history=card_history(card.card_fingerprint, brand=card.card_brand, now=now),
        policy=policy_of(case),
        now=now,
    )
    if refusal:
        casework.note(case, "new_card_not_tried", at=now, why=refusal)
        return
    attempt = DunningAttempt(
        case=case,
        seq=(case.attempts.aggregate(last=Max("seq"))["last"] or 0) + 1,
        trigger=trigger.value,
        stripe_payment_method_id=card.stripe_payment_method_id,
        card_fingerprint=card.card_fingerprint,
        amount_minor=case.amount_minor,
        currency=case.currency,
        planned_at=now,
    )
    casework.start_attempt(case, attempt, at=now)


def _was_tried_last(case: DunningCase, card: PaymentMethod) -> bool:
    """Whether the customer tried it in vain on Stripe's page, before it became the one that we charge."""
    failed = ChargeAttempt.objects.filter(stripe_invoice_id=case.stripe_invoice_id, status=ChargeStatus.FAILED.value)
    newest = failed.order_by("-created_at", "-pk").first()
    return newest is not None and newest.card_fingerprint == card.card_fingerprint != ""


def _is_tried(case: DunningCase, card: PaymentMethod) -> bool:
    """Whether the try that is in flight is one on this card."""
    newest = case.attempts.order_by("-seq").first()
    return newest is not None and newest.card_fingerprint == card.card_fingerprint


def _open_cases(stripe_subscription_id: str) -> QuerySet[DunningCase]:
    return (
        DunningCase.objects.select_for_update()
        .filter(stripe_subscription_id=stripe_subscription_id, state__in=_OPEN)
        .order_by("pk")
    )
