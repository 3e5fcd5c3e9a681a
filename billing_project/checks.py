"""System checks that refuse a configuration with which money could go wrong; they read the settings only.

`manage.py` runs them before every command; web, worker and beat run them in `refuse_bad_configuration`.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register, run_checks
from django.core.exceptions import ImproperlyConfigured

from billing.rules.seats import SeatSync
from billing.terms import ChangeBehaviour, Collector, FirstPaymentPolicy, MissingCardPolicy

TAG = "billing"
ENVIRONMENTS = ("development", "production")
# The version whose object shapes the gateway and the mirror read. Raising it is a change of code, not of settings.
PINNED_API_VERSION = "2026-05-27.dahlia"
DAYS_THAT_STRIPE_KEEPS_EVENTS = 30
SHORTEST_TOKEN = 20
CODE_ENTRIES = ("ours", "stripe", "none")
# Stripe takes no more on one subscription (https://docs.stripe.com/billing/subscriptions/coupons, read 2026-11-30).
MOST_DISCOUNTS = 20
STRIPE_API_BASE = "https://api.stripe.com"
TEST_PREFIXES = ("sk_test_", "rk_test_")
LIVE_PREFIXES = ("sk_live_", "rk_live_")
DISPUTE_LOST_POLICIES = ("cancel", "keep")
SEAT_SETTINGS = {
    "SEATS_UP_BEHAVIOUR": (ChangeBehaviour.NOW_NEXT_INVOICE, ChangeBehaviour.NOW_INVOICE),
    "SEATS_DOWN_BEHAVIOUR": (ChangeBehaviour.PERIOD_END, ChangeBehaviour.NOW_NEXT_INVOICE),
    "SEATS_SYNC": tuple(SeatSync),
}


def refuse_bad_configuration() -> None:
    """Raise ImproperlyConfigured with every fault found. For programs in which Django runs no checks by itself."""
    faults = [fault for fault in run_checks(tags=[TAG]) if fault.is_serious()]
    if faults:
        lines = "\n".join(sorted(f"{fault.id}: {fault.msg}" for fault in faults))
        raise ImproperlyConfigured(f"This configuration is refused.\n{lines}")


@register(TAG)
def check_environment(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> Iterator[CheckMessage]:
    if settings.ENVIRONMENT not in ENVIRONMENTS:
        yield Error(
            f"ENVIRONMENT is {settings.ENVIRONMENT!r}; it must be one of {', '.join(ENVIRONMENTS)}.",
            id="billing.E001",
        )


@register(TAG)
def check_stripe_keys(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> Iterator[CheckMessage]:
    key = settings.STRIPE_SECRET_KEY
    if key and not key.startswith(TEST_PREFIXES + LIVE_PREFIXES):
        yield Error(
            "STRIPE_SECRET_KEY is no secret or restricted key: it must begin with sk_ or rk_ and the mode.",
            id="billing.E002",
        )
    if any(other and other != key for other in settings.STRIPE_OTHER_KEYS):
        yield Error(
            "STRIPE_TEST_SECRET_KEY or STRIPE_LIVE_SECRET_KEY is set beside STRIPE_SECRET_KEY, so test and live "
            "could mix. Set STRIPE_SECRET_KEY only.",
            id="billing.E003",
        )
    if key.startswith(LIVE_PREFIXES) and (settings.DEBUG or not settings.IS_PRODUCTION):
        yield Error(
            "A live Stripe key needs ENVIRONMENT=production and DEBUG off: with it every click moves real money.",
            id="billing.E004",
        )
    if settings.IS_PRODUCTION and not key.startswith(LIVE_PREFIXES):
        yield Error("Production needs a live STRIPE_SECRET_KEY.", id="billing.E005")


@register(TAG)
def check_webhook_secrets(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> Iterator[CheckMessage]:
    secrets = settings.STRIPE_WEBHOOK_SECRETS
    if not secrets or not all(secrets):
        yield Error(
            "STRIPE_WEBHOOK_SECRETS is empty, so that no event from Stripe could be trusted.", id="billing.E006"
        )
    if not settings.USES_SANDBOX and settings.DEVELOPMENT_WEBHOOK_SECRET in secrets:
        yield Error("STRIPE_WEBHOOK_SECRETS holds the development secret, which everybody knows.", id="billing.E007")
    if not is_endpoint_table(settings.STRIPE_WEBHOOK_ENDPOINTS):
        yield Error(
            'STRIPE_WEBHOOK_ENDPOINTS must be JSON, {"key": {"secrets": ["whsec_…"], "account": "acct_…"}}, '
            "each with at least one secret; a key has lower-case letters, digits and dashes, and is not stripe.",
            id="billing.E017",
        )


def is_endpoint_table(found: Any) -> bool:
    """Whether every further webhook address is named and has secrets of its own."""
    if not isinstance(found, dict):
        return False
    are_named = all(re.fullmatch(r"(?!stripe$)[a-z0-9-]{1,40}", key) for key in found)
    return are_named and all(_is_endpoint(value) for value in found.values())


def _is_endpoint(found: Any) -> bool:
    if not isinstance(found, dict) or found.keys() - {"secrets", "account"}:
        return False
    secrets, account = found.get("secrets"), found.get("account", "")
    is_named = isinstance(account, str)
    return is_named and isinstance(secrets, list) and bool(secrets) and all(s and isinstance(s, str) for s in secrets)


@register(TAG)
def check_production_secrets(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> Iterator[CheckMessage]:
    if settings.IS_PRODUCTION and settings.SECRET_KEY == settings.DEVELOPMENT_SECRET_KEY:
        yield Error("SECRET_KEY is the development value, which everybody knows.", id="billing.E008")
    if settings.IS_PRODUCTION and settings.DEBUG:
        yield Error("DEBUG must be off in production: it shows settings and data to visitors.", id="billing.E009")
    if settings.IS_PRODUCTION and not settings.SITE_URL.startswith("https://"):
        yield Error("SITE_URL must begin with https:// in production.", id="billing.E010")


@register(TAG)
def check_second_step(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> Iterator[CheckMessage]:
    if settings.IS_PRODUCTION and not settings.STAFF_MFA_REQUIRED:
        yield Warning(
            "STAFF_MFA_REQUIRED is off in production: a stolen password of staff opens the admin.", id="billing.W001"
        )


@register(TAG)
def check_stripe_address(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> Iterator[CheckMessage]:
    if settings.STRIPE_API_VERSION != PINNED_API_VERSION:
        yield Error(
            f"STRIPE_API_VERSION is {settings.STRIPE_API_VERSION!r}, but the code reads the objects of "
            f"{PINNED_API_VERSION}.",
            id="billing.E011",
        )
    if settings.IS_PRODUCTION and (
        settings.STRIPE_API_BASE != STRIPE_API_BASE
        or not all(origin.startswith("https://") for origin in settings.STRIPE_HOSTED_ORIGINS)
    ):
        yield Error(
            "Production must talk to Stripe itself: STRIPE_API_BASE or STRIPE_HOSTED_ORIGINS names another host.",
            id="billing.E012",
        )
    if settings.IS_PRODUCTION and settings.USES_SANDBOX:
        yield Error(
            "The sandbox and its movable clock are for development; production uses the system's clock.",
            id="billing.E013",
        )


@register(TAG)
def check_limits(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> Iterator[CheckMessage]:
    if settings.REFRESH_LEASE_SECONDS <= 2 * settings.STRIPE_TIMEOUT_SECONDS:
        yield Error(
            "REFRESH_LEASE_SECONDS must be more than twice STRIPE_TIMEOUT_SECONDS, or a lease ends during its fetch.",
            id="billing.E014",
        )
    if settings.INBOX_KEY_DAYS <= DAYS_THAT_STRIPE_KEEPS_EVENTS or settings.INBOX_BODY_DAYS > settings.INBOX_KEY_DAYS:
        yield Error(
            "INBOX_KEY_DAYS must be more than the 30 days for which Stripe keeps events, and not less than "
            "INBOX_BODY_DAYS: a copy could be taken for news.",
            id="billing.E015",
        )
    if settings.STRIPE_CALLS_PER_SECOND < 1:
        yield Error("STRIPE_CALLS_PER_SECOND must be at least 1.", id="billing.E016")
    if 0 < len(settings.METRICS_TOKEN) < SHORTEST_TOKEN:
        yield Error(f"METRICS_TOKEN must have at least {SHORTEST_TOKEN} characters, or be empty.", id="billing.E019")
    if settings.PROMOTION_CODE_ENTRY not in CODE_ENTRIES:
        yield Error(f"PROMOTION_CODE_ENTRY must be one of {', '.join(CODE_ENTRIES)}.", id="billing.E030")
    if not 1 <= settings.DISCOUNTS_AT_ONCE <= MOST_DISCOUNTS:
        yield Error(f"DISCOUNTS_AT_ONCE must be from 1 to {MOST_DISCOUNTS}.", id="billing.E031")
    if settings.RECONCILE_HOUR not in range(24):
        yield Error("RECONCILE_HOUR must be an hour from 0 to 23.", id="billing.E018")
    for name in ("PLAN_CHANGE_UP_BEHAVIOUR", "PLAN_CHANGE_DOWN_BEHAVIOUR"):
        if getattr(settings, name) not in list(ChangeBehaviour):
            yield Error(f"{name} must be one of {', '.join(ChangeBehaviour)}.", id="billing.E020")


@register(TAG)
def check_seats(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> Iterator[CheckMessage]:
    for name, known in SEAT_SETTINGS.items():
        if getattr(settings, name) not in known:
            yield Error(f"{name} must be one of {', '.join(known)}.", id="billing.E021")
    if settings.SEATS_QUIET_SECONDS < 1:
        yield Error("SEATS_QUIET_SECONDS must be at least 1.", id="billing.E021")


@register(TAG)
def check_trials(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> Iterator[CheckMessage]:
    if settings.TRIAL_MISSING_CARD_POLICY not in list(MissingCardPolicy):
        yield Error(f"TRIAL_MISSING_CARD_POLICY must be one of {', '.join(MissingCardPolicy)}.", id="billing.E022")
    if settings.TRIAL_FIRST_PAYMENT_POLICY not in list(FirstPaymentPolicy):
        yield Error(f"TRIAL_FIRST_PAYMENT_POLICY must be one of {', '.join(FirstPaymentPolicy)}.", id="billing.E023")


@register(TAG)
def check_collector(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> Iterator[CheckMessage]:
    if settings.DUNNING_COLLECTOR not in list(Collector):
        yield Error(f"DUNNING_COLLECTOR must be one of {', '.join(Collector)}.", id="billing.E040")


@register(TAG)
def check_disputes(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> Iterator[CheckMessage]:
    if settings.DISPUTE_LOST_POLICY not in DISPUTE_LOST_POLICIES:
        known = ", ".join(DISPUTE_LOST_POLICIES)
        yield Error(f"DISPUTE_LOST_POLICY must be one of {known}.", id="billing.E050")
    if settings.DISPUTE_SECOND_PERSON_ABOVE < 0 or settings.EARLY_FRAUD_REFUND_BELOW < 0:
        yield Error(
            "DISPUTE_SECOND_PERSON_ABOVE and EARLY_FRAUD_REFUND_BELOW must not be negative.", id="billing.E051"
        )
    if settings.SIGN_IN_DAYS < 1:
        yield Error("SIGN_IN_DAYS must be at least 1.", id="billing.E052")
