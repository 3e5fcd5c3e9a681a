"""What the sandbox's own records say when a story is over: money moved once, and no try was one too many."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from billing.models import DunningAttempt, DunningCase
from billing.selectors.dunning import policy_of
from tests.flows.convergence.recording import _pages as pages
from tests.flows.dunning.stage import Stage
from tests.flows.dunning.witness import Record

_DAY, _MONTH = timedelta(hours=24), timedelta(days=30)
_OWN_24H, _OWN_30D = 7, {"visa": 15, "mastercard": 15}
_NEVER = frozenset({"lost_card", "stolen_card", "pickup_card", "revocation_of_authorization", "fraudulent"})
_WAITS_HOURS = {"24": 1, "25": 24, "26": 48, "27": 96, "28": 144, "29": 192, "30": 240, "02": 72}


@dataclass(frozen=True, slots=True)
class Charge:
    """One try at the sandbox; `key` is ours if we asked for it."""

    id: str
    invoice: str
    at: int
    status: str
    amount: int
    fingerprint: str
    brand: str
    code: str
    advice: str
    network_advice: str
    key: str


def faults_of(stage: Stage, record: Record) -> list[str]:
    charges = _charges(stage)
    return [
        *record.faults,
        *_paid_once(stage, charges),
        *_one_try_a_key(charges),
        *_within_limits(charges),
        *_never_again(charges),
        *_waits_kept(charges),
        *(f"D11: {key} ended the plan {count} times" for key, count in record.cancelled.items() if count > 1),
    ]


def double_charges(stage: Stage) -> int:
    counts = Counter(charge.invoice for charge in _charges(stage) if charge.status == "succeeded")
    return sum(count - 1 for count in counts.values())


def _charges(stage: Stage) -> list[Charge]:
    """The oldest first; in the order of their events, as many may be of one second."""
    stage.listener.news()
    payments = {
        payment["payment"]["payment_intent"]: payment["invoice"]
        for payment in pages(stage.sandbox, "invoice_payments?")
    }
    asked: dict[str, Any] = {}
    for event in stage.listener.events:
        if event["type"] in ("charge.failed", "charge.succeeded"):
            asked.setdefault(event["data"]["object"]["id"], event)
    return [_charge(event, payments) for event in asked.values()]


def _charge(event: dict[str, Any], payments: dict[str, str]) -> Charge:
    told, outcome = event["data"]["object"], event["data"]["object"]["outcome"] or {}
    card = told["payment_method_details"]["card"]
    return Charge(
        told["id"],
        payments.get(told["payment_intent"], ""),
        told["created"],
        told["status"],
        told["amount"],
        card["fingerprint"],
        card["brand"],
        outcome.get("reason") or "",
        outcome.get("advice_code") or "",
        outcome.get("network_advice_code") or "",
        (event["request"] or {}).get("idempotency_key") or "",
    )


def _paid_once(stage: Stage, charges: list[Charge]) -> Iterator[str]:
    """D1."""
    paid: dict[str, list[int]] = defaultdict(list)
    for charge in charges:
        if charge.status == "succeeded" and charge.invoice:
            paid[charge.invoice].append(charge.amount)
    for invoice in pages(stage.sandbox, "invoices?"):
        sums = paid[invoice["id"]]
        if len(sums) > 1:
            yield f"D1: {invoice['id']} was charged {len(sums)} times"
        if invoice["status"] == "paid" and sum(sums) != invoice["amount_due"]:
            yield f"D1: {invoice['id']} got {sums} for {invoice['amount_due']}"


def _ours(charge: Charge) -> bool:
    return charge.key.endswith(":pay")


def _one_try_a_key(charges: list[Charge]) -> Iterator[str]:
    """D3: nobody but a row of ours asked, and each row once."""
    counts = Counter(charge.key for charge in charges if _ours(charge))
    yield from (f"D3: {key} made {count} charges" for key, count in counts.items() if count > 1)
    rows = {
        f"{attempt.uuid}:pay": attempt for attempt in DunningAttempt.objects.select_related("case") if attempt.sent_at
    }
    for charge in charges:
        row = rows.get(charge.key)
        if _ours(charge) and row is None:
            yield f"D3: nobody knows the try {charge.key}"
        if row and (charge.invoice, charge.fingerprint) != (row.case.stripe_invoice_id, row.card_fingerprint):
            yield f"D3: {charge.id} is of another invoice or card than its row"


def _within_limits(charges: list[Charge]) -> Iterator[str]:
    """D6: at each try of ours, all tries on that card so far count, whoever made them."""
    policies = {case.stripe_invoice_id: policy_of(case) for case in DunningCase.objects.all()}
    for number, charge in enumerate(charges):
        if not _ours(charge) or charge.invoice not in policies:
            continue
        policy = policies[charge.invoice]
        same = [each for each in charges[: number + 1] if each.fingerprint == charge.fingerprint]
        day = sum(charge.at - each.at < _DAY.total_seconds() for each in same)
        month = sum(charge.at - each.at < _MONTH.total_seconds() for each in same)
        if day > min(policy.max_24h, _OWN_24H):
            yield f"D6: {charge.id} was try {day} within a day"
        if month > min(policy.max_30d, _OWN_30D.get(charge.brand, 15)):
            yield f"D6: {charge.id} was try {month} within thirty days"


def _never_again(charges: list[Charge]) -> Iterator[str]:
    """D5: after a decline that forbids it, which our own try had for an answer, none of ours on that card."""
    forbidden: set[str] = set()
    for charge in charges:
        if _ours(charge) and charge.fingerprint in forbidden:
            yield f"D5: {charge.id} tried a card that was forbidden"
        if _ours(charge) and (charge.code in _NEVER or charge.advice == "do_not_try_again"):
            forbidden.add(charge.fingerprint)


def _waits_kept(charges: list[Charge]) -> Iterator[str]:
    """D7: what the network ordered after a try of ours was waited for, unless the customer acted."""
    scheduled = {f"{row.uuid}:pay" for row in DunningAttempt.objects.filter(trigger="schedule")}
    until: dict[tuple[str, str], float] = {}
    for charge in charges:
        place = (charge.invoice, charge.fingerprint)
        if charge.key in scheduled and charge.at < until.get(place, 0):
            yield f"D7: {charge.id} came before the network allowed it"
        hours = _WAITS_HOURS.get(charge.network_advice, 0) if charge.brand == "mastercard" else 0
        if hours:
            until[place] = charge.at + hours * 3600
