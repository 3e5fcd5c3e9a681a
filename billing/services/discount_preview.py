"""Use case: show what a code, or the loss of a discount, would make of the next invoice; it changes nothing."""

from dataclasses import dataclass
from datetime import datetime

from accounts.models import Organization
from billing.gateway.previews import Quote
from billing.mirror.discounts import DiscountStep, step_to_apply, step_to_remove
from billing.money import Money
from billing.rules.promotion import Promotion


@dataclass(frozen=True, slots=True)
class NextInvoice:
    """As Stripe reckons it: subtotal less discount plus tax is the total; with the customer's credit it is `due`.

    `falls_due_at` is UTC.
    """

    subtotal: Money
    discount: Money
    tax: Money
    total: Money
    credit: Money
    due: Money
    falls_due_at: datetime


@dataclass(frozen=True, slots=True)
class DiscountPreview:
    """The next invoice as it is and as it would be; `promotion` is None where discounts are removed."""

    before: NextInvoice
    after: NextInvoice
    promotion: Promotion | None


def preview_code(organization: Organization, *, code: str, now: datetime) -> DiscountPreview:
    """The next invoice with this code, as Stripe reckons it; `now` is business time. Safe to repeat.

    Raises the refusals of `rules/actions` and `rules/promotion`, StripeUnreachable.
    """
    return _shown(step_to_apply(organization, code=code, now=now))


def preview_removal(organization: Organization, now: datetime) -> DiscountPreview:
    """The next invoice without the subscription's discounts. Raises NoDiscount, StripeUnreachable. Safe to repeat."""
    return _shown(step_to_remove(organization, now=now))


def _shown(step: DiscountStep) -> DiscountPreview:
    return DiscountPreview(_invoice(step.before), _invoice(step.after), step.promotion)


def _invoice(quote: Quote) -> NextInvoice:
    currency = quote.currency
    return NextInvoice(
        subtotal=Money(quote.subtotal_minor, currency),
        discount=Money(quote.discount_minor, currency),
        tax=Money(quote.tax_minor, currency),
        total=Money(quote.total_minor, currency),
        credit=Money(quote.total_minor - quote.amount_due_minor, currency),
        due=Money(quote.amount_due_minor, currency),
        falls_due_at=quote.falls_due_at,
    )
