"""Five engines with one mistake each, which these tests must catch: workers run them in place of the product's own.

Three are the product's text with one change; a change whose old text has gone from the code fails loudly, and has to
be written anew. Two are written out, as engines without a ledger are.
"""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import ModuleType
from uuid import uuid4

from django.db.models import Max

from billing.errors import BillingError
from billing.gateway import invoices
from billing.models import DunningAttempt, DunningCase, PaymentMethod
from billing.selectors.dunning import charged_cards
from billing.services import make_attempts
from billing.terms import CaseState
from tests.flows.dunning.worker import PURSUIT, Step

_TEXT = Path(str(make_attempts.__file__))


@dataclass(frozen=True, slots=True)
class Planted:
    """`trouble` is what has to happen before the next try for the mistake to show, and `caught` what must be said."""

    name: str
    build: Callable[[], tuple[Step, ...]]
    trouble: str
    caught: str


def _changed(old: str, new: str) -> Callable[[], tuple[Step, ...]]:
    """The product's steps, with this change in how tries are sent."""

    def build() -> tuple[Step, ...]:
        text = _TEXT.read_text()
        if text.count(old) != 1:
            raise LookupError(f"{_TEXT.name} holds {text.count(old)} times: {old}")
        module = ModuleType(make_attempts.__name__)
        exec(compile(text.replace(old, new), str(_TEXT), "exec"), module.__dict__)  # noqa: S102
        return (PURSUIT[0], module.make_attempts, *PURSUIT[2:])

    return build


def _instead(engine: Step) -> Callable[[], tuple[Step, ...]]:
    return lambda: (engine, *PURSUIT[2:])


def call_then_commit(now: datetime) -> None:
    """Asks Stripe first, with a key of its own, and writes down afterwards what came of it."""
    for case, card in _due(now):
        seq = (case.attempts.aggregate(last=Max("seq"))["last"] or 0) + 1
        attempt = DunningAttempt(case=case, seq=seq, trigger="schedule", planned_at=now, sent_at=now)
        _collect(case, card, key=f"{attempt.uuid}:pay")
        attempt.sent_system_at, attempt.state = now, "declined"
        attempt.amount_minor, attempt.currency = case.amount_minor, case.currency
        attempt.save()


def lock_without_ledger(now: datetime) -> None:
    """Holds a lock on the case while it asks Stripe, and keeps no key."""
    for case, card in _due(now):
        if DunningCase.objects.filter(pk=case.pk, run_at=case.run_at).update(run_at=now):
            _collect(case, card, key=str(uuid4()))


def _due(now: datetime) -> Iterator[tuple[DunningCase, PaymentMethod]]:
    for case in DunningCase.objects.filter(state=CaseState.WAITING, due_at__lte=now):
        cards = charged_cards([case.stripe_subscription_id])
        if card := cards.get(case.stripe_subscription_id):
            yield case, card


def _collect(case: DunningCase, card: PaymentMethod, *, key: str) -> None:
    with suppress(BillingError):
        invoices.collect(case.stripe_invoice_id, stripe_payment_method_id=card.stripe_payment_method_id, key=key)


PLANTED = (
    Planted(
        "a fresh key on a replay",
        _changed('key=f"{attempt.uuid}:pay"', 'key=f"{attempt.uuid}:{attempt.lease_until}:pay"'),
        "lost answer",
        "D3: another key for the same try",
    ),
    Planted(
        "a replay after 24 hours",
        _changed("_KEY_IS_SAFE_FOR = timedelta(hours=23)", "_KEY_IS_SAFE_FOR = timedelta(hours=999)"),
        "lost answer and a sleep",
        "D3: its key was used again after Stripe may have forgotten it",
    ),
    Planted(
        "no last look",
        _changed(
            "    seen = refresh(ObjectRef(ObjectKind.INVOICE, invoice_id), wait_seconds=_LEASE_WAIT_SECONDS)\n"
            "    for ref in seen.written.follow:\n",
            "    for ref in ():\n",
        ),
        "paid elsewhere",
        "D4: nobody looked at the invoice before",
    ),
    Planted("a call before the commit", _instead(call_then_commit), "nothing", "D2: a payment was asked for"),
    Planted("a lock without a ledger", _instead(lock_without_ledger), "nothing", "D2: a payment was asked for"),
)
