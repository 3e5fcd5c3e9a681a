"""Reads what a failed payment leaves to use, for what is told beforehand on the price page."""

from billing.models import DunningRule
from billing.rules.dunning.facts import AccessPlan
from billing.rules.dunning.policy import STANDARD_BODY, parse_policy
from billing.selectors.dunning_policy import STANDARD, newest


def least_access() -> AccessPlan:
    """The shortest that any policy gives of those that a new case may get. Two queries, and one for each policy."""
    keys = {STANDARD, *DunningRule.objects.filter(is_active=True).values_list("policy_key", flat=True)}
    plans = [_access_of(key) for key in sorted(keys)]
    read_only = [plan.read_only_after for plan in plans if plan.read_only_after is not None]
    return AccessPlan(min(read_only, default=None), min(plan.closed_after for plan in plans))


def _access_of(policy_key: str) -> AccessPlan:
    """What the newest version of a policy gives; of the standard one where there is none of that name."""
    row = newest(policy_key) or newest(STANDARD)
    if row is None:
        return parse_policy(STANDARD, 1, STANDARD_BODY).access
    return parse_policy(row.key, row.version, row.body).access
