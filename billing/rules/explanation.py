"""Says why an organization may or may not use a feature at a moment, as a chain from the plan to the answer.

The decision is the rule's own (`rules.entitlement.decide`), of the facts as they were known then; the chain names the
version of each fact. It must not read or store, and it decides nothing itself.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from billing.rules.access_facts import TERMS_KEY, Named, RecordedFact, inputs_from, moment
from billing.rules.dunning.access import access_days, is_settled
from billing.rules.entitlement import (
    OPEN_STATUSES,
    Access,
    AccessInputs,
    GraceTerms,
    SubscriptionFacts,
    decide,
)
from billing.rules.grants import Grant, ItemFacts, OverrideFacts, PlanFacts, granted
from billing.terms import AccessFactKind, AccessReason, SubscriptionStatus


class Link(StrEnum):
    """What a link of the chain speaks of, in the order of the chain."""

    PLAN = "plan"
    ITEM = "item"
    STATUS = "status"
    END = "end"
    CASE = "case"
    GRACE = "grace"
    TRIAL = "local_trial"
    COMP = "comp"
    OVERRIDE = "override"
    ANSWER = "answer"


@dataclass(frozen=True, slots=True)
class Reason:
    """One link: a sentence, and the version of the fact that it rests on. `ids` are ours and Stripe's."""

    link: Link
    sentence: str
    fact: RecordedFact | None = None
    ids: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Explanation:
    """`limit` is 0 for none and None for unlimited; a flag that is on has no limit either."""

    feature: str
    at: datetime
    is_allowed: bool
    limit: int | None
    access: Access
    reasons: tuple[Reason, ...]


def explain_access(
    known: Mapping[Named, RecordedFact], *, feature: str, at: datetime, terms: GraceTerms
) -> Explanation:
    """What was decided of `feature` (its code) at `at` (UTC business time), and why; `known` as `known_at` gives it.

    `terms` hold where none were recorded. What no fact of the organization says gives nothing.
    """
    inputs = inputs_from({named: fact.body for named, fact in known.items() if fact.body}, terms=terms)
    access = decide(inputs, at)
    chain = _Chain(known, inputs, access, feature, at)
    return Explanation(
        feature=feature,
        at=at,
        is_allowed=access.has(feature),
        limit=_limit(access.grants.get(feature)),
        access=access,
        reasons=tuple(chain.links()),
    )


def _limit(grant: Grant | None) -> int | None:
    if grant is None:
        return 0
    return None if grant.is_unlimited else grant.limit


