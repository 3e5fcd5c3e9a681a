"""Reads what a failed payment leaves to use, for what is told beforehand: on the price page and in the first mail."""

from datetime import datetime

from django.conf import settings

from billing.models import DunningCase, DunningRule, Invoice, Subscription
from billing.rules.dunning.access import earliest
from billing.rules.dunning.facts import AccessPlan
from billing.rules.dunning.policy import STANDARD_BODY, parse_policy
from billing.selectors.dunning_policy import STANDARD, newest, policy_for
from billing.terms import OPEN_CASE_STATES, FirstPaymentPolicy


def least_access() -> AccessPlan:
    """The shortest that any policy gives of those that a new case may get. Two queries, and one for each policy."""
    keys = {STANDARD, *DunningRule.objects.filter(is_active=True).values_list("policy_key", flat=True)}
    plans = [_access_of(key) for key in sorted(keys)]
    read_only = [plan.read_only_after for plan in plans if plan.read_only_after is not None]
    return AccessPlan(min(read_only, default=None), min(plan.closed_after for plan in plans))


def access_end(
    invoice: Invoice, subscription: Subscription | None, *, failed_at: datetime, is_since_trial: bool, now: datetime
) -> datetime | None:
    """When this failure closes access if nothing is paid, UTC; its case may not be open yet. `now` is business time.

    None where access is closed already, or never closes: nothing is to be announced then.
    """
    has_no_grace = is_since_trial and settings.TRIAL_FIRST_PAYMENT_POLICY == FirstPaymentPolicy.NO_ACCESS
    if has_no_grace or subscription is None:
        return None
    cases = DunningCase.objects.filter(
        stripe_subscription_id=subscription.stripe_subscription_id,
        state__in=[state.value for state in OPEN_CASE_STATES],
    )
    ends = dict(cases.values_list("stripe_invoice_id", "access_closes_at"))
    if invoice.stripe_invoice_id not in ends:
        policy = policy_for(invoice, subscription, now=now)
        plan = parse_policy(policy.key, policy.version, policy.body).access
        ends[invoice.stripe_invoice_id] = failed_at + plan.closed_after
    ends_at = earliest(ends.values())
    return ends_at if ends_at is not None and ends_at > failed_at else None


def _access_of(policy_key: str) -> AccessPlan:
    """What the newest version of a policy gives; of the standard one where there is none of that name."""
    row = newest(policy_key) or newest(STANDARD)
    if row is None:
        return parse_policy(STANDARD, 1, STANDARD_BODY).access
    return parse_policy(row.key, row.version, row.body).access
