"""One row of everything about unpaid invoices, each of its own organization."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

from django.db.models import Model

from billing.models import CardBlock, CaseRequest, DunningAttempt, DunningCase, DunningPolicy, DunningRule
from billing.rules.dunning.policy import STANDARD_BODY, sha256_of
from tests.billing.factories import NOW, InvoiceFactory
from tests.factories import OrganizationFactory, UserFactory

DAY = timedelta(days=1)


def policy(number: int) -> DunningPolicy:
    body = {**STANDARD_BODY, "max_retries": number % 7}
    return DunningPolicy.objects.create(key=f"policy-{number}", version=1, body=body, sha256=sha256_of(body))


def case(number: int, **changed: Any) -> DunningCase:
    """Waiting for its next try, which lies two days after NOW."""
    values = {
        "organization": OrganizationFactory(),
        "livemode": False,
        "stripe_invoice_id": f"in_unpaid_{number:04}",
        "stripe_subscription_id": f"sub_{number:04}",
        "collector": "own",
        "state": "waiting",
        "amount_minor": 4800,
        "currency": "eur",
        "time_zone": "Europe/Berlin",
        "opened_at": NOW - 3 * DAY,
        "deadline_at": NOW + 18 * DAY,
        "due_at": NOW + 2 * DAY,
        "last_try_at": NOW - 3 * DAY,
        "decline_class": "soft",
        "decline_code": "insufficient_funds",
        "card_fingerprint": f"card{number}",
        **changed,
    }
    values.setdefault("policy", DunningPolicy.objects.filter(version=1).first() or policy(0))
    made = DunningCase.objects.create(**values)
    InvoiceFactory(
        stripe_invoice_id=made.stripe_invoice_id,
        stripe_subscription_id=made.stripe_subscription_id,
        organization=made.organization,
        status="open",
    )
    made.events.create(kind="opened", at=NOW - 3 * DAY, details={"policy": "standard v1", "collector": "own"})
    return made


def attempt(number: int, **changed: Any) -> DunningAttempt:
    values = {
        "case": changed.get("case") or case(number),
        "seq": 1,
        "trigger": "schedule",
        "state": "declined",
        "card_fingerprint": f"card{number}",
        "amount_minor": 4800,
        "currency": "eur",
        "planned_at": NOW - DAY,
        "sent_at": NOW - DAY,
        "sent_system_at": NOW - DAY,
        "decline_code": "insufficient_funds",
        "stripe_charge_id": f"ch_try_{number:04}",
        **changed,
    }
    return DunningAttempt.objects.create(**values)


def case_request(number: int) -> CaseRequest:
    made = case(number)
    return CaseRequest.objects.create(
        case=made,
        organization=made.organization,
        requested_by=UserFactory(),
        request_key=uuid4(),
        stripe_subscription_id=made.stripe_subscription_id,
        action="hold",
        until=NOW + DAY,
        reason="They asked for it",
        state="succeeded",
    )


def rule(number: int) -> DunningRule:
    return DunningRule.objects.create(position=number + 1, policy_key=f"policy-{number}", country="DE")


def block(number: int) -> CardBlock:
    return CardBlock.objects.create(
        card_fingerprint=f"card{number}", reach="card", reason="stolen_card", stripe_charge_id=f"ch_{number:04}"
    )


OF_DUNNING: dict[type[Model], tuple[Callable[[int], Any], Callable[[Any], str]]] = {
    CardBlock: (block, lambda row: row.card_fingerprint),
    CaseRequest: (case_request, lambda row: str(row.uuid)),
    DunningAttempt: (attempt, lambda row: row.stripe_charge_id),
    DunningCase: (case, lambda row: row.stripe_invoice_id),
    DunningRule: (rule, lambda row: row.policy_key),
    DunningPolicy: (policy, lambda row: row.key),
}
