"""Decides what a look at the Stripe account says about who may collect from it; it must not know how Stripe is asked.

What the dashboard alone can switch is listed here in words, because no API reads or sets it (rule O1).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from billing.rules.stripe_account import EndpointChoice

_NAMED = 3


class Mark(StrEnum):
    """A fault has to be mended first; a note is for a person to judge."""

    OK = "ok"
    NOTE = "note"
    FAULT = "fault"


@dataclass(frozen=True, slots=True)
class Check:
    name: str
    mark: Mark
    says: str


@dataclass(frozen=True, slots=True)
class AccountSeen:
    """What Stripe and our rows say of the account. Ids are `in_…`, `sub_…`; `mode` is live, test or sandbox.

    `known_account_id` is empty before the first fetch. `endpoint` is None where none is looked for. The lists end at
    a bound, then `is_cut` is true.
    """

    account_id: str
    known_account_id: str
    mode: str
    api_version: str
    pinned_api_version: str
    endpoint_url: str
    endpoint: EndpointChoice | None
    retried_invoice_ids: tuple[str, ...] = ()
    ended_subscription_ids: tuple[str, ...] = ()
    unpaid_subscription_ids: tuple[str, ...] = ()
    is_cut: bool = False


@dataclass(frozen=True, slots=True)
class Switch:
    """A setting of the dashboard: where it stands, what it must be, and what goes wrong otherwise."""

    where: str
    value: str
    why: str


_FAILED = "Settings → Billing → Subscriptions and emails → Manage failed payments"
SWITCHES_FOR_OWN = (
    Switch(
        f"{_FAILED} → Retry schedule for cards",
        "no retries: neither Smart Retries nor a custom schedule",
        "Two that retry one invoice break the card networks' limits together, though each keeps them alone.",
    ),
    Switch(
        f"{_FAILED} → If all retries fail: subscription",
        "leave it past due",
        "Otherwise Stripe cancels at the first failure, and our deadline and notice mean nothing.",
    ),
    Switch(
        f"{_FAILED} → If all retries fail: invoice",
        "leave it overdue",
        "We collect on this very invoice, and so does the pay link in our mails.",
    ),
    Switch(
        "Settings → Billing → Subscriptions and emails, and Settings → Business → Customer emails",
        "off: failed card payments, expiring cards, 3D Secure",
        "We write at each step; two mails about one failure read like a fraud.",
    ),
    Switch(
        "Billing → Automations",
        "none that retries a payment or ends a subscription",
        "They retry beside every schedule, and no setting above shows them.",
    ),
)


def checks_of(seen: AccountSeen, *, wants_own: bool) -> list[Check]:
    """Each thing that was looked at, and what it means; `wants_own` where we are to collect ourselves."""
    return [
        Check("key", Mark.OK, f"The key opens the {seen.mode} mode of {seen.account_id}."),
        _account(seen),
        _version(seen),
        *_endpoint(seen),
        *_retries(seen, wants_own=wants_own),
        *_endings(seen, wants_own=wants_own),
    ]


def may_confirm(checks: list[Check]) -> bool:
    """Whether nothing that was seen speaks against collecting ourselves, with `wants_own` as it was judged."""
    return all(check.mark != Mark.FAULT for check in checks)


def _account(seen: AccountSeen) -> Check:
    if not seen.known_account_id:
        return Check(
            "account", Mark.NOTE, "Nothing was fetched from this account yet; the first fetch binds us to it."
        )
    if seen.known_account_id != seen.account_id:
        says = f"Our rows are a copy of {seen.known_account_id}, but the key opens {seen.account_id}."
        return Check("account", Mark.FAULT, says)
    return Check("account", Mark.OK, "It is the account that our rows are a copy of.")


def _version(seen: AccountSeen) -> Check:
    if seen.api_version and seen.api_version != seen.pinned_api_version:
        says = f"Stripe answered in {seen.api_version}, but the code reads {seen.pinned_api_version}."
        return Check("api_version", Mark.FAULT, says)
    return Check("api_version", Mark.OK, f"Stripe answers in the pinned version {seen.pinned_api_version}.")


def _endpoint(seen: AccountSeen) -> Iterator[Check]:
    if seen.endpoint is None:
        says = f"Stripe cannot reach {seen.endpoint_url} by itself, so its endpoints were not looked at."
        yield Check("webhook_endpoint", Mark.NOTE, says)
        return
    found = seen.endpoint.endpoint
    if found is None:
        says = f"No endpoint of the pinned version sends to {seen.endpoint_url}: run setup_stripe."
        yield Check("webhook_endpoint", Mark.FAULT, says)
    elif seen.endpoint.is_to_change:
        says = f"{found.stripe_endpoint_id} is off or lacks events: run setup_stripe, which mends it."
        yield Check("webhook_endpoint", Mark.FAULT, says)
    else:
        yield Check("webhook_endpoint", Mark.OK, f"{found.stripe_endpoint_id} is on, with the events that we need.")


def _retries(seen: AccountSeen, *, wants_own: bool) -> Iterator[Check]:
    """A next attempt on an invoice that was tried is the one sign of Stripe's own retries that the API shows."""
    if seen.retried_invoice_ids:
        says = f"Stripe's own retries are on: it will try {_listed(seen.retried_invoice_ids)} again. " + (
            "Switch them off, and wait until these are through." if wants_own else "We watch, and try nothing."
        )
        yield Check("stripe_retries", Mark.FAULT if wants_own else Mark.OK, says)
        return
    says = (
        "No unpaid invoice has a next attempt of Stripe's. That proves nothing while none has failed: look yourself."
    )
    yield Check("stripe_retries", Mark.NOTE, says)
    if seen.is_cut:
        yield Check("reading", Mark.NOTE, "There is more than was read: what was not read may say otherwise.")


def _endings(seen: AccountSeen, *, wants_own: bool) -> Iterator[Check]:
    """What Stripe did at the end of its retries; events show it for 30 days, so an old one forbids nothing."""
    if seen.ended_subscription_ids:
        says = (
            f"Stripe cancelled {_listed(seen.ended_subscription_ids)} for failed payments in the last 30 days. "
            "If that setting has not been changed since, it will do so again."
        )
        yield Check("final_action", Mark.NOTE, says)
    if seen.unpaid_subscription_ids:
        says = f"Stripe marked {_listed(seen.unpaid_subscription_ids)} as unpaid: its final action is not 'past due'."
        yield Check("final_action", Mark.NOTE, says)
    if not seen.ended_subscription_ids and not seen.unpaid_subscription_ids and wants_own:
        yield Check("final_action", Mark.NOTE, "Nothing shows what Stripe does when retries end: look yourself.")


def _listed(ids: tuple[str, ...]) -> str:
    more = len(ids) - _NAMED
    return ", ".join(ids[:_NAMED]) + (f" and {more} more" if more > 0 else "")
