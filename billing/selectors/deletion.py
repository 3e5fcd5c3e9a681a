"""Gathers what would be lost with an organization, and how far a deletion has come; it decides nothing."""

from dataclasses import dataclass
from datetime import datetime

from accounts.models import Organization
from accounts.team import pending_invitations
from billing.models import Erasure, Invoice
from billing.money import Money
from billing.selectors.access import access_for
from billing.selectors.subscription import live_subscriptions
from billing.terms import IntentState, InvoiceStatus


@dataclass(frozen=True, slots=True)
class DeletionPage:
    """`plan_name` is empty without a plan that costs money; `paid_until` is UTC."""

    plan_name: str
    paid_until: datetime | None
    people: int
    invitations: int
    owed: tuple[Money, ...]
    is_under_way: bool
    was_given_up: bool


def deletion_page(organization: Organization, now: datetime) -> DeletionPage:
    """What our rows know of it at `now` (business time); Stripe is asked when it is done."""
    live = live_subscriptions(organization)
    latest = Erasure.objects.filter(organization=organization).order_by("-pk").first()
    return DeletionPage(
        plan_name=access_for(organization, now).plan_name if live else "",
        paid_until=live[0].current_period_end if live else None,
        people=organization.memberships.count(),
        invitations=pending_invitations(organization).count(),
        owed=_owed(organization),
        is_under_way=latest is not None and latest.state == IntentState.RECORDED,
        was_given_up=latest is not None and latest.state == IntentState.FAILED,
    )


def _owed(organization: Organization) -> tuple[Money, ...]:
    """Open invoices, a sum for each currency."""
    sums: dict[str, int] = {}
    rows = Invoice.objects.filter(organization=organization, status=InvoiceStatus.OPEN)
    for minor, currency in rows.values_list("amount_remaining_minor", "currency"):
        sums[currency] = sums.get(currency, 0) + minor
    return tuple(Money(minor, currency) for currency, minor in sorted(sums.items()) if minor)
