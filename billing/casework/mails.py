"""Notes on a case which mail is to be written about it and when, and takes back what must not be said any more.

The mail itself is written by the sweep, from what holds then. Nothing here is saved: the move that it belongs to is.
"""

from datetime import datetime

from billing import notices
from billing.models import DunningCase, Invoice
from billing.rules.dunning.facts import AskCustomer, Close, Step, Verdict
from billing.rules.dunning.messages import NO_MAIL, Message, message_after_decline, message_without_decline
from billing.selectors.dunning import policy_of
from billing.terms import CaseStep, Collector

_OF_FAILURES = (CaseStep.FAILED, CaseStep.CUSTOMER, CaseStep.LAST_NOTICE)


def notice_key(case: DunningCase, step: CaseStep, *, number: int = 1) -> str:
    """The outbox's key of this mail of the case, which makes it one; the last notice has one for each deadline."""
    return f"dunning:{case.uuid}:{step.value}{f':{number}' if number > 1 else ''}"


def last_notices(case: DunningCase) -> int:
    """How many were made so far: a second one only where staff moved the deadline after the first."""
    return case.events.filter(kind=CaseStep.LAST_NOTICE.value).count()


def after_decline(case: DunningCase, verdict: Verdict, step: Step, *, now: datetime) -> None:
    """A try was declined, and `step` follows. The policy may name other words, or none, for the verdict's."""
    if policy_of(case).messages.get(verdict.message_key, verdict.message_key) == NO_MAIL:
        return
    message = message_after_decline(
        verdict.message_key,
        delay=verdict.message_delay,
        why=_why(case, verdict, step),
        told=_told(case),
        is_first_failure=not case.events.filter(kind="declined")[1:].exists(),
    )
    _note(case, message, now=now)


def without_decline(case: DunningCase, step: Step, *, now: datetime) -> None:
    """Nothing was declined, and nothing more is tried."""
    if isinstance(step, AskCustomer):
        _note(case, message_without_decline(step.why, told=_told(case)), now=now)


def take_back(case: DunningCase) -> None:
    """It was paid, withdrawn, contested or cancelled: no mail about its failures goes out any more."""
    case.message_due_at = None
    again = [notice_key(case, CaseStep.LAST_NOTICE, number=number) for number in range(2, last_notices(case) + 1)]
    notices.withdraw([*(notice_key(case, step) for step in _OF_FAILURES), *again])


def _why(case: DunningCase, verdict: Verdict, step: Step) -> str:
    """Why only the customer can go on, empty while somebody tries again: we, or Stripe on a case that we watch."""
    if case.collector == Collector.OBSERVE:
        planned = Invoice.objects.filter(stripe_invoice_id=case.stripe_invoice_id).exclude(
            next_payment_attempt_at=None
        )
        return "" if planned.exists() else "observed" if verdict.may_retry else "needs_customer"
    return step.why if isinstance(step, AskCustomer | Close) else ""


def _told(case: DunningCase) -> str:
    """The newest mail that is written, empty before the first."""
    if case.message_due_at is None:
        return case.message_step
    return CaseStep.FAILED.value if case.message_step == CaseStep.CUSTOMER else ""


def _note(case: DunningCase, message: Message | None, *, now: datetime) -> None:
    """What was not written yet gives way to the newer words, and never waits longer for them."""
    if message is None:
        return
    due_at = now + message.delay
    case.message_due_at = min(case.message_due_at or due_at, due_at)
    case.message_step, case.message_key = message.step.value, message.key
