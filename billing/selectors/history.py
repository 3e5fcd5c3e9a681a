"""Reads one page of an organization's timeline with the objects that it names, in a fixed number of queries."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

from django.db.models import OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce

from accounts.models import Membership, Organization
from billing.models import (
    AuditEntry,
    ChargeAttempt,
    CreditNote,
    Invoice,
    LocalTrial,
    Price,
    Refund,
    Subscription,
    Transition,
)
from billing.money import Money
from billing.selectors.happenings import ACTS, TOLD, TONES, Act, Happening
from billing.selectors.payment_failure import card_of, decline_cause
from billing.selectors.timeline import LATEST, PAGE_SIZE, Entry, HistoryPage, rows_of
from billing.terms import ObjectKind

SUPPORT = "support"
"""Stands for a person of ours: customers are not told which."""

TRIALS = {"trial_began": Happening.LOCAL_TRIAL_BEGAN, "trial_ended": Happening.LOCAL_TRIAL_ENDED}
_EFFECT_FOLLOWS_WITHIN = timedelta(hours=1)


def latest_entries(
    organization: Organization,
    *,
    now: datetime,
    for_staff: bool = False,
    known_plans: Mapping[str, str] | None = None,
) -> tuple[Entry, ...]:
    """The newest entries, for the billing page or the customer's page of staff. `now` is business time.

    `known_plans` are the names of the plans of subscriptions (`sub_…`) that the caller has read anyway.
    """
    found = list(rows_of(organization, for_staff=for_staff, now=now)[:LATEST])
    reading = _Reading(organization, found, for_staff=for_staff, known_plans=known_plans or {})
    return _newest_first(reading.entries())


def history_page(
    organization: Organization, *, number: int, now: datetime, for_staff: bool = False, size: int = PAGE_SIZE
) -> HistoryPage:
    """Page `number` (from 1) of everything that happened; a number past the end shows the last page."""
    rows = rows_of(organization, for_staff=for_staff, now=now)
    total = rows.count()
    number = max(1, min(number, -(-total // size)))
    first = (number - 1) * size
    found = list(rows[first : first + size])
    return HistoryPage(
        entries=_newest_first(_Reading(organization, found, for_staff=for_staff).entries()),
        number=number,
        first=first + 1 if found else 0,
        last=first + len(found),
        total=total,
        has_newer=number > 1,
        has_older=first + len(found) < total,
    )


def _newest_first(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    return tuple(sorted(entries, key=lambda entry: entry.at, reverse=True))


@dataclass(frozen=True, slots=True)
class _Named:
    """What a transition is about."""

    amount: Money
    invoice: Invoice | None


class _Reading:
    """The rows of one page, each table read once."""

    def __init__(
        self,
        organization: Organization,
        found: list[dict[str, Any]],
        *,
        for_staff: bool,
        known_plans: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        self.for_staff = for_staff
        self.transitions = list(Transition.objects.filter(pk__in=_keys(found, "transition")))
        self.found = found
        self.trial = LocalTrial.objects.select_related("plan").filter(pk__in=_keys(found, *TRIALS)).first()
        self.acts, self.causes = _acts_and_causes(_keys(found, "act"), self.transitions, trial=self.trial)
        # Staff read who it was; customers read a name only of their own people.
        self.members: set[int] = set() if for_staff else _members(organization, [*self.acts, *self.causes])
        subscription_ids = self._ids(ObjectKind.SUBSCRIPTION)
        self.plans = {**_plan_names(subscription_ids - known_plans.keys()), **known_plans}
        self.charges = {
            row.stripe_charge_id: row
            for row in ChargeAttempt.objects.filter(stripe_charge_id__in=self._ids(ObjectKind.CHARGE))
        }
        self.back = _back(self._ids(ObjectKind.REFUND), self._ids(ObjectKind.CREDIT_NOTE))
        invoice_ids = self._ids(ObjectKind.INVOICE)
        invoice_ids |= {row.stripe_invoice_id for row in self.charges.values()}
        invoice_ids |= {invoice_id for _, invoice_id in self.back.values() if invoice_id}
        self.invoices = {
            row.stripe_invoice_id: row for row in Invoice.objects.filter(stripe_invoice_id__in=invoice_ids)
        }

    def _ids(self, kind: ObjectKind) -> set[str]:
        return {row.stripe_id for row in self.transitions if row.kind == kind.value}

    def entries(self) -> list[Entry]:
        told = (self._told(row) for row in self.transitions)
        acted = (self._acted(row) for row in self.acts)
        trial = (self._of_trial(str(row["table"]), at=row["at"]) for row in self.found)
        return [entry for entry in [*told, *acted, *trial] if entry is not None]

    def _told(self, row: Transition) -> Entry | None:
        happening = next((line.happening for line in TOLD if _is(row, line)), None)
        if happening is None:
            return None
        named = self._named(row)
        if named is None and row.kind != ObjectKind.SUBSCRIPTION.value:
            return None
        charge = self.charges.get(row.stripe_id)
        invoice = named.invoice if named else None
        return Entry(
            happening,
            charge.created_at if charge else row.business_at,
            tone=TONES.get(happening, ""),
            plan_name=self.plans.get(row.stripe_id, ""),
            amount=named.amount if named else None,
            card=card_of(charge),
            cause=decline_cause(charge) if charge else None,
            invoice_number=invoice.number if invoice else "",
            invoice_url=invoice.hosted_invoice_url if invoice else "",
            who=self._who(self._cause_of(row.stripe_id, happening, observed_at=row.observed_at)),
            ids=self._ids_of(row.stripe_id, *row.event_ids),
        )

    def _named(self, row: Transition) -> _Named | None:
        if row.kind == ObjectKind.INVOICE.value:
            invoice = self.invoices.get(row.stripe_id)
            return _Named(Money(invoice.total_minor, invoice.currency), invoice) if invoice else None
        if charge := self.charges.get(row.stripe_id):
            return _Named(Money(charge.amount_minor, charge.currency), self.invoices.get(charge.stripe_invoice_id))
        if back := self.back.get(row.stripe_id):
            amount, invoice_id = back
            return _Named(amount, self.invoices.get(invoice_id))
        return None

    def _acted(self, row: AuditEntry) -> Entry:
        act = ACTS.get(row.action) or Act(row.action.replace("_", " "))
        return Entry(
            Happening.ACT,
            row.business_at or row.created_at,
            who=self._who(row),
            words=act.words.format_map(_Details(row.details)),
            ids=self._ids_of(row.subject, str(row.uuid)),
        )

    def _of_trial(self, table: str, *, at: datetime) -> Entry | None:
        happening = {"trial_began": Happening.LOCAL_TRIAL_BEGAN, "trial_ended": Happening.LOCAL_TRIAL_ENDED}.get(
            table
        )
        if happening is None or self.trial is None:
            return None
        subject = str(self.trial.uuid)
        who = ""
        if happening == Happening.LOCAL_TRIAL_BEGAN:
            who = self._who(self._cause_of(subject, happening))
        return Entry(
            happening,
            at,
            tone=TONES.get(happening, ""),
            plan_name=self.trial.plan.name,
            who=who,
            ids=self._ids_of(subject),
        )

    def _cause_of(
        self, subject: str, happening: Happening, *, observed_at: datetime | None = None
    ) -> AuditEntry | None:
        """The act that led to it: the last one on that object shortly before the effect was seen (system time)."""
        for act in self.causes:
            leads_to = ACTS[act.action].leads_to
            wait = (observed_at - act.created_at) if observed_at else timedelta(0)
            if act.subject == subject and leads_to == happening and timedelta(0) <= wait < _EFFECT_FOLLOWS_WITHIN:
                return act
        return None

    def _who(self, act: AuditEntry | None) -> str:
        if act is None or act.actor is None:
            return ""
        is_ours = act.actor_id not in self.members
        return SUPPORT if is_ours and not self.for_staff else act.actor.get_full_name()

    def _ids_of(self, *ids: str) -> tuple[str, ...]:
        return tuple(ids) if self.for_staff else ()


class _Details(dict[str, Any]):
    """Details of an act for its words; one that a row does not have stays a gap, never an error."""

    def __missing__(self, key: str) -> str:
        return "…"


def _keys(found: Iterable[Mapping[str, Any]], *tables: str) -> set[int]:
    return {row["pk"] for row in found if row["table"] in tables}


def _is(row: Transition, line: Any) -> bool:
    return ((row.kind, row.aspect, row.to_state) == (line.kind.value, line.aspect, line.to_state)) and (
        line.from_states is None or row.from_state in line.from_states
    )


def _acts_and_causes(
    act_ids: set[int], transitions: list[Transition], *, trial: LocalTrial | None
) -> tuple[list[AuditEntry], list[AuditEntry]]:
    """The entries of the page's acts, and those that may have led to what the page tells, the newest first."""
    subjects = {row.stripe_id for row in transitions} | ({str(trial.uuid)} if trial else set())
    actions = {action for action, act in ACTS.items() if act.leads_to is not None}
    wanted = Q(pk__in=act_ids) | Q(subject__in=subjects, action__in=actions)
    rows = list(AuditEntry.objects.filter(wanted).select_related("actor").order_by("-created_at", "-pk"))
    causes = [row for row in rows if row.subject in subjects and row.action in actions]
    return [row for row in rows if row.pk in act_ids], causes


