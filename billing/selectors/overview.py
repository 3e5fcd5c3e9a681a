"""Gathers what the billing page says of an organization, ready to be written down; it computes no amount."""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings

from accounts.models import Membership, Organization, Role
from billing.models import Customer, LocalTrial, PaymentMethod, Price, Subscription
from billing.rules.actions import allows
from billing.rules.entitlement import Access
from billing.rules.payment_method import expires_before
from billing.selectors.access import access_for
from billing.selectors.banner import Banner, choose_banner
from billing.selectors.contract import Contract, Situation, contracts_of
from billing.selectors.customer import current_customer
from billing.selectors.discount_page import DiscountPage, discount_page
from billing.selectors.history import latest_entries
from billing.selectors.invoices import InvoiceRow, latest_invoices
from billing.selectors.lifecycle import lifecycle_of
from billing.selectors.payment_failure import CardName, PaymentFailure, payment_failure
from billing.selectors.payment_methods import next_charge_at
from billing.selectors.planned_change import PlannedChange, planned_change
from billing.selectors.ruler import Ruler, draw_ruler
from billing.selectors.seats import Seats, seats_in
from billing.selectors.standing import Standing, standing_of, with_planned
from billing.selectors.timeline import Entry
from billing.selectors.upcoming import coming_entries
from billing.terms import AccessReason, Interval, SubscriptionAction


@dataclass(frozen=True, slots=True)
class Overview:
    """The billing page at `now`; all times are UTC. Stripe alone says what is charged.

    `lacks_card`: a trial that will not be charged at its end, because there is nothing to charge.
    """

    now: datetime
    access: Access
    standing: Standing
    access_until: datetime | None
    card: CardName | None
    has_payment_method: bool
    lacks_card: bool
    card_ends_too_early: bool
    failure: PaymentFailure | None
    banner: Banner | None
    planned: PlannedChange | None
    ruler: Ruler | None
    invoices: tuple[InvoiceRow, ...]
    coming: tuple[Entry, ...]
    past: tuple[Entry, ...]
    continue_lookup_key: str
    has_customer: bool
    discounts: DiscountPage
    seats: Seats | None
    can_change_seats: bool
    can_change_plan: bool


def billing_overview(organization: Organization, now: datetime) -> Overview:
    """Everything that the billing page shows, at `now` (business time, UTC), in a fixed number of queries."""
    access = access_for(organization, now)
    lifecycle = lifecycle_of(organization, now)
    contracts = contracts_of(organization, access=access, now=now)
    contract = contracts.current
    local_trial = LocalTrial.objects.filter(organization=organization).select_related("plan").first()
    failure = payment_failure(contract.row, now=now) if contract else None
    planned = planned_change(contract.row) if contract else None
    customer = current_customer(organization)
    card = _card(contract, customer=customer)
    has_method = bool(_payment_method_id(contract, customer=customer))
    lacks_card = contract is not None and not has_method and contract.ends_uncharged_without_card
    until = access.until if contract and access.reason == AccessReason.GRACE else None
    on_local_trial = local_trial if access.reason == AccessReason.LOCAL_TRIAL else None
    return Overview(
        now=now,
        access=access,
        standing=with_planned(standing_of(contract, on_local_trial=on_local_trial, access=access), planned),
        access_until=until,
        card=card,
        has_payment_method=has_method,
        lacks_card=lacks_card,
        card_ends_too_early=_ends_too_early(contract, card=card),
        failure=failure,
        banner=choose_banner(
            contracts,
            failure=failure,
            planned=planned,
            access_until=until,
            local_trial=local_trial,
            change=lifecycle.change,
            now=now,
        ),
        planned=planned,
        ruler=_ruler(contract, failure=failure, on_local_trial=on_local_trial, access_until=until, now=now),
        invoices=latest_invoices(organization, now=now),
        coming=coming_entries(
            contract,
            organization=organization,
            failure=failure,
            card=card,
            lacks_card=lacks_card,
            access=access,
            local_trial=local_trial,
            now=now,
        ),
        past=latest_entries(organization, now=now),
        continue_lookup_key=_continue_lookup_key(on_local_trial, customer=customer),
        has_customer=bool(customer and customer.stripe_customer_id),
        discounts=discount_page(organization, now, lifecycle=lifecycle),
        seats=seats_in(contract.row, now=now) if contract else None,
        can_change_seats=allows(SubscriptionAction.CHANGE_SEATS, lifecycle.state),
        can_change_plan=allows(SubscriptionAction.CHANGE_PLAN, lifecycle.state),
    )


