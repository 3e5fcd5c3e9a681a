"""The words between pages and engine: an entered card, an outcome, a refusal."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from stripe_sandbox.engine import payment_methods, test_clocks
from stripe_sandbox.errors import ApiError, card_error
from stripe_sandbox.sandbox import Sandbox
from stripe_sandbox.store.unit import StripeObject, Unit


@dataclass(frozen=True)
class CardEntry:
    """What somebody typed into a card form. The number lives no longer than the call."""

    number: str
    exp_month: int
    exp_year: int
    cvc: str
    name: str | None = None
    country: str | None = None
    postal_code: str | None = None


@dataclass(frozen=True)
class Outcome:
    """How a page's action ended: "complete", "declined" (with Stripe's error) or "requires_action"."""

    status: str
    redirect_url: str | None = None
    intent_id: str | None = None
    error: dict[str, Any] | None = None


class PageRefused(Exception):
    """A page that cannot be shown or an action that is not allowed, with the HTTP status that says so."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message


@contextmanager
def change(sandbox: Sandbox, account_id: str, *, about: str) -> Iterator[Unit]:
    """A change made by a page. What Stripe would refuse becomes a PageRefused, and nothing is kept.

    `about`: the id of the object behind the page; the change happens at its time, where it lives on a test clock.
    """
    try:
        with sandbox.unit(account_id) as unit:
            test_clocks.stand(unit, about)
            yield unit
    except ApiError as error:
        raise PageRefused(409 if error.status == 400 else error.status, error.message) from error


def owner(sandbox: Sandbox, kind: str, object_id: str) -> str:
    """The account that holds the object. Raises PageRefused 404 when nobody does."""
    account_id = sandbox.owner_of(kind, object_id)
    if account_id is None:
        raise PageRefused(404, "There is nothing at this address.")
    return account_id


def declined(error: ApiError) -> Outcome:
    """A refusal that the page shows beside the form."""
    return Outcome(status="declined", error=error.body(request_id="")["error"])


def make_method(unit: Unit, card: CardEntry, *, email: str | None = None, phone: str | None = None) -> StripeObject:
    """A payment method from an entered card. Raises ApiError 402 for a number, date or code that cannot be."""
    listed = payment_methods.check_number(card.number)
    year = card.exp_year + 2000 if card.exp_year < 100 else card.exp_year
    payment_methods.check_expiry(unit, exp_month=card.exp_month, exp_year=year)
    if not (card.cvc.isdigit() and len(card.cvc) in {3, 4}):
        raise card_error(
            "Your card's security code is invalid.", code="invalid_cvc", param="cvc", keeps_changes=False
        )
    details: dict[str, Any] = {"name": card.name, "email": email, "phone": phone}
    details["address"] = {"country": card.country, "postal_code": card.postal_code}
    return payment_methods.create(unit, listed, exp_month=card.exp_month, exp_year=year, billing_details=details)
