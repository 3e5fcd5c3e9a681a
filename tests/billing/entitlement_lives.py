"""Random lives of a customer in rows, changed as refreshes and services change them, with what gates answered."""

from datetime import datetime, timedelta
from random import Random
from typing import Any
from uuid import uuid4

from accounts.models import Organization
from billing.models import (
    DunningCase,
    EntitlementOverride,
    LocalTrial,
    Plan,
    PlanFeature,
    Subscription,
    SubscriptionItem,
)
from billing.models.access_record import (
    record_case,
    record_catalogue,
    record_local_trial,
    record_subscription,
)
from billing.rules.entitlement import Access
from billing.rules.override import OverrideTerms
from billing.selectors.access import access_for
from billing.services.end_override import end_override
from billing.services.grant_override import grant_override
from billing.terms import CaseState, OverrideKind, SubscriptionStatus
from tests.billing.cases import give_case
from tests.billing.factories import NOW, SubscriptionFactory
from tests.factories import OrganizationFactory

DAY = timedelta(days=1)
STATUSES = [status.value for status in SubscriptionStatus]


def subscribed(organization: Organization) -> Subscription:
    return SubscriptionFactory(organization=organization, price=None, stripe_price_id="price_growth", currency="eur")


class Life:
    """One customer's rows, changed as refreshes and services change them, and what gates answered meanwhile."""

    def __init__(self, seed: int, begins_at: datetime = NOW) -> None:
        self.random, self.now = Random(seed), begins_at
        self.organization: Organization = OrganizationFactory()
        self.decisions: list[tuple[datetime, Access]] = []

    def play(self, steps: int) -> "Life":
        for _ in range(steps):
            self.now += timedelta(hours=self.random.choice([1, 30, 200]))
            self.random.choice(
                [self.ask, self.ask, self.refresh, self.refresh, self.fail, self.follow, self.try_out]
                + [self.grant, self.end, self.publish]
            )()
        self.ask()
        return self

    def ask(self) -> None:
        self.now += timedelta(seconds=1)
        self.decisions.append((self.now, access_for(self.organization, self.now)))

    def moment(self) -> datetime | None:
        days = self.random.choice([None, -40, -3, 2, 9, 60])
        return None if days is None else self.now + days * DAY

    def refresh(self, **state: Any) -> Subscription:
        row = Subscription.objects.filter(organization=self.organization).order_by("?").first()
        if row is None or self.random.random() < 0.2:
            row = SubscriptionFactory(organization=self.organization, price=None, stripe_price_id="", currency="eur")
        SubscriptionItem.objects.filter(subscription=row).delete()
        prices = ["price_growth", "price_scale", "price_unknown"]
        for number in range(self.random.choice([0, 1, 1, 2])):
            SubscriptionItem.objects.create(
                subscription=row,
                stripe_item_id=f"si_{number}",
                stripe_price_id=self.random.choice(prices),
                quantity=self.random.randint(1, 9),
                position=number,
            )
        row.stripe_price_id = self.random.choice(prices)
        row.status = self.random.choice([*STATUSES, "active", "past_due"])
        row.cancel_at, row.past_due_at = self.moment(), self.moment()
        row.is_past_due_since_trial = self.random.random() < 0.3
        row.paused_paid_until = self.moment() if self.random.random() < 0.2 else None
        for name, value in state.items():
            setattr(row, name, value)
        row.save()
        record_subscription(row, business_at=self.now)
        return row

    def fail(self) -> None:
        row = self.refresh(status="past_due", past_due_at=self.now, cancel_at=None)
        case = give_case(row, now=self.now, read_only_at=self.now + 2 * DAY, access_closes_at=self.now + 9 * DAY)
        record_case(case, business_at=self.now)

    def follow(self) -> None:
        case = DunningCase.objects.filter(organization=self.organization).first()
        if case is not None:
            state = self.random.choice([CaseState.LOST, CaseState.RECOVERED, CaseState.STOPPED])
            case.state, case.ended_at, case.due_at = state.value, self.now, None
            case.end_reason = self.random.choice(["forgiven", "dispute", "paid"])
            case.save()
            record_case(case, business_at=self.now)

    def try_out(self) -> None:
        LocalTrial.objects.update_or_create(
            organization=self.organization,
            defaults={
                "plan": Plan.objects.get(code="growth"),
                "started_at": self.now,
                "ends_at": self.now + 5 * DAY,
                "ended_at": self.random.choice([None, self.now + DAY]),
            },
        )
        record_local_trial(self.organization.pk, business_at=self.now)

    def grant(self) -> None:
        kind, code, limit = self.random.choice(
            [
                ("plan", "scale", None),
                ("number", "projects", 7),
                ("unlimited", "projects", None),
                ("off", "exports", None),
            ]
        )
        starts_at = self.random.choice([None, self.now + DAY])
        ends_at = self.random.choice([None, self.now + 6 * DAY])
        quantity = 8 if kind == "plan" else 1
        terms = OverrideTerms(OverrideKind(kind), code, limit, quantity, starts_at, ends_at)
        grant_override(self.organization, terms, reason="A pilot", request_key=uuid4(), actor=None, now=self.now)

    def end(self) -> None:
        running = EntitlementOverride.objects.filter(organization=self.organization, ended_at=None)
        row = next((one for one in running if one.ends_at is None or one.ends_at > self.now), None)
        if row is not None:
            end_override(row.pk, reason="It is over", actor=None, now=self.now)

    def publish(self) -> None:
        grant = PlanFeature.objects.get(plan__code="growth", feature__code="projects")
        PlanFeature.objects.filter(pk=grant.pk).update(limit=self.random.randrange(99))
        record_catalogue(business_at=self.now)