def who_may_act(organization: Organization) -> tuple[str, ...]:
    """The names of those who manage the billing, owners first. One query."""
    rows = Membership.objects.filter(organization=organization, role__in=[Role.OWNER, Role.BILLING])
    people = sorted(rows.select_related("user"), key=lambda row: (row.role != Role.OWNER, row.pk))
    return tuple(row.user.get_full_name() for row in people)


def _card(contract: Contract | None, *, customer: Customer | None) -> CardName | None:
    """The card that Stripe would charge; None as well while its row is on its way, or if it is no card."""
    stripe_id = _payment_method_id(contract, customer=customer)
    method = PaymentMethod.objects.filter(stripe_payment_method_id=stripe_id or "-").first()
    if method is None or not method.card_last4:
        return None
    return CardName(method.card_brand, method.card_last4, method.card_exp_month, method.card_exp_year)


def _ends_too_early(contract: Contract | None, *, card: CardName | None) -> bool:
    """Whether the card is good no longer when the plan is charged next."""
    charge_at = next_charge_at(contract.row) if contract else None
    return bool(card and charge_at and expires_before(charge_at, year=card.exp_year, month=card.exp_month))


def _payment_method_id(contract: Contract | None, *, customer: Customer | None) -> str:
    """The subscription's own method (`pm_…`), else the customer's default: the order in which Stripe collects."""
    chosen = contract.row.stripe_payment_method_id if contract else ""
    return chosen or (customer.default_stripe_payment_method_id if customer else "")


def _ruler(
    contract: Contract | None,
    *,
    failure: PaymentFailure | None,
    on_local_trial: LocalTrial | None,
    access_until: datetime | None,
    now: datetime,
) -> Ruler | None:
    """The stretch that matters now: a trial, a grace period, or the paid period."""
    if contract is None:
        trial = on_local_trial
        return draw_ruler(trial.started_at, ends_at=trial.ends_at, now=now) if trial else None
    row = contract.row
    if contract.situation == Situation.PAST_DUE:
        return _ruler_of_failure(row, failure=failure, access_until=access_until, now=now)
    if contract.situation in (Situation.LOCKED, Situation.INCOMPLETE, Situation.PAUSED):
        return None
    if contract.is_trial:
        return draw_ruler(row.trial_start, ends_at=row.trial_end, now=now)
    return draw_ruler(row.current_period_start, ends_at=row.cancel_at or row.current_period_end, now=now)


def _ruler_of_failure(
    row: Subscription, *, failure: PaymentFailure | None, access_until: datetime | None, now: datetime
) -> Ruler | None:
    """From the first failure to the end of access: what failed, the next try, and from when on reading is left."""
    pursuit = failure.pursuit if failure else None
    begins = [at for at in (row.past_due_at, *(failure.failed_at if failure else ())) if at]
    return draw_ruler(
        min(begins, default=None),
        ends_at=access_until,
        now=now,
        stops=[failure.next_try_at] if failure and failure.next_try_at else [],
        misses=failure.failed_at if failure else (),
        turns=[pursuit.full_until] if pursuit and pursuit.read_until and pursuit.full_until else [],
    )


def _continue_lookup_key(on_local_trial: LocalTrial | None, *, customer: Customer | None) -> str:
    """The monthly price with which a running local trial goes on, in the customer's currency if there is one."""
    if on_local_trial is None:
        return ""
    prices = Price.objects.filter(
        plan=on_local_trial.plan,
        livemode=settings.STRIPE_LIVE_MODE,
        is_active=True,
        interval=Interval.MONTH.value,
    )
    if customer and customer.currency:
        prices = prices.filter(currency=customer.currency)
    return prices.order_by("currency").values_list("lookup_key", flat=True).first() or ""