@dataclass(frozen=True, slots=True)
class _Chain:
    known: Mapping[Named, RecordedFact]
    inputs: AccessInputs
    access: Access
    feature: str
    at: datetime

    def links(self) -> Iterator[Reason]:
        winner = next(
            (one for one in self.inputs.subscriptions if one.stripe_subscription_id == self._winner_id()), None
        )
        if self.access.reason == AccessReason.FREE:
            for subscription in self.inputs.subscriptions:
                yield from self._subscription(subscription)
        if winner is not None:
            yield from self._winner(winner)
        elif self.access.reason == AccessReason.LOCAL_TRIAL:
            yield from self._trial()
        elif self.access.reason == AccessReason.COMP:
            yield from self._comp()
        else:
            yield self._plan(self.inputs.free_plan)
        yield from self._overrides()
        yield self._answer()

    def _winner_id(self) -> str:
        return self.access.stripe_subscription_id or "-"

    def _fact(self, kind: AccessFactKind, key: str) -> RecordedFact | None:
        return self.known.get((kind, key))

    def _winner(self, subscription: SubscriptionFacts) -> Iterator[Reason]:
        for code in dict.fromkeys(item.plan.code for item in subscription.held()):
            plan = next(item.plan for item in subscription.held() if item.plan.code == code)
            yield self._plan(plan)
        yield from self._subscription(subscription)

    def _plan(self, plan: PlanFacts) -> Reason:
        fact = self._fact(AccessFactKind.PLAN, plan.code)
        given = _worth(plan.grants.get(self.feature))
        since = f", as it is since {_day(fact.business_at)}" if fact else ""
        sentence = f"The plan {plan.name}{since}, gives {self.feature}: {given}."
        return Reason(Link.PLAN, sentence, fact, _of(plan=plan.code))

    def _subscription(self, subscription: SubscriptionFacts) -> Iterator[Reason]:
        fact = self._fact(AccessFactKind.SUBSCRIPTION, subscription.stripe_subscription_id)
        ids = _of(subscription=subscription.stripe_subscription_id)
        for item in subscription.held():
            yield self._item(item, fact, ids)
        is_open = subscription.status in OPEN_STATUSES
        gives = "which gives access" if is_open else "which gives no access"
        yield Reason(Link.STATUS, f"The subscription is {subscription.status}, {gives}.", fact, ids)
        for what, end in (
            ("ended", subscription.ended_at),
            ("is cancelled for", subscription.cancel_at),
            ("is paused and paid until", subscription.paused_paid_until),
        ):
            if end is not None:
                over = "which is over" if end <= self.at else "which is ahead"
                yield Reason(Link.END, f"It {what} {_day(end)}, {over}.", fact, ids)
        if subscription.status == SubscriptionStatus.PAST_DUE:
            yield from self._unpaid(subscription, fact, ids)

    def _item(self, item: ItemFacts, fact: RecordedFact | None, ids: Mapping[str, str]) -> Reason:
        given = _worth(granted(item).get(self.feature))
        sentence = f"It holds {item.quantity} × {item.plan.name}, which comes to {self.feature}: {given}."
        return Reason(Link.ITEM, sentence, fact, {**ids, **_of(item=item.stripe_item_id, price=item.stripe_price_id)})

    def _unpaid(
        self, subscription: SubscriptionFacts, fact: RecordedFact | None, ids: Mapping[str, str]
    ) -> Iterator[Reason]:
        for (kind, key), case in self.known.items():
            if kind == AccessFactKind.CASE and case.body.get("subscription") == subscription.stripe_subscription_id:
                yield Reason(Link.CASE, _case_sentence(case), case, _of(case=key, invoice=case.body["invoice"]))
        began, grace = subscription.past_due_at, self.inputs.grace
        counts_cases = access_days(subscription.cases, past_due_at=began) is not None
        if counts_cases or began is None:
            return
        terms = self._fact(AccessFactKind.TERMS, TERMS_KEY) or fact
        if is_settled(subscription.cases, past_due_at=began):
            yield Reason(Link.GRACE, "What had failed was settled, so nothing is owed.", terms, ids)
        else:
            sentence = f"It is unpaid since {_day(began)}, and the grace is {grace.days} days from then."
            yield Reason(Link.GRACE, sentence, terms, ids)

    def _trial(self) -> Iterator[Reason]:
        trial = self.inputs.local_trial
        if trial is None:
            return
        yield self._plan(trial.plan)
        fact = next((one for (kind, _), one in self.known.items() if kind == AccessFactKind.LOCAL_TRIAL), None)
        sentence = f"A trial without a card gives it until {_day(trial.closes_at())}."
        yield Reason(Link.TRIAL, sentence, fact, _of(local_trial=fact.key if fact else ""))

    def _comp(self) -> Iterator[Reason]:
        comp = next((one for one in self.inputs.overrides if one.uuid in self.access.override_ids and one.plan), None)
        if comp is None or comp.plan is None:
            return
        yield self._plan(comp.plan)
        seats = f" for {comp.quantity} seats" if comp.plan.has_seats else ""
        yield self._override(Link.COMP, comp, f"Staff granted the whole plan{seats}{_until(comp)}.")

    def _overrides(self) -> Iterator[Reason]:
        for override in self.inputs.overrides:
            if override.feature != self.feature:
                continue
            if override.uuid in self.access.override_ids:
                worth = _worth(override.grant)
                sentence = f"Staff granted {self.feature}: {worth}{_until(override)}; it takes the place of the plan."
            elif override.runs(self.at):
                sentence = f"A grant of {self.feature} gives way to one that began later."
            else:
                sentence = f"A grant of {self.feature} does not run at this moment{_until(override)}."
            yield self._override(Link.OVERRIDE, override, sentence)

    def _override(self, link: Link, override: OverrideFacts, sentence: str) -> Reason:
        fact = self._fact(AccessFactKind.OVERRIDE, override.uuid)
        return Reason(link, sentence, fact, _of(override=override.uuid))

    def _answer(self) -> Reason:
        has = self.access.has(self.feature)
        worth = _worth(self.access.grants.get(self.feature))
        told = f"Yes, {self.feature}: {worth}." if has else f"No, {self.feature} is not included."
        if has and self.access.is_read_only:
            told += " It can be read and not changed, because an invoice is unpaid."
        return Reason(Link.ANSWER, told)


def _case_sentence(case: RecordedFact) -> str:
    body, closes = case.body, moment(case.body["closes_at"])
    read_only, ended = moment(body["read_only_at"]), moment(body["ended_at"])
    parts = [f"The unpaid invoice is pursued ({body['state']})"]
    if ended is not None:
        parts = [f"What was pursued for its invoice ended {_day(ended)} ({body['state']})"]
    if read_only is not None:
        parts.append(f"writing closes {_day(read_only)}")
    if closes is not None:
        parts.append(f"access closes {_day(closes)}")
    return ", ".join(parts) + "."


def _worth(grant: Grant | None) -> str:
    if grant is None:
        return "no"
    if grant.is_unlimited:
        return "unlimited"
    if grant.limit is None:
        return "yes"
    return f"{grant.limit:,} per seat" if grant.is_per_seat else f"{grant.limit:,}"


def _until(override: OverrideFacts) -> str:
    end = override.closes_at()
    return f", from {_day(override.starts_at)}" + (f" until {_day(end)}" if end else "")


def _day(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"


def _of(**ids: str) -> dict[str, str]:
    return {name: value for name, value in ids.items() if value}
