"""Random lives of a customer as far as access goes: what happens, when somebody asks, and what was answered then.

The world is kept in the rules' own values; what is recorded of it are bodies of JSON. That both lead to the same
answer is what the stories test.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from billing.rules.access_facts import TERMS_KEY, RecordedFact
from billing.rules.dunning.access import UnpaidCase
from billing.rules.entitlement import (
    Access,
    AccessInputs,
    GraceTerms,
    LocalTrialFacts,
    SubscriptionFacts,
    decide,
)
from billing.rules.grants import Grant, ItemFacts, OverrideFacts, PlanFacts
from billing.terms import CaseState, FirstPaymentPolicy, SubscriptionStatus

START = datetime(2026, 1, 1, 12, 0, tzinfo=UTC)
FEATURES = ("projects", "exports", "calls")
PLANS = ("free", "starter", "growth", "scale")
STATES = [state.value for state in CaseState]
STATUSES = [status.value for status in SubscriptionStatus]


@dataclass(frozen=True)
class Decision:
    at: datetime
    access: Access
    through: int


@dataclass
class History:
    """One life, played by `play`: `facts` is what was recorded, `decisions` what was answered."""

    random: Random
    now: datetime = START
    facts: list[RecordedFact] = field(default_factory=list)
    decisions: list[Decision] = field(default_factory=list)
    plans: dict[str, PlanFacts] = field(default_factory=dict)
    subscriptions: dict[str, SubscriptionFacts] = field(default_factory=dict)
    held: dict[str, list[tuple[str, str, int]]] = field(default_factory=dict)
    cases: dict[str, tuple[str, UnpaidCase]] = field(default_factory=dict)
    trial: LocalTrialFacts | None = None
    overrides: dict[str, OverrideFacts] = field(default_factory=dict)
    grace: GraceTerms = GraceTerms(21)

    def play(self, steps: int) -> "History":
        for code in PLANS:
            self.publish(code)
            self.record("price", f"price_{code}", {"plan": code})
        self.set_grace()
        happenings = (
            [self.ask] * 4
            + [self.subscribe, self.hear, self.hear, self.unpaid, self.unpaid, self.follow_case]
            + [self.try_out, self.grant, self.end_grant, self.publish_any, self.set_grace]
        )
        for _ in range(steps):
            # Sometimes two things happen at the same moment.
            self.now += timedelta(hours=self.random.choice([0, 1, 30, 200]))
            self.random.choice(happenings)()
        self.ask()
        return self

    def record(self, kind: str, key: str, body: dict[str, Any]) -> None:
        plain = json.loads(json.dumps(body, default=lambda at: at.isoformat()))
        self.facts.append(RecordedFact(len(self.facts) + 1, kind, key, plain, self.now, self.now))

    def ask(self) -> None:
        inputs = AccessInputs(
            tuple(self._with_cases()), self.trial, self.plans["free"], self.grace, tuple(self.overrides.values())
        )
        self.decisions.append(Decision(self.now, decide(inputs, self.now), len(self.facts)))

    def _with_cases(self) -> Iterator[SubscriptionFacts]:
        for key, row in self.subscriptions.items():
            cases = tuple(case for of, case in self.cases.values() if of == key)
            items = tuple(
                ItemFacts(self.plans[price.removeprefix("price_")], quantity, item, price)
                for item, price, quantity in self.held[key]
            )
            yield replace(row, plan=max((one.plan for one in items), key=lambda p: p.rank), items=items, cases=cases)

    def moment(self) -> datetime | None:
        days = self.random.choice([None, -40, -3, 0, 2, 9, 60])
        return None if days is None else self.now + timedelta(days=days)

    def publish_any(self) -> None:
        self.publish(self.random.choice(PLANS))

    def publish(self, code: str) -> None:
        has_seats = code == "scale"
        grants = {}
        for feature in FEATURES:
            kind = self.random.choice(["none", "flag", "number", "unlimited"])
            if kind != "none":
                limit = self.random.randrange(50) if kind == "number" else None
                grants[feature] = Grant(limit, kind == "unlimited", kind == "number" and has_seats)
        plan = PlanFacts(code, code.capitalize(), PLANS.index(code), grants, has_seats)
        self.plans[code] = plan
        if self.trial and self.trial.plan.code == code:
            self.trial = replace(self.trial, plan=plan)
        for uuid, override in self.overrides.items():
            if override.plan and override.plan.code == code:
                self.overrides[uuid] = replace(override, plan=plan)
        given = {
            name: {"limit": one.limit, "unlimited": one.is_unlimited, "per_seat": one.is_per_seat}
            for name, one in grants.items()
        }
        body = {"name": plan.name, "rank": plan.rank, "is_free": code == "free", "is_archived": False}
        self.record("plan", code, {**body, "has_seats": has_seats, "grants": given})

    def set_grace(self) -> None:
        policy = self.random.choice(list(FirstPaymentPolicy))
        self.grace = GraceTerms(self.random.choice([0, 7, 21]), policy)
        self.record("terms", TERMS_KEY, {"grace_days": self.grace.days, "first_payment": policy.value})

    def subscribe(self) -> None:
        key = f"sub_{len(self.subscriptions)}"
        plan = self.plans[self.random.choice(PLANS[1:])]
        self.subscriptions[key] = SubscriptionFacts(key, plan, "active")
        self.hear(key)

    def hear(self, key: str = "") -> None:
        """A refresh finds the subscription in any state, with any items."""
        if not self.subscriptions:
            return
        key = key or self.random.choice(list(self.subscriptions))
        self.held[key] = [
            (f"si_{number}", f"price_{self.random.choice(PLANS[1:])}", self.random.randint(1, 9))
            for number in range(self.random.choice([1, 1, 1, 2, 3]))
        ]
        self._write(
            key,
            status=self.random.choice([*STATUSES, "active", "past_due", "past_due"]),
            cancel_at=self.moment(),
            ended_at=self.moment() if self.random.random() < 0.1 else None,
            paused_paid_until=self.moment() if self.random.random() < 0.2 else None,
            past_due_at=self.now - timedelta(days=self.random.randrange(30)),
            is_past_due_since_trial=self.random.random() < 0.3,
        )

    def _write(self, key: str, **fields: Any) -> None:
        row = self.subscriptions[key] = replace(self.subscriptions[key], **fields)
        body = {
            "status": row.status,
            "price": self.held[key][0][1],
            "quantity": self.held[key][0][2],
            "items": [dict(zip(("id", "price", "quantity"), one, strict=True)) for one in self.held[key]],
            "current_period_end": row.current_period_end,
            "trial_end": row.trial_end,
            "cancel_at": row.cancel_at,
            "ended_at": row.ended_at,
            "past_due_at": row.past_due_at,
            "since_trial": row.is_past_due_since_trial,
            "paid_until": row.paused_paid_until,
        }
        self.record("subscription", key, body)

    def unpaid(self) -> None:
        if self.subscriptions:
            key = self.random.choice(list(self.subscriptions))
            self._write(key, status="past_due", past_due_at=self.now, ended_at=None, cancel_at=None)
            self._case(f"case-{len(self.cases)}", key)

    def follow_case(self) -> None:
        if self.cases:
            name = self.random.choice(list(self.cases))
            self._case(name, self.cases[name][0])

    def _case(self, name: str, key: str) -> None:
        case = UnpaidCase(
            state=self.random.choice(STATES),
            read_only_at=self.moment(),
            closes_at=self.moment(),
            ended_at=self.moment(),
            end_reason=self.random.choice(["", "paid", "forgiven", "dispute", "invoice_void"]),
        )
        self.cases[name] = (key, case)
        body = {"state": case.state, "read_only_at": case.read_only_at, "closes_at": case.closes_at}
        ended = {"ended_at": case.ended_at, "end_reason": case.end_reason}
        self.record("case", name, {"subscription": key, "invoice": f"in_{name}", **body, **ended})

    def try_out(self) -> None:
        days = timedelta(days=self.random.randrange(1, 30))
        plan = self.plans[self.random.choice(PLANS[1:])]
        ended = self.random.choice([None, self.now])
        self.trial = LocalTrialFacts(plan, self.now + days, ended)
        self.record("local_trial", "t", {"plan": plan.code, "ends_at": self.trial.ends_at, "ended_at": ended})

    def grant(self) -> None:
        uuid = f"o{len(self.overrides):04}"
        starts_at = self.now + timedelta(days=self.random.choice([0, 0, 3]))
        ends_at = self.random.choice([None, starts_at + timedelta(days=self.random.randrange(1, 20))])
        kind = self.random.choice(["on", "off", "number", "unlimited", "plan"])
        limit = self.random.randrange(900) if kind == "number" else None
        grant = {"on": Grant(), "number": Grant(limit), "unlimited": Grant(is_unlimited=True)}.get(kind)
        feature = "" if kind == "plan" else self.random.choice(FEATURES)
        plan = self.plans[self.random.choice(PLANS[1:])] if kind == "plan" else None
        quantity = self.random.randint(1, 9) if plan else 1
        row = OverrideFacts(uuid, starts_at, ends_at, None, feature, grant, plan, quantity)
        self._put(row, kind, limit)

    def end_grant(self) -> None:
        running = [uuid for uuid, row in self.overrides.items() if row.ended_at is None]
        if running:
            row = self.overrides[self.random.choice(running)]
            body = next(fact.body for fact in reversed(self.facts) if fact.key == row.uuid)
            self._put(replace(row, ended_at=self.now), body["kind"], body["limit"])

    def _put(self, row: OverrideFacts, kind: str, limit: int | None) -> None:
        self.overrides[row.uuid] = row
        what = {"kind": kind, "feature": row.feature, "plan": row.plan.code if row.plan else "", "limit": limit}
        when = {"starts_at": row.starts_at, "ends_at": row.ends_at, "ended_at": row.ended_at}
        self.record("override", row.uuid, {**what, "quantity": row.quantity, **when})
