"""What must hold after every run, beside the one outcome: nothing left over, nothing invented, nothing written."""

from collections import defaultdict
from itertools import pairwise

from django.db.models import Model

from billing import models
from billing.models import Transition, Work
from tests.flows.convergence.recording import Recording
from tests.flows.convergence.standing import unfounded
from webhooks.models import InboxEvent

_MIRRORED: dict[str, tuple[type[Model], str]] = {
    "subscription": (models.Subscription, "stripe_subscription_id"),
    "invoice": (models.Invoice, "stripe_invoice_id"),
    "charge": (models.ChargeAttempt, "stripe_charge_id"),
    "refund": (models.Refund, "stripe_refund_id"),
    "dispute": (models.Dispute, "stripe_dispute_id"),
    "credit_note": (models.CreditNote, "stripe_credit_note_id"),
}
# Every status of these is told by an event of its own.
_TOLD = ("subscription", "invoice", "charge", "refund", "dispute")


def faults_of(recording: Recording) -> list[str]:
    """What is wrong with the present rows, in words; empty if nothing is."""
    return [
        *_left_over(recording),
        *_other_than_stripe(recording),
        *_impossible_transitions(recording),
        *unfounded(recording),
    ]


def _left_over(recording: Recording) -> list[str]:
    stuck = InboxEvent.objects.exclude(state__in=["done", "ignored"])
    dead = Work.objects.exclude(dead_at=None)
    known = set(InboxEvent.objects.values_list("event_id", flat=True))
    return [
        *(f"{row.type} {row.event_id} is {row.state}: {row.error}" for row in stuck),
        *(f"{row.object_key} was given up: {row.last_error}" for row in dead),
        *(f"{row} has a fault: {row.last_error}" for row in Work.objects.filter(faults__gt=0)),
        *(f"nobody knows {row}" for row in known - {event["id"] for event in recording.events}),
    ]


def _other_than_stripe(recording: Recording) -> list[str]:
    faults = []
    for kind, (model, column) in _MIRRORED.items():
        ours = dict(model._default_manager.values_list(column, "status"))
        if kind == "invoice":
            deleted = models.Invoice.objects.filter(is_deleted=True).values_list(column, flat=True)
            ours = {key: status for key, status in ours.items() if key not in set(deleted)}
        if ours != recording.final[kind]:
            faults.append(f"{kind}: ours {ours}, Stripe's {recording.final[kind]}")
    return faults


def _impossible_transitions(recording: Recording) -> list[str]:
    """Each begins where the one before it ended, and together they pass through states that were, in their order."""
    chains: dict[tuple[str, str, str], list[Transition]] = defaultdict(list)
    for transition in Transition.objects.order_by("pk"):
        chains[transition.kind, transition.stripe_id, transition.aspect].append(transition)
    faults = []
    for (kind, stripe_id, aspect), chain in chains.items():
        seen = [transition.to_state for transition in chain]
        if any(before.to_state != after.from_state for before, after in pairwise(chain)):
            faults.append(f"{kind} {stripe_id}: a gap in {[str(transition) for transition in chain]}")
        if kind in _TOLD and aspect == "status" and not _is_within(seen, recording.states[stripe_id]):
            faults.append(f"{kind} {stripe_id}: we saw {seen}, it was {recording.states[stripe_id]}")
    return faults


def _is_within(seen: list[str], states: list[str]) -> bool:
    rest = iter(states)
    return all(state in rest for state in seen)
