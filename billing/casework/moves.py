"""Moves the case of an unpaid invoice from state to state, in the caller's transaction. It asks nobody.

Whoever calls holds the case's row locked (`locked`); all that belongs to one move is written with it, or nothing.
"""

from datetime import datetime
from typing import Any

from billing import audit, clock
from billing.casework import mails
from billing.casework.confirmation import doubt_confirmation
from billing.models import CardBlock, CaseEvent, ChargeAttempt, DunningAttempt, DunningCase, open_staff_task
from billing.models.access_record import record_case
from billing.rules.dunning.facts import AskCustomer, Close, Decline, RetryAt, Step, Verdict
from billing.rules.dunning.judge import judge
from billing.rules.dunning.steps import next_step
from billing.selectors.dunning import card_history, case_facts, charged_cards, decline_of, policy_of
from billing.terms import (
    OPEN_CASE_STATES,
    AttemptTrigger,
    BlockReach,
    CaseState,
    Collector,
)

# What the machine does by itself stands in the audit, too; what staff ask for has an entry of its own. Not why: the
# audit is in the customer's copy of all data, and who stole a card must not learn what its bank knows.
_ACTS = {
    "attempt_planned": "dunning_try_planned",
    "closing": "dunning_closing",
    "conflict": "dunning_conflict_found",
    **{state.value: f"dunning_{state.value}" for state in set(CaseState) - set(OPEN_CASE_STATES)},
}
_DEADLINE = "deadline"
_NOTHING_TO_CHARGE = ("no_card", "blocked")
OBSERVED = "observed"
"""Why a case waits while Stripe retries by itself."""


def locked(case_id: int) -> DunningCase:
    """The case as it is now, held until the transaction ends: whoever moves it meets here."""
    return DunningCase.objects.select_for_update().get(pk=case_id)


def note(case: DunningCase, kind: str, *, at: datetime, **details: Any) -> None:
    """Append to the case's story; `details` hold ids, codes and times, nothing personal. `at` is business time.

    What the case as it is in memory means for access is recorded with it.
    """
    CaseEvent.objects.create(case=case, kind=kind, at=at, details=details)
    if kind in _ACTS and details.get("trigger") != AttemptTrigger.STAFF:
        audit.record(
            _ACTS[kind],
            subject=str(case.uuid),
            organization=case.organization,
            actor=None,
            after={"state": str(case.state)},
            invoice=case.stripe_invoice_id,
            **{name: value for name, value in details.items() if name in ("attempt", "trigger")},
        )
    record_case(case, business_at=clock.recent_business_now())


def take_in(
    case: DunningCase, decline: Decline, *, charge: ChargeAttempt | None, at: datetime, now: datetime
) -> Step | None:
    """Judge one failed try and move the case to what follows. `at` is when it failed; both are business time.

    A case that is over, or held by a conflict, keeps its state: the try only stands in its story. What follows is
    decided by the newest failed try on the card that we would charge, as `deciding_charge` has it.
    """
    verdict = judge(decline)
    fingerprint = charge.card_fingerprint if charge else case.card_fingerprint
    _block(verdict, fingerprint=fingerprint, charge=charge)
    case.last_try_at = max(case.last_try_at, at)
    note(
        case,
        "declined",
        at=at,
        code=verdict.code,
        decline_class=verdict.decline_class.value,
        charge=charge.stripe_charge_id if charge else "",
    )
    _tell_staff(case, verdict)
    if not case.is_open or case.state in (CaseState.CONFLICT, CaseState.CLOSING):
        case.save()
        return None
    deciding = deciding_charge(case)
    if charge is not None and deciding is not None and deciding.pk != charge.pk:
        decline, fingerprint = decline_of(deciding), deciding.card_fingerprint
        verdict = judge(decline)
    is_same_card = fingerprint == case.card_fingerprint
    if case.decline_class != verdict.decline_class or not is_same_card:
        case.retries_of_class = 0
    case.decline_class, case.decline_code = verdict.decline_class.value, verdict.code
    case.card_fingerprint = fingerprint
    step = _step(case, verdict, brand=decline.card_brand, now=now)
    mails.after_decline(case, verdict, step, now=now)
    move(case, step, at=now)
    return step


def _step(case: DunningCase, verdict: Verdict, *, brand: str, now: datetime) -> Step:
    if case.collector == Collector.OBSERVE:
        return AskCustomer(OBSERVED)
    history = card_history(case.card_fingerprint, brand=brand, now=now)
    # What staff hold back is planned for the customer's hours, too, as if it were then.
    earliest = max(now, case.held_until or now)
    step = next_step(case_facts(case), verdict, history=history, policy=policy_of(case), now=earliest)
    if isinstance(step, Close) and step.why == _DEADLINE:
        # Nothing is ended without a last notice, which is made while the case waits (`end_dunning`).
        return AskCustomer(_DEADLINE)
    return step


