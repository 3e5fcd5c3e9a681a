"""Says who retries unpaid invoices on this account: we ourselves, or Stripe while we watch."""

from django.conf import settings

from billing.models import CollectionConfirmation, StripeAccount
from billing.terms import Collector


def collector_now() -> Collector:
    """`own` on the sandbox, and where it is set and somebody has confirmed that Stripe's own retries are off (O1)."""
    if settings.DUNNING_COLLECTOR != "own":
        return Collector.OBSERVE
    if settings.USES_SANDBOX or confirmation() is not None:
        return Collector.OWN
    return Collector.OBSERVE


def confirmation() -> CollectionConfirmation | None:
    """The one that counts for the account that our key opens, in this mode."""
    account = StripeAccount.objects.filter(livemode=settings.STRIPE_LIVE_MODE).first()
    if account is None:
        return None
    return CollectionConfirmation.objects.filter(
        stripe_account_id=account.stripe_account_id, livemode=settings.STRIPE_LIVE_MODE, withdrawn_at=None
    ).first()
