"""Reads which version of which policy a new case gets; the first version of the standard one makes itself."""

from datetime import datetime

from billing.models import DunningPolicy, DunningRule, Invoice, Price, Subscription
from billing.rules.dunning.choice import STANDARD, RuleFacts, SubjectFacts, choose_policy
from billing.rules.dunning.policy import sha256_of
from billing.rules.dunning.standard import STANDARD_BODY
from billing.selectors.dunning import country_of


def policy_for(invoice: Invoice, subscription: Subscription, *, now: datetime) -> DunningPolicy:
    """The newest version of what the first matching rule names; `standard` without one. `now` is business time."""
    subject = SubjectFacts(
        plan_code=_plan_code(subscription),
        currency=invoice.currency,
        amount_minor=invoice.amount_remaining_minor,
        country=country_of(invoice.stripe_customer_id),
        tenure_days=max(0, (now - subscription.created_at).days),
    )
    key = choose_policy(active_rules(), subject=subject)
    return newest(key) or newest(STANDARD) or _first_standard()


def newest(key: str) -> DunningPolicy | None:
    return DunningPolicy.objects.filter(key=key).order_by("-version").first()


def active_rules() -> list[RuleFacts]:
    rows = DunningRule.objects.filter(is_active=True).order_by("position")
    return [
        RuleFacts(
            policy_key=row.policy_key,
            plan_code=row.plan_code,
            currency=row.currency,
            min_amount_minor=row.min_amount_minor,
            max_amount_minor=row.max_amount_minor,
            country=row.country,
            min_tenure_days=row.min_tenure_days,
        )
        for row in rows
    ]


def _first_standard() -> DunningPolicy:
    row, _ = DunningPolicy.objects.get_or_create(
        key=STANDARD, version=1, defaults={"body": STANDARD_BODY, "sha256": sha256_of(STANDARD_BODY)}
    )
    return row


def _plan_code(subscription: Subscription) -> str:
    prices = Price.objects.filter(stripe_price_id=subscription.stripe_price_id)
    return prices.values_list("plan__code", flat=True).first() or ""
