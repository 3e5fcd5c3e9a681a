"""What a run left in our database, as text that two runs can be compared by: state, facts, effects.

Left out is what may rightly differ: ids of ours, moments of fetching, tokens in addresses, states that came and went
between two fetches, and mails about those.
"""

import hashlib
import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db.models import Model

from accounts.models import Organization
from billing import models
from billing.models import Notice, StaffTask, Transition
from billing.selectors.access import access_for
from tests.flows.convergence.recording import Recording
from tests.flows.convergence.standing import stands

_TYPED: tuple[type[Model], ...] = (
    models.Customer,
    models.Subscription,
    models.Invoice,
    models.ChargeAttempt,
    models.InvoicePayment,
    models.Refund,
    models.Dispute,
    models.EarlyFraudWarning,
    models.CreditNote,
    models.SubscriptionSchedule,
    models.PaymentMethod,
    models.Discount,
    models.CheckoutSession,
    models.CheckoutIntent,
    models.TrialRedemption,
    models.TrialCard,
    models.TrialRefusal,
)
_LEFT_OUT = {
    *("id", "uuid", "request_key", "client_reference_id", "fetched_at", "number"),
    *("url", "hosted_invoice_url", "invoice_pdf_url", "pdf_url"),
}
# Of these rows of ours the moments are ours, too.
_DATED_BY_US: dict[type[Model], set[str]] = {
    models.Customer: {"created_at"},
    models.CheckoutIntent: {"created_at", "ended_at"},
    models.TrialRedemption: {"created_at"},
    models.TrialCard: {"created_at"},
    models.TrialRefusal: {"created_at"},
}
# Set when a state is first seen: the moment is ours, whether it is set is the state.
_FIRST_SEEN = {"past_due_at", "paused_paid_until"}


_PASSING_TASKS = ("dispute_to_answer", "dispute_due", "early_fraud_warning")


def outcome(recording: Recording, *, now: datetime) -> list[str]:
    """One line a row, fact and effect, sorted."""
    lines = [*_rows(), *_facts(), *_effects(recording), *_access(now)]
    return sorted(recording.named(line) for line in lines)


# What follows from a fact, and the sessions of checkouts, of which Stripe has no complete list.
_EFFECTS = (
    *(
        "task: ",
        "notice: ",
        "case: ",
        "TrialRedemption ",
        "TrialCard ",
        "TrialRefusal ",
        "CheckoutIntent ",
        "CheckoutSession ",
    ),
    "fact: checkout.session ",
)


def without_effects(lines: list[str]) -> list[str]:
    """For a run in which events were lost for good: a comparison repairs rows and causes nothing."""
    return [line for line in lines if not line.startswith(_EFFECTS)]


def added_effects(found: list[str], *, expected: list[str]) -> list[str]:
    """Mails, tasks and cases that the calm run does not have; that rows differed is told by a task of its own."""
    made = ("task: ", "notice: ", "case: ")
    told = [line for line in found if line.startswith(made) and not line.startswith("task: drift:")]
    return sorted(set(told) - set(expected))


def hash_of(lines: list[str]) -> str:
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def _rows() -> Iterator[str]:
    for model in _TYPED:
        for row in model._default_manager.all():
            if isinstance(row, models.Discount) and row.is_removed:
                continue  # Given and taken between two fetches: nobody has seen it.
            if isinstance(row, models.Customer) and row.is_deleted:
                yield f"Customer {row.stripe_customer_id} deleted"  # The rest is what it said when last seen.
                continue
            yield f"{model.__name__} {json.dumps(dict(_values(row)), default=str, sort_keys=True)}"


def _values(row: Model) -> Iterator[tuple[str, Any]]:
    left_out = _LEFT_OUT | _DATED_BY_US.get(type(row), set())
    for column in row._meta.concrete_fields:
        name, value = column.name, getattr(row, column.attname)
        if name in left_out:
            continue
        if name == "organization":
            value = _name_of(value)
        elif column.is_relation or name in _FIRST_SEEN:
            value = value is not None
        yield name, value


def _facts() -> Iterator[str]:
    """Where each object's transitions ended, and whose it was said to be."""
    last: dict[tuple[str, str, str], Transition] = {}
    for transition in Transition.objects.order_by("pk"):
        last[transition.kind, transition.stripe_id, transition.aspect] = transition
    for (kind, stripe_id, aspect), transition in last.items():
        if aspect == "status":
            yield f"fact: {kind} {stripe_id} {aspect} → {transition.to_state}"


def _effects(recording: Recording) -> Iterator[str]:
    # Of what was awaited and is over there may be no trace: nobody saw it in time.
    over = StaffTask.objects.filter(kind__in=_PASSING_TASKS, resolved_at__isnull=False)
    for task in StaffTask.objects.exclude(kind="missed_deliveries").exclude(pk__in=over.values("pk")):
        yield f"task: {task.key}"
    for notice in Notice.objects.all():
        if stands(notice, recording):
            yield f"notice: {notice.kind} {notice.key.split(':')[1]} to {_name_of(notice.organization_id)}"
    # Of one that is over, as of a mail about what passed, there may be no trace: nobody saw its failure in time.
    for case in models.DunningCase.objects.filter(ended_at=None):
        said = (case.state, case.decline_code, case.card_fingerprint, case.opened_at.isoformat())
        yield f"case: {case.stripe_invoice_id} {' '.join(said)} of {_name_of(case.organization_id)}"


def _access(now: datetime) -> Iterator[str]:
    for organization in Organization.objects.all():
        access = access_for(organization, now)
        yield f"access: {organization.name} {access.plan_code} because {access.reason}"


def _name_of(organization_id: int | None) -> str:
    return Organization.objects.get(pk=organization_id).name if organization_id else "nobody"
