"""Gathers the page on which a person cancels: until when access lasts, and what is still owed."""

from dataclasses import dataclass
from datetime import datetime

from accounts.models import Organization
from billing.errors import NothingToCancel
from billing.money import Money
from billing.selectors.access import access_for
from billing.selectors.contract import contracts_of
from billing.selectors.payment_failure import payment_failure


@dataclass(frozen=True, slots=True)
class LeavingPage:
    """`ends_at` (UTC) is the end of the trial or of the paid period, as Stripe last said it."""

    plan_name: str
    ends_at: datetime | None
    is_trial: bool
    price: Money | None
    owed: Money | None


def leaving_page(organization: Organization, now: datetime) -> LeavingPage:
    """The page at `now` (business time). Raises NothingToCancel where nothing runs, or it is cancelled already."""
    access = access_for(organization, now)
    contract = contracts_of(organization, access=access, now=now).current
    if contract is None or contract.row.cancel_at is not None or not contract.is_live:
        raise NothingToCancel()
    failure = payment_failure(contract.row)
    return LeavingPage(
        plan_name=contract.plan_name,
        ends_at=contract.row.trial_end if contract.is_trial else contract.row.current_period_end,
        is_trial=contract.is_trial,
        price=contract.price,
        owed=failure.amount if failure else None,
    )
