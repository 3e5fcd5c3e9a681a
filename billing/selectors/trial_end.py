"""Says whether the end of a trial at Stripe leads to an invoice; how high it is, is Stripe's to say."""

from billing.models import Subscription
from billing.selectors.payment_method import charged_payment_method
from billing.terms import MissingCardPolicy


def is_billed_at_end(subscription: Subscription) -> bool:
    """Whether there is something to charge, or an invoice is wanted all the same. Without a policy that is so."""
    if charged_payment_method(subscription) is not None:
        return True
    return subscription.missing_card_policy not in (MissingCardPolicy.CANCEL, MissingCardPolicy.PAUSE)
