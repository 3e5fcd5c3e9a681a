"""Gathers what mails and pages say of a running trial: plan, end, and what is charged then. It has no words."""

from typing import Any

from billing.models import LocalTrial, Price, Subscription
from billing.money import Money
from billing.selectors.payment_method import charged_payment_method


def trial_words(stripe_subscription_id: str, *, local_trial: LocalTrial | None) -> dict[str, Any]:
    """`ends_at` (UTC), and of a trial at Stripe (`sub_…`) its price a period before tax and its card, if known."""
    if local_trial is not None:
        return {"plan_name": local_trial.plan.name, "ends_at": local_trial.ends_at, "is_local": True}
    subscription = Subscription.objects.get(stripe_subscription_id=stripe_subscription_id)
    price = Price.objects.select_related("plan").filter(stripe_price_id=subscription.stripe_price_id).first()
    return {
        "plan_name": price.plan.name if price else "your plan",
        "ends_at": subscription.trial_end,
        "is_local": False,
        "interval": price.interval if price else "",
        "amount": Money(price.amount_minor * subscription.quantity, price.currency) if price else None,
        "payment_method": charged_payment_method(subscription),
    }
