"""Answers what an organization may use; the only place where pages, API and templates get it from."""

from datetime import datetime

from django.conf import settings

from accounts.models import Organization
from billing.models import Plan
from billing.rules.access_facts import inputs_from
from billing.rules.entitlement import Access, GraceTerms, decide
from billing.rules.grants import Grant, PlanFacts
from billing.selectors.access_rows import access_rows
from billing.terms import FirstPaymentPolicy


def access_for(organization: Organization, now: datetime) -> Access:
    """What this organization may use at `now` (business time, UTC), read anew. One query.

    What is asked often asks `selectors.entitlements`, which keeps the answer.
    """
    return decide(inputs_from(access_rows(organization.pk).bodies, terms=grace_terms()), now)


def grace_terms() -> GraceTerms:
    return GraceTerms(int(settings.GRACE_DAYS), FirstPaymentPolicy(settings.TRIAL_FIRST_PAYMENT_POLICY))


def grace_days(*, is_since_trial: bool) -> int:
    """How long access outlasts a failed payment without a case; `is_since_trial`: nothing was paid since a trial."""
    has_none = is_since_trial and settings.TRIAL_FIRST_PAYMENT_POLICY == FirstPaymentPolicy.NO_ACCESS
    return 0 if has_none else int(settings.GRACE_DAYS)


def plan_facts(plan: Plan) -> PlanFacts:
    """A plan as the rules see it; its grants with their features should be prefetched."""
    grants = {
        grant.feature.code: Grant(grant.limit, is_unlimited=grant.is_unlimited, is_per_seat=grant.is_per_seat)
        for grant in plan.grants.all()
    }
    return PlanFacts(plan.code, plan.name, plan.rank, grants, has_seats=plan.minimum_seats is not None)
