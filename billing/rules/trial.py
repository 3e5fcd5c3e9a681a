"""Decides who may try a plan, for how long, and when to remind; it must not know where trials are stored."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from billing.errors import InvalidInput, NotOnTrial
from billing.terms import SubscriptionStatus

# Stripe refuses a trial end less than 48 h ahead, and a session may be completed up to a day after it was made
# (https://docs.stripe.com/api/checkout/sessions/create, subscription_data.trial_end, read 2026-07); ten seconds
# cover the call itself.
SHORTEST_CHECKOUT_TRIAL = timedelta(hours=48, seconds=10)
REMIND_BEFORE = timedelta(days=3)
# Stripe takes no trial end further ahead (https://docs.stripe.com/billing/subscriptions/trials, read 2026-07).
LONGEST_TRIAL = timedelta(days=730)
# A trial that ends while we change it would become another one on a subscription that was just paid for.
SHORTEST_REST_TO_CHANGE = timedelta(minutes=1)
# A trial that ends while we cancel it would be billed first: what is so near its end is left to be paid for.
SHORTEST_REST_TO_REFUSE = timedelta(hours=1)
# Stripe begins a checkout's trial with the subscription; the rest is for clocks.
_BEGINS_WITHIN = timedelta(minutes=5)
_DOTLESS_DOMAINS = {"gmail.com": "gmail.com", "googlemail.com": "gmail.com"}


@dataclass(frozen=True, slots=True)
class TrialTerms:
    """What a checkout sends: a number of days, a fixed end (UTC), or neither, which means to pay now."""

    days: int = 0
    ends_at: datetime | None = None

    @property
    def is_trial(self) -> bool:
        return bool(self.days or self.ends_at)


def checkout_trial(
    *, plan_trial_days: int, has_redeemed: bool, local_trial_ends_at: datetime | None, now: datetime
) -> TrialTerms:
    """The trial of a checkout. A running local trial is kept to its end if it is far enough ahead for Stripe.

    `local_trial_ends_at` is the end of this organization's running local trial, if any; `now` is business time.
    """
    if local_trial_ends_at is not None and local_trial_ends_at > now:
        if local_trial_ends_at - now >= SHORTEST_CHECKOUT_TRIAL:
            return TrialTerms(ends_at=local_trial_ends_at)
        return TrialTerms()
    return TrialTerms() if has_redeemed else TrialTerms(days=plan_trial_days)


@dataclass(frozen=True, slots=True)
class SeenTrial:
    """A subscription's trial as it was just fetched; times are UTC. `has_been_billed`: it has cost money before."""

    status: str
    created_at: datetime
    trial_start: datetime | None
    trial_end: datetime | None
    has_been_billed: bool = False


def why_not_refuse(trial: SeenTrial, *, now: datetime) -> str:
    """Why a trial whose card has had one must be left alone at `now` (business time), or empty if it may be ended.

    Only a first, unbilled trial is ever cancelled: never what was paid for, nor what is about to be.
    """
    if trial.status in (SubscriptionStatus.CANCELED, SubscriptionStatus.INCOMPLETE_EXPIRED):
        return "it had ended by itself"
    if trial.status != SubscriptionStatus.TRIALING or trial.trial_start is None or trial.trial_end is None:
        return "it is no trial any more"
    if trial.has_been_billed or trial.trial_start - trial.created_at > _BEGINS_WITHIN:
        return "it was paid for before"
    if trial.trial_end - now < SHORTEST_REST_TO_REFUSE:
        return "it is about to be paid for"
    return ""


def ended_without_card(*, trial_end: datetime | None, canceled_at: datetime | None, last_billed_at: datetime) -> bool:
    """Whether Stripe ended a cancelled subscription because its trial was over and there was no card; times are UTC.

    Who cancels does so before the trial's end, or after the invoice that Stripe makes there.
    """
    if trial_end is None or canceled_at is None:
        return False
    return last_billed_at < trial_end <= canceled_at


def require_extension(ends_at: datetime, *, present_ends_at: datetime, now: datetime) -> None:
    """Check the new end of a running trial; all times are UTC, `now` is business time.

    Raises NotOnTrial where the present end has come or comes within a minute, InvalidInput for an end that is in the
    past, not later than the present one, or more than 730 days ahead.
    """
    require_rest(present_ends_at, now=now)
    if ends_at <= now:
        raise InvalidInput("The new end lies in the past.", field="ends_at")
    if ends_at <= present_ends_at:
        raise InvalidInput("The new end must be later than the present one.", field="ends_at")
    if ends_at - now > LONGEST_TRIAL:
        raise InvalidInput(f"A trial ends at most {LONGEST_TRIAL.days} days from today.", field="ends_at")


def require_rest(ends_at: datetime, *, now: datetime) -> None:
    """Raise NotOnTrial where a trial that ends at `ends_at` is over, or is within a minute."""
    if ends_at - now < SHORTEST_REST_TO_CHANGE:
        raise NotOnTrial()


def reminder_is_due(*, ends_at: datetime, started_at: datetime, now: datetime) -> bool:
    """Three days before the end; a trial shorter than that is not reminded of on its first day."""
    return started_at + timedelta(days=1) <= now and ends_at - REMIND_BEFORE <= now < ends_at


def normalize_email(email: str) -> str:
    """One form per mailbox: lower case, no +tag, and no dots where the provider ignores them."""
    local, _, domain = email.strip().lower().partition("@")
    local = local.partition("+")[0]
    if domain in _DOTLESS_DOMAINS:
        domain = _DOTLESS_DOMAINS[domain]
        local = local.replace(".", "")
    return f"{local}@{domain}"
