"""Situations in which a planned change of plan leads to a mail, from rows as a refresh leaves them."""

from datetime import timedelta
from uuid import uuid4

from accounts.models import Organization
from billing.models import PlanChange, Price, Subscription, SubscriptionSchedule
from billing.services.follow_scheduled_change import follow_schedule, follow_subscription
from billing.services.remind_of_impact import remind_of_impact
from billing.terms import ObjectKind
from tests.billing.factories import NOW, FeatureFactory, PlanFeatureFactory, PriceFactory, SubscriptionFactory
from tests.billing.mail_causes import moved
from tests.factories import MembershipFactory


def planned(organization: Organization, **changed) -> PlanChange:
    subscription = SubscriptionFactory(organization=organization)
    before = Price.objects.get(stripe_price_id=subscription.stripe_price_id)
    schedule = SubscriptionSchedule.objects.create(
        stripe_schedule_id="sub_sched_1",
        livemode=False,
        stripe_subscription_id=subscription.stripe_subscription_id,
        status="active",
        current_phase_end=subscription.current_period_end,
        next_stripe_price_id="price_lower",
        next_quantity=1,
        created_at=NOW,
        fetched_at=NOW,
    )
    return PlanChange.objects.create(
        **{
            "organization": organization,
            "request_key": uuid4(),
            "stripe_subscription_id": subscription.stripe_subscription_id,
            "from_price": before,
            "from_quantity": 1,
            "price": PriceFactory(plan__code="starter", stripe_price_id="price_lower", amount_minor=1600),
            "quantity": 1,
            "direction": "down",
            "behaviour": "period_end",
            "state": "scheduled",
            "stripe_schedule_id": schedule.stripe_schedule_id,
            "effective_at": subscription.current_period_end,
            **changed,
        }
    )


def plan_a_change(organization: Organization) -> None:
    planned(organization)
    follow_schedule(moved(ObjectKind.SUBSCRIPTION_SCHEDULE, "sub_sched_1", "price_lower x 1"), now=NOW)


def see_it_happen(organization: Organization) -> None:
    change = planned(organization)
    Subscription.objects.update(stripe_price_id="price_lower", current_period_start=change.effective_at)
    follow_subscription(moved(ObjectKind.SUBSCRIPTION, change.stripe_subscription_id, "price_lower"), now=NOW)


def take_it_back(organization: Organization, *, reason: str = "undone") -> None:
    planned(organization, release_reason=reason)
    SubscriptionSchedule.objects.update(status="released")
    follow_schedule(moved(ObjectKind.SUBSCRIPTION_SCHEDULE, "sub_sched_1", "released"), now=NOW)


def drop_it(organization: Organization) -> None:
    take_it_back(organization, reason="archived")


def come_near_without_fitting(organization: Organization) -> None:
    change = planned(organization)
    for person in "abc":
        MembershipFactory(organization=organization, user__email=f"{person}@oakline.example")
    people = FeatureFactory(code="people", name="People", kind="limit")
    PlanFeatureFactory(plan=change.price.plan, feature=people, limit=2)
    remind_of_impact(change.effective_at - timedelta(days=2))


PLANNED_MAILS = [
    (
        "plan_change_does_not_fit",
        come_near_without_fitting,
        ["14 Dec 2026", "3 used, Starter has 2", "All stay", "keep Growth"],
    ),
    ("plan_change_planned", plan_a_change, ["14 Dec 2026", "Growth", "Starter", "€16.00 instead of €48.00"]),
    (
        "plan_change_happened",
        see_it_happen,
        ["Growth is now Starter", "€16.00 instead of €48.00", "nothing was deleted"],
    ),
    ("plan_change_taken_back", take_it_back, ["Growth goes on", "taken back", "€48.00 as before"]),
    ("plan_change_dropped", drop_it, ["Starter was to begin on 14 Dec 2026", "no longer sold", "€48.00 as before"]),
]
