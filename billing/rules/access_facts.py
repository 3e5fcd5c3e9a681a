"""Puts what decides access together from recorded bodies, as they are now or as they were known at a past moment.

The bodies are plain JSON, so that the database's rows of today and the append-only record lead to one decision. It
must not read or store.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from billing.rules.dunning.access import UnpaidCase
from billing.rules.entitlement import AccessInputs, GraceTerms, LocalTrialFacts, SubscriptionFacts
from billing.rules.grants import Grant, ItemFacts, OverrideFacts, PlanFacts
from billing.terms import AccessFactKind, FirstPaymentPolicy, OverrideKind

Body = Mapping[str, Any]
Named = tuple[str, str]
"""The kind and the key of a fact."""
NO_PLAN = PlanFacts(code="", name="No plan", rank=-1)
TERMS_KEY = "grace"


@dataclass(frozen=True, slots=True)
class RecordedFact:
    """One version of one fact: `observed_at` is system time, `business_at` business time, both when it was written.

    A higher `id` was written later. `body` is empty where the object is gone.
    """

    id: int
    kind: str
    key: str
    body: Body
    observed_at: datetime
    business_at: datetime

    @property
    def named(self) -> Named:
        return self.kind, self.key


def known_at(facts: Iterable[RecordedFact], at: datetime, *, through: int | None = None) -> dict[Named, RecordedFact]:
    """The newest version of each fact of those that were written at `at` (business time) or before.

    `through` is the id of the last one that counts, where two were written at one moment.
    """
    known: dict[Named, RecordedFact] = {}
    for fact in sorted(facts, key=lambda one: one.id):
        if fact.business_at <= at and (through is None or fact.id <= through):
            known[fact.named] = fact
    return known


def inputs_from(bodies: Mapping[Named, Body], *, terms: GraceTerms) -> AccessInputs:
    """What decides, from the body of each fact; `terms` hold where none are recorded.

    A subscription none of whose prices belongs to a plan gives nothing and is left out.
    """
    plans = {key: _plan(key, body) for (kind, key), body in bodies.items() if kind == AccessFactKind.PLAN}
    free = [code for (kind, code), body in bodies.items() if kind == AccessFactKind.PLAN and _is_offered_free(body)]
    of_price = {
        key: plans[body["plan"]]
        for (kind, key), body in bodies.items()
        if kind == AccessFactKind.PRICE and body.get("plan") in plans
    }
    return AccessInputs(
        subscriptions=tuple(_subscriptions(bodies, of_price)),
        local_trial=_local_trial(bodies, plans),
        free_plan=plans[free[0]] if free else NO_PLAN,
        grace=_terms(bodies.get((AccessFactKind.TERMS, TERMS_KEY))) or terms,
        overrides=tuple(_overrides(bodies, plans)),
    )


def _plan(code: str, body: Body) -> PlanFacts:
    grants = {
        feature: Grant(limit=one["limit"], is_unlimited=bool(one["unlimited"]), is_per_seat=bool(one["per_seat"]))
        for feature, one in body["grants"].items()
    }
    return PlanFacts(code, body["name"], body["rank"], grants, bool(body["has_seats"]))


def _is_offered_free(body: Body) -> bool:
    return bool(body["is_free"]) and not body["is_archived"]


def _subscriptions(bodies: Mapping[Named, Body], of_price: Mapping[str, PlanFacts]) -> Iterable[SubscriptionFacts]:
    cases: dict[str, list[UnpaidCase]] = {}
    for (kind, _), body in bodies.items():
        if kind == AccessFactKind.CASE:
            cases.setdefault(body["subscription"], []).append(_case(body))
    for (kind, key), body in bodies.items():
        if kind != AccessFactKind.SUBSCRIPTION:
            continue
        items = _items(body, of_price)
        if not items:
            continue
        yield SubscriptionFacts(
            stripe_subscription_id=key,
            plan=max((item.plan for item in items), key=lambda plan: plan.rank),
            status=body["status"],
            current_period_end=moment(body["current_period_end"]),
            trial_end=moment(body["trial_end"]),
            cancel_at=moment(body["cancel_at"]),
            ended_at=moment(body["ended_at"]),
            past_due_at=moment(body["past_due_at"]),
            is_past_due_since_trial=bool(body["since_trial"]),
            paused_paid_until=moment(body["paid_until"]),
            cases=tuple(cases.get(key, ())),
            items=items,
        )


def _items(body: Body, of_price: Mapping[str, PlanFacts]) -> tuple[ItemFacts, ...]:
    """Of the current items those that belong to a plan; a row from before items were kept has its one price."""
    held = body["items"] or [{"id": "", "price": body["price"], "quantity": body["quantity"]}]
    return tuple(
        ItemFacts(of_price[one["price"]], one["quantity"], one["id"], one["price"])
        for one in held
        if one["price"] in of_price
    )


def _case(body: Body) -> UnpaidCase:
    return UnpaidCase(
        state=body["state"],
        read_only_at=moment(body["read_only_at"]),
        closes_at=moment(body["closes_at"]),
        ended_at=moment(body["ended_at"]),
        end_reason=body["end_reason"],
    )


def _local_trial(bodies: Mapping[Named, Body], plans: Mapping[str, PlanFacts]) -> LocalTrialFacts | None:
    for (kind, _), body in bodies.items():
        if kind == AccessFactKind.LOCAL_TRIAL and body["plan"] in plans:
            ends_at = moment(body["ends_at"])
            if ends_at is not None:
                return LocalTrialFacts(plans[body["plan"]], ends_at, moment(body["ended_at"]))
    return None


def _overrides(bodies: Mapping[Named, Body], plans: Mapping[str, PlanFacts]) -> Iterable[OverrideFacts]:
    for (kind, key), body in bodies.items():
        starts_at = moment(body["starts_at"]) if kind == AccessFactKind.OVERRIDE else None
        if starts_at is None:
            continue
        yield OverrideFacts(
            uuid=key,
            starts_at=starts_at,
            ends_at=moment(body["ends_at"]),
            ended_at=moment(body["ended_at"]),
            feature=body["feature"] or "",
            grant=override_grant(body["kind"], body["limit"]),
            plan=plans.get(body["plan"] or ""),
            quantity=body["quantity"],
        )


def override_grant(kind: str, limit: int | None) -> Grant | None:
    """What an override of this kind makes of its feature; None where it takes it away, or is of a whole plan."""
    if kind == OverrideKind.ON:
        return Grant()
    if kind == OverrideKind.NUMBER:
        return Grant(limit=limit or 0)
    return Grant(is_unlimited=True) if kind == OverrideKind.UNLIMITED else None


def _terms(body: Body | None) -> GraceTerms | None:
    return GraceTerms(int(body["grace_days"]), FirstPaymentPolicy(body["first_payment"])) if body else None


def moment(text: str | None) -> datetime | None:
    """A moment as JSON holds it; a database without time zones writes UTC."""
    if not text:
        return None
    at = datetime.fromisoformat(text)
    return at if at.tzinfo else at.replace(tzinfo=UTC)