def plan_again(case: DunningCase, *, now: datetime, why: str) -> Step:
    """What follows a try that was not sent, and `why`: the last decline is judged anew with what is known now.

    A case without a decline (nothing was charged, for want of a card), or whose card is not to be charged any more,
    waits for the customer.
    """
    charge = deciding_charge(case)
    if charge is None or why in _NOTHING_TO_CHARGE:
        step: Step = AskCustomer(why)
    else:
        case.card_fingerprint = charge.card_fingerprint
        verdict = judge(decline_of(charge))
        step = _step(case, verdict, brand=charge.card_brand, now=now)
    mails.without_decline(case, step, now=now)
    move(case, step, at=now)
    return step


def deciding_charge(case: DunningCase) -> ChargeAttempt | None:
    """The newest failed try on the card that we would charge; on any card, where that one was not tried yet.

    News may come in any order, and the customer may try other cards on Stripe's page.
    """
    failed = ChargeAttempt.objects.filter(stripe_invoice_id=case.stripe_invoice_id, status="failed")
    failed = failed.order_by("-created_at", "-pk")
    card = charged_cards([case.stripe_subscription_id]).get(case.stripe_subscription_id)
    on_card = failed.filter(card_fingerprint=card.card_fingerprint).first() if card else None
    return on_card or failed.first()


def move(case: DunningCase, step: Step, *, at: datetime) -> None:
    """Put the case where the decision says, with its story."""
    case.waits_for, case.due_at = "", None
    match step:
        case RetryAt():
            case.state, case.due_at = CaseState.WAITING.value, max(step.at, case.held_until or step.at)
            note(case, "retry_planned", at=at, due_at=case.due_at.isoformat())
        case AskCustomer():
            case.state, case.waits_for = CaseState.AWAITING_CUSTOMER.value, step.why
            note(case, "customer_needed", at=at, why=step.why)
        case Close():
            case.state, case.end_reason = CaseState.CLOSING.value, step.why
            note(case, "closing", at=at, why=step.why)
    case.save()


def ask_customer(case: DunningCase, *, why: str, at: datetime) -> None:
    """Nothing was declined, and there is nothing more to try."""
    mails.without_decline(case, AskCustomer(why), now=at)
    move(case, AskCustomer(why), at=at)


def close(case: DunningCase, *, why: str, at: datetime) -> None:
    """To its final action."""
    move(case, Close(why), at=at)


def start_attempt(case: DunningCase, attempt: DunningAttempt, *, at: datetime) -> None:
    """Record a try before Stripe hears of it. The database refuses a second one in flight."""
    attempt.save(force_insert=True)
    case.state, case.due_at, case.waits_for = CaseState.ATTEMPTING.value, None, ""
    note(case, "attempt_planned", at=at, attempt=str(attempt.uuid), trigger=attempt.trigger)
    case.save()


def end(case: DunningCase, state: CaseState, *, reason: str, at: datetime) -> bool:
    """Close a case that is open; True if it was. What is in flight goes on and is settled by its own answer."""
    if not case.is_open:
        return False
    case.state, case.due_at, case.waits_for = state.value, None, ""
    case.end_reason, case.ended_at = reason[:40], at
    if state != CaseState.LOST:
        mails.take_back(case)
    note(case, state.value, at=at, why=reason)
    case.save()
    return True


def enter_conflict(case: DunningCase, *, why: str, at: datetime) -> None:
    """Somebody else collects this invoice, too: nothing of ours is sent until a person has looked (rule O3, D18).

    What was confirmed of the account is taken back, so that no further case is opened as ours.
    """
    if not case.is_open or case.state == CaseState.CONFLICT:
        return
    case.state, case.due_at, case.waits_for = CaseState.CONFLICT.value, None, ""
    note(case, "conflict", at=at, why=why)
    case.save()
    doubt_confirmation(f"{case.stripe_invoice_id}: {why}")
    open_staff_task(
        "dunning_conflict",
        about=f"{case.stripe_invoice_id}:{at:%Y-%m-%d}",  # One that comes back is news.
        organization_id=case.organization_id,
        summary=f"Stripe retries {case.stripe_invoice_id} by itself, so our own tries stopped: {why}",
    )


def meet_unpaid(case: DunningCase, *, at: datetime) -> None:
    """Stripe has given the subscription up as `unpaid`: where it collects the case is lost, else it is a conflict."""
    if case.collector == Collector.OBSERVE:
        end(case, CaseState.LOST, reason="unpaid_at_stripe", at=at)
    else:
        enter_conflict(case, why="Stripe made its subscription unpaid", at=at)


def _block(verdict: Verdict, *, fingerprint: str, charge: ChargeAttempt | None) -> None:
    if verdict.block is None or not fingerprint:
        return
    CardBlock.objects.get_or_create(
        card_fingerprint=fingerprint,
        reach=BlockReach(verdict.block).value,
        defaults={"reason": verdict.code, "stripe_charge_id": charge.stripe_charge_id if charge else ""},
    )


def _tell_staff(case: DunningCase, verdict: Verdict) -> None:
    if not verdict.alerts_staff and verdict.is_known:
        return
    open_staff_task(
        "dunning_decline",
        about=f"{case.stripe_invoice_id}:{verdict.code}",
        organization_id=case.organization_id,
        summary=f"A payment of {case.stripe_invoice_id} failed with a code to look at: {verdict.code}",
    )
