"""One row of each thing that is kept of trials, each of its own organization."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

from django.db.models import Model

from billing.models import (
    EntitlementOverride,
    LocalTrial,
    TrialAllowance,
    TrialCard,
    TrialChange,
    TrialRedemption,
    TrialRefusal,
)
from tests.billing.admin.rows_of_requests import checkout_intent
from tests.billing.factories import NOW, FeatureFactory, LocalTrialFactory
from tests.factories import OrganizationFactory, UserFactory


def trial_redemption(number: int) -> TrialRedemption:
    intent = checkout_intent(number)
    return TrialRedemption.objects.create(
        email_digest=f"{number:064}", organization=intent.organization, checkout_intent=intent
    )


def trial_refusal(number: int) -> TrialRefusal:
    card = TrialCard.objects.create(
        card_digest=f"{number:064}",
        organization=OrganizationFactory(),
        stripe_subscription_id=f"sub_{number:04}a",
        began_at=NOW,
    )
    return TrialRefusal.objects.create(
        organization=OrganizationFactory(), stripe_subscription_id=f"sub_{number:04}b", first_trial=card
    )


def trial_allowance(number: int) -> TrialAllowance:
    return TrialAllowance.objects.create(
        organization=OrganizationFactory(),
        granted_by=UserFactory(),
        request_key=uuid4(),
        reason=f"Studio-{number} of one owner",
    )


def override(number: int) -> EntitlementOverride:
    return EntitlementOverride.objects.create(
        organization=OrganizationFactory(),
        created_by=UserFactory(),
        request_key=uuid4(),
        kind="on",
        feature=FeatureFactory(code=f"granted-{number}"),
        reason=f"Pilot-{number} of theirs",
        starts_at=NOW,
    )


def trial_change(number: int) -> TrialChange:
    return TrialChange.objects.create(
        organization=OrganizationFactory(),
        requested_by=UserFactory(),
        request_key=uuid4(),
        action="extend",
        reason="They asked for it",
        stripe_subscription_id=f"sub_{number:04}",
        ended_before_at=NOW,
        ends_at=NOW + timedelta(days=30),
    )


OF_TRIALS: dict[type[Model], tuple[Callable[[int], Any], Callable[[Any], str]]] = {
    LocalTrial: (lambda number: LocalTrialFactory(plan__code=f"tried-{number}"), lambda row: row.organization.name),
    EntitlementOverride: (override, lambda row: row.reason.split()[0]),
    TrialAllowance: (trial_allowance, lambda row: row.reason.split()[0]),
    TrialChange: (trial_change, lambda row: row.stripe_subscription_id),
    TrialRedemption: (trial_redemption, lambda row: row.organization.name),
    TrialRefusal: (trial_refusal, lambda row: row.stripe_subscription_id),
}