def _members(organization: Organization, acts: Iterable[AuditEntry]) -> set[int]:
    actors = {act.actor_id for act in acts if act.actor_id is not None}
    found = Membership.objects.filter(organization=organization, user_id__in=actors)
    return set(found.values_list("user_id", flat=True))


def _back(refund_ids: set[str], note_ids: set[str]) -> dict[str, tuple[Money, str]]:
    """What went back, by the id of the refund or credit note, with the id of a note's invoice."""
    refunds = Refund.objects.filter(stripe_refund_id__in=refund_ids)
    notes = CreditNote.objects.filter(stripe_credit_note_id__in=note_ids)
    rows = refunds.values_list("stripe_refund_id", "amount_minor", "currency", Value("")).union(
        notes.values_list("stripe_credit_note_id", "total_minor", "currency", "stripe_invoice_id"), all=True
    )
    return {stripe_id: (Money(total, currency), invoice_id) for stripe_id, total, currency, invoice_id in rows}


def _plan_names(subscription_ids: set[str]) -> dict[str, str]:
    plan = Price.objects.filter(stripe_price_id=OuterRef("stripe_price_id")).values("plan__name")
    named = Subscription.objects.filter(stripe_subscription_id__in=subscription_ids).annotate(
        plan_name=Coalesce(Subquery(plan[:1]), Value(""))
    )
    return dict(named.values_list("stripe_subscription_id", "plan_name"))
