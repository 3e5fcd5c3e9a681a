"""Use case: show to staff what would follow if a trial ended now, to the unit, before they end it."""

from dataclasses import dataclass
from datetime import datetime

from accounts.models import Organization
from billing.errors import NotOnTrial
from billing.gateway.previews import quote_trial_end
from billing.models import LocalTrial, PaymentMethod
from billing.money import Money
from billing.rules.actions import require
from billing.selectors.lifecycle import lifecycle_of
from billing.selectors.payment_method import charged_payment_method
from billing.selectors.trial_end import is_billed_at_end
from billing.terms import LifecycleState, MissingCardPolicy, SubscriptionAction


@dataclass(frozen=True, slots=True)
class TrialEndPreview:
    """`amount` is what Stripe would bill, with tax, discount and credit; None where nothing is billed.

    Without `card` the `missing_card_policy` says what comes instead. `ends_at` (UTC) is the end that the trial has
    now; `is_local` says that it is a trial of ours, of which Stripe knows nothing.
    """

    ends_at: datetime
    is_local: bool
    amount: Money | None = None
    card: PaymentMethod | None = None
    missing_card_policy: str = ""


def preview_trial_end(organization: Organization, now: datetime) -> TrialEndPreview:
    """What ending the running trial at `now` (business time) means. Changes nothing; safe to repeat.

    Raises NotOnTrial, CancellationPending, StripeUnreachable, StripeRefused.
    """
    lifecycle = lifecycle_of(organization, now)
    require(SubscriptionAction.END_TRIAL, lifecycle.state)
    if lifecycle.state == LifecycleState.LOCAL_TRIAL:
        return TrialEndPreview(LocalTrial.objects.get(organization=organization).ends_at, is_local=True)
    subscription = lifecycle.subscription
    if subscription is None or subscription.trial_end is None:
        raise NotOnTrial()
    amount = None
    if is_billed_at_end(subscription):
        quote = quote_trial_end(subscription.stripe_subscription_id)
        amount = Money(quote.amount_due_minor, quote.currency)
    return TrialEndPreview(
        subscription.trial_end,
        is_local=False,
        amount=amount,
        card=charged_payment_method(subscription),
        missing_card_policy=subscription.missing_card_policy or MissingCardPolicy.CREATE_INVOICE.value,
    )
