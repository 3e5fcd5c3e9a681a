"""Gathers the pages on which seats are changed: how many there are, and what another number was shown to cost."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from accounts.models import Organization
from billing.errors import BillingError, NotFound, NotPerSeat
from billing.models import ChangePreview, PlanChange, Subscription
from billing.money import Money
from billing.rules.actions import REFUSALS
from billing.selectors.lifecycle import lifecycle_of
from billing.selectors.payment_failure import CardName
from billing.selectors.payment_method import charged_payment_method
from billing.selectors.seats import Seats, seats_in
from billing.terms import ChangeBehaviour, SubscriptionAction, SubscriptionStatus


@dataclass(frozen=True, slots=True)
class SeatPage:
    """`refusal` is why the seats cannot be changed now; `planned` is the plan that begins with the next period."""

    seats: Seats
    unit_price: Money
    refusal: BillingError | None
    planned: PlanChange | None

    @property
    def least(self) -> int:
        return max(self.seats.used, self.seats.terms.minimum, 1)


@dataclass(frozen=True, slots=True)
class ShownChange:
    """What a stored preview says. `rest` is for the rest of this period, before tax.

    `next_due` is the next invoice, and None where another plan begins with it; `renewal`, `rest` where it is pooled,
    and `earlier` changes of this period are its lines. `is_mailed`: invoices are sent, and no card is charged.
    """

    row: ChangePreview
    unit_price: Money
    rest: Money
    due_now: Money
    discount: Money
    tax: Money
    credit: Money
    next_due: Money | None
    renewal: Money
    earlier: Money
    next_discount: Money
    next_tax: Money
    next_credit: Money
    card: CardName | None
    is_trial: bool
    is_mailed: bool

    @property
    def is_up(self) -> bool:
        return self.row.quantity > self.row.from_quantity

    @property
    def difference(self) -> int:
        return abs(self.row.quantity - self.row.from_quantity)

    @property
    def takes_effect_later(self) -> bool:
        return not self.is_up and not self.is_pooled and not self.is_trial

    @property
    def is_paid_now(self) -> bool:
        return self.row.behaviour == ChangeBehaviour.NOW_INVOICE

    @property
    def is_pooled(self) -> bool:
        return self.row.behaviour == ChangeBehaviour.NOW_NEXT_INVOICE


def seat_page(organization: Organization, now: datetime) -> SeatPage:
    """The page at `now` (business time). Raises NotPerSeat where no running plan has seats."""
    lifecycle = lifecycle_of(organization, now)
    seats = seats_in(lifecycle.subscription, now=now) if lifecycle.subscription else None
    if seats is None:
        raise NotPerSeat()
    refusal = REFUSALS[SubscriptionAction.CHANGE_SEATS].get(lifecycle.state)
    return SeatPage(
        seats=seats,
        unit_price=Money(seats.price.amount_minor, seats.price.currency),
        refusal=refusal() if refusal else None,
        planned=lifecycle.change,
    )


def shown_change(organization: Organization, preview_uuid: UUID, *, now: datetime) -> ShownChange:
    """A preview of this organization, made at any time. Raises NotFound for one of somebody else."""
    row = (
        ChangePreview.objects.select_related("price__plan", "from_price")
        .filter(organization=organization, uuid=preview_uuid, price__plan__minimum_seats__isnull=False)
        .first()
    )
    if row is None or row.from_price_id != row.price_id:
        raise NotFound()
    is_pooled = row.behaviour == ChangeBehaviour.NOW_NEXT_INVOICE
    prorated = sum(line["amount_minor"] for line in row.next_lines if line["is_proration"])
    renewal = sum(line["amount_minor"] for line in row.next_lines if not line["is_proration"])

    def money(amount_minor: int) -> Money:
        return Money(amount_minor, row.currency)

    subscription = lifecycle_of(organization, now).subscription
    return ShownChange(
        row=row,
        unit_price=money(row.price.amount_minor),
        rest=money(row.subtotal_minor),
        due_now=money(row.due_now_minor),
        discount=money(row.discount_minor),
        tax=money(row.tax_minor),
        credit=money(-row.balance_applied_minor),
        next_due=money(row.next_amount_minor) if row.next_at else None,
        renewal=money(renewal),
        earlier=money(prorated - (row.subtotal_minor if is_pooled else 0)),
        next_discount=money(row.next_discount_minor),
        next_tax=money(row.next_tax_minor),
        next_credit=money(-row.next_balance_applied_minor),
        card=_card(subscription) if subscription else None,
        is_trial=subscription is not None and subscription.status == SubscriptionStatus.TRIALING,
        is_mailed=subscription is not None and subscription.collection_method == "send_invoice",
    )


def _card(subscription: Subscription) -> CardName | None:
    method = charged_payment_method(subscription)
    if method is None or not method.card_last4:
        return None
    return CardName(method.card_brand, method.card_last4, method.card_exp_month, method.card_exp_year)
