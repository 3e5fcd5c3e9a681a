"""Guards whose objects the mirror holds: a key of another account must not make ours look gone."""

from django.conf import settings
from djstripe.models import APIKey

from billing.errors import WrongStripeAccount
from billing.gateway.accounts import own_account
from billing.models import StripeAccount


def known_id() -> str:
    """The account (`acct_…`) that our rows are a copy of, or an empty string before the first fetch."""
    row = StripeAccount.objects.filter(livemode=settings.STRIPE_LIVE_MODE).first()
    return row.stripe_account_id if row else ""


def remember(stripe_account_id: str) -> None:
    """Bind these rows to the account at first sight. Raises WrongStripeAccount when they belong to another.

    Safe to repeat and to run twice at once.
    """
    here = StripeAccount.objects.filter(livemode=settings.STRIPE_LIVE_MODE)
    StripeAccount.objects.get_or_create(livemode=settings.STRIPE_LIVE_MODE)
    here.filter(stripe_account_id="").update(stripe_account_id=stripe_account_id)
    if known_id() != stripe_account_id:
        raise WrongStripeAccount(known=known_id(), found=stripe_account_id)


def demand_ours() -> None:
    """Ask Stripe whose key we have. Raises WrongStripeAccount; StripeUnreachable, StripeKeyRefused as every call.

    Stripe answers "No such …" to a key of another account, which would read as if everything had been deleted.
    A key never moves to another account, so that one that is known to open ours needs no question.
    """
    if not is_key_known():
        remember(own_account()["id"])


def look_whether_ours() -> None:
    """The same for who must not write: nothing is remembered."""
    known = known_id()
    if known and not is_key_known() and (found := own_account()["id"]) != known:
        raise WrongStripeAccount(known=known, found=found)


def is_key_known() -> bool:
    """Whether dj-stripe has noted of this very key that it opens the account of our rows."""
    ours = APIKey.objects.filter(djstripe_owner_account__id=known_id() or None)
    return ours.filter(secret=settings.STRIPE_SECRET_KEY).exists()
