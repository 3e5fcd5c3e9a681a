"""Answers "why?" of access at any moment, as it was known then: for staff's page of a customer and for the API."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import Q

from accounts.models import Organization
from billing.models import AccessFact, AuditEntry, Transition
from billing.rules.access_facts import RecordedFact, known_at
from billing.rules.explanation import Explanation, Reason, explain_access
from billing.selectors.access import grace_terms
from billing.terms import AccessFactKind

_NEWEST_FIRST = ("-observed_at", "-pk")


@dataclass(frozen=True, slots=True)
class ExplainedReason:
    """A link of the chain with what led to it: our transitions, the events at Stripe, what staff did."""

    reason: Reason
    transition_ids: tuple[int, ...] = ()
    event_ids: tuple[str, ...] = ()
    audit_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Explained:
    """`text` is the chain in sentences, `as_json` the same for a program."""

    explanation: Explanation
    reasons: tuple[ExplainedReason, ...]

    @property
    def text(self) -> str:
        return "\n".join(one.reason.sentence for one in self.reasons)

    def as_json(self) -> dict[str, Any]:
        """Moments in ISO 8601, UTC; `limit` is null for unlimited and for a flag that is on."""
        answer = self.explanation
        return {
            "feature": answer.feature,
            "at": answer.at.isoformat(),
            "allowed": answer.is_allowed,
            "limit": answer.limit,
            "unlimited": bool((grant := answer.access.grants.get(answer.feature)) and grant.is_unlimited),
            "plan": answer.access.plan_code,
            "reason": answer.access.reason.value,
            "read_only": answer.access.is_read_only,
            "until": answer.access.until.isoformat() if answer.access.until else None,
            "chain": [_link_as_json(one) for one in self.reasons],
        }


def explain(organization: Organization, *, feature: str, at: datetime, through: int | None = None) -> Explained:
    """Whether the organization might use `feature` (its code) at `at` (business time, UTC), by what was known then.

    `through` is the id of the last fact that counts, for two decisions of one moment. Four queries at most.
    """
    facts = _facts(organization, at)
    answer = explain_access(known_at(facts, at, through=through), feature=feature, at=at, terms=grace_terms())
    return Explained(answer, _with_causes(organization, answer.reasons))


def _facts(organization: Organization, at: datetime) -> list[RecordedFact]:
    rows = AccessFact.objects.filter(
        Q(organization=organization) | Q(organization=None),
        livemode=settings.STRIPE_LIVE_MODE,
        business_at__lte=at,
    )
    columns = ("pk", "kind", "key", "body", "observed_at", "business_at")
    return [RecordedFact(*row) for row in rows.order_by("pk").values_list(*columns)]


def _with_causes(organization: Organization, reasons: tuple[Reason, ...]) -> tuple[ExplainedReason, ...]:
    transitions = _transitions(organization, reasons)
    audits = _audits(organization, reasons)
    explained = []
    for reason in reasons:
        by = reason.fact.observed_at if reason.fact else None
        known = [one for one in transitions.get(_about(reason), []) if by is not None and one.observed_at <= by]
        same = [one for one in known if one.observed_at == known[0].observed_at]
        explained.append(
            ExplainedReason(
                reason,
                tuple(one.pk for one in same),
                tuple(dict.fromkeys(event for one in same for event in one.event_ids)),
                audits.get(reason.ids.get("override", "-"), ()),
            )
        )
    return tuple(explained)


def _about(reason: Reason) -> str:
    """Whose transitions led to it: the invoice of a case, else the subscription."""
    if reason.fact is not None and reason.fact.kind == AccessFactKind.CASE:
        return reason.ids.get("invoice", "-")
    return reason.ids.get("subscription", "-")


def _transitions(organization: Organization, reasons: tuple[Reason, ...]) -> dict[str, list[Transition]]:
    wanted = {_about(reason) for reason in reasons} - {"-"}
    found: dict[str, list[Transition]] = {}
    if wanted:
        rows = Transition.objects.filter(organization=organization, stripe_id__in=wanted)
        for row in rows.order_by(*_NEWEST_FIRST):
            found.setdefault(row.stripe_id, []).append(row)
    return found


def _audits(organization: Organization, reasons: tuple[Reason, ...]) -> dict[str, tuple[str, ...]]:
    wanted = {reason.ids["override"] for reason in reasons if "override" in reason.ids}
    found: dict[str, tuple[str, ...]] = {}
    if wanted:
        rows = AuditEntry.objects.filter(organization=organization, subject__in=wanted).order_by("pk")
        for subject, uuid in rows.values_list("subject", "uuid"):
            found[subject] = (*found.get(subject, ()), str(uuid))
    return found


def _link_as_json(one: ExplainedReason) -> dict[str, Any]:
    return {
        "link": one.reason.link.value,
        "text": one.reason.sentence,
        "ids": dict(one.reason.ids),
        "fact": _fact_as_json(one.reason.fact),
        "transition_ids": list(one.transition_ids),
        "event_ids": list(one.event_ids),
        "audit_ids": list(one.audit_ids),
    }


def _fact_as_json(fact: RecordedFact | None) -> dict[str, Any] | None:
    if fact is None:
        return None
    return {
        "id": fact.id,
        "kind": fact.kind,
        "observed_at": fact.observed_at.isoformat(),
        "business_at": fact.business_at.isoformat(),
    }
