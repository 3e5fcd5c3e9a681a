"""Use case: cases whose moment has come get a try that is recorded, and not yet sent; nobody is asked here."""

from datetime import datetime

from django.db import connection, transaction
from django.db.models import Max

from billing import casework
from billing.models import CaseEvent, DunningAttempt, DunningCase, PaymentMethod
from billing.rules.dunning.facts import CardHistory, Verdict
from billing.rules.dunning.steps import may_send
from billing.selectors.dunning import card_histories, case_facts, charged_cards, last_verdicts, policy_of
from billing.terms import AttemptTrigger, CaseState

BATCH = 200
_NO_CARD = "no_card"


def claim_due_cases(now: datetime, *, limit: int = BATCH) -> int:
    """Plan a try for each case that is due at `now` (business time). Returns how many cases were looked at.

    One batch in one transaction. Two that claim at once take different cases. However long nobody looked, a case gets
    one try, and its answer a new plan: never a burst. Safe to repeat.
    """
    with transaction.atomic():
        cases = _due(now, limit=limit)
        cards = charged_cards([case.stripe_subscription_id for case in cases])
        histories = card_histories(((card.card_fingerprint, card.card_brand) for card in cards.values()), now=now)
        numbers, verdicts = _last_numbers(cases), last_verdicts(cases)
        to_try = []
        for case in cases:
            card = cards.get(case.stripe_subscription_id)
            history = histories.get(card.card_fingerprint) if card else None
            verdict = verdicts.get((case.pk, card.card_fingerprint)) if card else None
            refusal = _refusal(case, card, verdict=verdict, history=history, now=now)
            if refusal or card is None:
                _put_off(case, refusal, now=now)
            else:
                to_try.append(_attempt(case, card, seq=numbers.get(case.pk, 0) + 1, now=now))
        _record(to_try, now=now)
    return len(cases)


def _due(now: datetime, *, limit: int) -> list[DunningCase]:
    rows = DunningCase.objects.select_for_update(skip_locked=connection.features.has_select_for_update_skip_locked)
    return list(rows.filter(state=CaseState.WAITING.value, due_at__lte=now).order_by("due_at")[:limit])


def _last_numbers(cases: list[DunningCase]) -> dict[int, int]:
    rows = DunningAttempt.objects.filter(case__in=cases).values("case").annotate(last=Max("seq"))
    return {row["case"]: row["last"] for row in rows}


def _refusal(
    case: DunningCase,
    card: PaymentMethod | None,
    *,
    verdict: Verdict | None,
    history: CardHistory | None,
    now: datetime,
) -> str:
    """A stable word for why this case is not tried now, empty where it is."""
    if card is None:
        return _NO_CARD
    return may_send(
        case_facts(case),
        verdict=verdict,
        trigger=AttemptTrigger.SCHEDULE,
        history=history or CardHistory(card.card_brand),
        policy=policy_of(case),
        now=now,
    )


def _put_off(case: DunningCase, refusal: str, *, now: datetime) -> None:
    casework.plan_again(case, now=now, why=refusal)


def _attempt(case: DunningCase, card: PaymentMethod, *, seq: int, now: datetime) -> DunningAttempt:
    return DunningAttempt(
        case=case,
        seq=seq,
        trigger=AttemptTrigger.SCHEDULE.value,
        stripe_payment_method_id=card.stripe_payment_method_id,
        card_fingerprint=card.card_fingerprint,
        amount_minor=case.amount_minor,
        currency=case.currency,
        planned_at=now,
    )


def _record(attempts: list[DunningAttempt], *, now: datetime) -> None:
    """As `casework.start_attempt` for many, in three statements."""
    DunningAttempt.objects.bulk_create(attempts)
    DunningCase.objects.filter(pk__in=[attempt.case.pk for attempt in attempts]).update(
        state=CaseState.ATTEMPTING.value, due_at=None, waits_for=""
    )
    CaseEvent.objects.bulk_create(
        CaseEvent(
            case=attempt.case,
            kind="attempt_planned",
            at=now,
            details={"attempt": str(attempt.uuid), "trigger": attempt.trigger},
        )
        for attempt in attempts
    )
