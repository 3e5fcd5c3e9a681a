"""Use case: before money moves, look at the Stripe account, and let a person confirm that only we collect from it.

Looking reads Stripe and changes nothing there; a confirmation is a dated row of ours, for one account and mode.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from billing.errors import CollectionNotConfirmed
from billing.gateway import accounts, collection_signs, webhook_endpoints
from billing.gateway.client import VersionChanged
from billing.mirror.account import known_id, remember
from billing.models import CollectionConfirmation
from billing.rules.preflight import AccountSeen, Check, Mark, checks_of, may_confirm
from billing.rules.stripe_account import WEBHOOK_PATH, EndpointChoice, choose_endpoint, is_reachable

_MOST_READ = 1000
_EVENTS_LAST = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Preflight:
    """`account_id` (`acct_…`) is empty where Stripe's answer could not be read."""

    account_id: str
    mode: str
    checks: tuple[Check, ...]

    @property
    def is_sound(self) -> bool:
        return may_confirm(list(self.checks))


def look_at_account(event_types: Sequence[str], *, wants_own: bool, now: datetime) -> Preflight:
    """What the account shows, judged for our collecting where `wants_own`; `now` is system time. Changes nothing.

    Raises StripeUnreachable, StripeKeyRefused.
    """
    try:
        seen = _look(event_types, now=now)
    except VersionChanged as error:
        return Preflight("", _mode(), (Check("api_version", Mark.FAULT, str(error)),))
    return Preflight(seen.account_id, seen.mode, tuple(checks_of(seen, wants_own=wants_own)))


def confirm_own_collection(
    event_types: Sequence[str], *, by: str, stripe_account_id: str, now: datetime
) -> CollectionConfirmation:
    """Record that `by` has switched Stripe's own retries off on this account (`acct_…`); `now` is system time.

    Safe to repeat: a confirmation that counts already stays as it is. Raises CollectionNotConfirmed where there is
    nothing to confirm, where the key opens another account, or where Stripe shows that it collects, and
    StripeUnreachable, StripeKeyRefused.
    """
    if settings.USES_SANDBOX:
        raise CollectionNotConfirmed(["The sandbox is no account: there we collect without a confirmation."])
    look = look_at_account(event_types, wants_own=True, now=now)
    faults = [check.says for check in look.checks if check.mark == Mark.FAULT]
    if look.account_id and look.account_id != stripe_account_id:
        faults.insert(0, f"The key opens {look.account_id}, not {stripe_account_id}.")
    if faults:
        raise CollectionNotConfirmed(faults)
    remember(stripe_account_id)
    with transaction.atomic():
        row, _ = CollectionConfirmation.objects.get_or_create(
            stripe_account_id=stripe_account_id,
            livemode=settings.STRIPE_LIVE_MODE,
            withdrawn_at=None,
            defaults={"confirmed_by": by, "confirmed_at": now},
        )
    return row


def withdraw_own_collection(*, by: str, now: datetime) -> bool:
    """From now on Stripe collects from new failures, and we watch; True if it was otherwise. Asks nobody.

    `now` is system time. Cases that are open stay with us, each with its last look. Safe to repeat.
    """
    found = CollectionConfirmation.objects.filter(livemode=settings.STRIPE_LIVE_MODE, withdrawn_at=None)
    return found.update(withdrawn_at=now, why_withdrawn=f"by {by}"[:200]) > 0


def _look(event_types: Sequence[str], *, now: datetime) -> AccountSeen:
    account = accounts.own_account()
    retried, is_cut = collection_signs.retried_invoice_ids(most=_MOST_READ)
    return AccountSeen(
        account_id=str(account["id"]),
        known_account_id=known_id(),
        mode=_mode(),
        api_version=accounts.version_of(account),
        pinned_api_version=settings.STRIPE_API_VERSION,
        endpoint_url=_endpoint_url(),
        endpoint=_endpoint(event_types),
        retried_invoice_ids=tuple(retried),
        ended_subscription_ids=tuple(
            collection_signs.subscription_ids_ended_by_stripe(since=now - _EVENTS_LAST, most=_MOST_READ)
        ),
        unpaid_subscription_ids=tuple(collection_signs.unpaid_subscription_ids(most=_MOST_READ)),
        is_cut=is_cut,
    )


def _mode() -> str:
    return "live" if settings.STRIPE_LIVE_MODE else "sandbox" if settings.USES_SANDBOX else "test"


def _endpoint_url() -> str:
    return f"{settings.SITE_URL}{WEBHOOK_PATH}"


def _endpoint(event_types: Sequence[str]) -> EndpointChoice | None:
    if settings.USES_SANDBOX or not is_reachable(settings.SITE_URL):
        return None
    found = webhook_endpoints.list_endpoints(_endpoint_url())
    return choose_endpoint(found, event_types=event_types, api_version=settings.STRIPE_API_VERSION)
