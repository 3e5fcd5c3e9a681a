"""What must never be so: something that waits longer than it may, or rows about money that contradict each other.

Reads only. Each invariant names the rows that break it; who looks and who is told is decided elsewhere.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from billing.models import (
    CancelRequest,
    CardSetup,
    ChargeAttempt,
    CheckoutIntent,
    CustomerCredit,
    CustomerDetails,
    DetailsRequest,
    DiscountChange,
    Erasure,
    Invoice,
    InvoiceTermsChange,
    Notice,
    PauseRequest,
    PaymentMethodChange,
    PlanChange,
    Price,
    Refund,
    SeatChange,
    SeatSync,
    StaffTask,
    Subscription,
    Transition,
    TrialChange,
    TrialRefusal,
    Work,
)
from billing.terms import (
    LIVE_SUBSCRIPTION_STATUSES,
    CheckoutState,
    IntentState,
    InvoiceStatus,
    PlanChangeState,
    RefundStatus,
    SubscriptionStatus,
)

OWN_TASKS = "invariant"
"""The kind of the staff tasks that a broken invariant opens; they do not count as waiting themselves."""
_SETTLING = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Invariant:
    """`broken` gives the ids of the rows that break it at `now` (system time, UTC); none is good.

    One `by_business_time` is asked with business time as well.
    """

    name: str
    says: str
    broken: Callable[..., Iterable[str]]
    by_business_time: bool = False


def _work_overdue(now: datetime) -> Iterable[str]:
    is_free = Q(lease_until=None) | Q(lease_until__lte=now)
    due = Work.objects.filter(is_free, done__lt=F("want"), dead_at=None, run_at__lt=now - timedelta(minutes=10))
    return due.order_by("run_at").values_list("object_key", flat=True)


def _work_dead(now: datetime) -> Iterable[str]:
    dead = Work.objects.filter(dead_at__lt=now - timedelta(days=1))
    return dead.order_by("dead_at").values_list("object_key", flat=True)


def _transition_unsettled(now: datetime) -> Iterable[str]:
    late = Transition.objects.filter(is_settled=False, observed_at__lt=now - timedelta(hours=25))
    return map(str, late.order_by("pk").values_list("pk", flat=True))


def _checkout_open(now: datetime) -> Iterable[str]:
    late = CheckoutIntent.objects.filter(
        state__in=[CheckoutState.RECORDED, CheckoutState.OPEN], created_at__lt=now - timedelta(hours=26)
    )
    return map(str, late.order_by("pk").values_list("uuid", flat=True))


def _cancellation_recorded(now: datetime) -> Iterable[str]:
    late = CancelRequest.objects.filter(state=IntentState.RECORDED, created_at__lt=now - timedelta(hours=1))
    return map(str, late.order_by("pk").values_list("uuid", flat=True))


def _credit_recorded(now: datetime) -> Iterable[str]:
    late = CustomerCredit.objects.filter(state=IntentState.RECORDED, created_at__lt=now - timedelta(hours=24))
    return map(str, late.order_by("pk").values_list("uuid", flat=True))


def _discount_recorded(now: datetime) -> Iterable[str]:
    late = DiscountChange.objects.filter(state=IntentState.RECORDED, created_at__lt=now - timedelta(hours=24))
    return map(str, late.order_by("pk").values_list("uuid", flat=True))


def _payment_method_recorded(now: datetime) -> Iterable[str]:
    late = PaymentMethodChange.objects.filter(state=IntentState.RECORDED, created_at__lt=now - timedelta(hours=24))
    return map(str, late.order_by("pk").values_list("uuid", flat=True))


def _card_setup_open(now: datetime) -> Iterable[str]:
    late = CardSetup.objects.filter(
        state__in=[CheckoutState.RECORDED, CheckoutState.OPEN], created_at__lt=now - timedelta(hours=26)
    )
    return map(str, late.order_by("pk").values_list("uuid", flat=True))


def _pause_recorded(now: datetime) -> Iterable[str]:
    late = PauseRequest.objects.filter(state=IntentState.RECORDED, created_at__lt=now - timedelta(hours=1))
    return map(str, late.order_by("pk").values_list("uuid", flat=True))


def _trial_refusal_recorded(now: datetime) -> Iterable[str]:
    late = TrialRefusal.objects.filter(state=IntentState.RECORDED, created_at__lt=now - timedelta(hours=1))
    return map(str, late.order_by("pk").values_list("uuid", flat=True))


def _details_recorded(now: datetime) -> Iterable[str]:
    late = DetailsRequest.objects.filter(state=IntentState.RECORDED, created_at__lt=now - timedelta(hours=24))
    return map(str, late.order_by("pk").values_list("uuid", flat=True))


def _erasure_recorded(now: datetime) -> Iterable[str]:
    late = Erasure.objects.filter(state=IntentState.RECORDED, created_at__lt=now - timedelta(hours=24))
    return map(str, late.order_by("pk").values_list("uuid", flat=True))


def _details_due(now: datetime) -> Iterable[str]:
    late = CustomerDetails.objects.filter(due_at__lt=now - timedelta(hours=1))
    return map(str, late.order_by("pk").values_list("customer__stripe_customer_id", flat=True))


def _trial_change_recorded(now: datetime) -> Iterable[str]:
    late = TrialChange.objects.filter(state=IntentState.RECORDED, created_at__lt=now - timedelta(hours=1))
    return map(str, late.order_by("pk").values_list("uuid", flat=True))


def _terms_recorded(now: datetime) -> Iterable[str]:
    late = InvoiceTermsChange.objects.filter(state=IntentState.RECORDED, created_at__lt=now - timedelta(hours=1))
    return map(str, late.order_by("pk").values_list("uuid", flat=True))


def _seat_change_recorded(now: datetime) -> Iterable[str]:
    late = SeatChange.objects.filter(state=IntentState.RECORDED, created_at__lt=now - timedelta(hours=24))
    return map(str, late.order_by("pk").values_list("uuid", flat=True))


def _seats_due(now: datetime) -> Iterable[str]:
    late = SeatSync.objects.filter(due_at__lt=now - timedelta(hours=1))
    return map(str, late.order_by("pk").values_list("organization__uuid", flat=True))


def _plan_change_recorded(now: datetime) -> Iterable[str]:
    late = PlanChange.objects.filter(state=PlanChangeState.RECORDED, created_at__lt=now - timedelta(hours=24))
    return map(str, late.order_by("pk").values_list("uuid", flat=True))


def _plan_change_unpaid(now: datetime) -> Iterable[str]:
    """Stripe gives an unpaid one up after 23 hours, by its own clock, which the sandbox may have moved."""
    late = PlanChange.objects.filter(state=PlanChangeState.AWAITING_PAYMENT, created_at__lt=now - timedelta(hours=25))
    return map(str, late.order_by("pk").values_list("uuid", flat=True))


def _planned_change_overdue(now: datetime) -> Iterable[str]:
    """Stripe begins the new price with the period; what it did not begin is given up after a day."""
    late = PlanChange.objects.filter(state=PlanChangeState.SCHEDULED, effective_at__lt=now - timedelta(days=2))
    return map(str, late.order_by("pk").values_list("uuid", flat=True))


def _schedule_left(now: datetime) -> Iterable[str]:
    left = PlanChange.objects.filter(released_at=None, ended_at__lt=now - timedelta(days=1)).exclude(
        release_reason=""
    )
    return map(str, left.exclude(stripe_schedule_id="").order_by("pk").values_list("uuid", flat=True))


def _notice_waiting(now: datetime) -> Iterable[str]:
    waiting = Notice.objects.filter(
        state__in=[Notice.State.DUE, Notice.State.SENDING], run_at__lt=now - timedelta(hours=1)
    )
    return waiting.order_by("run_at").values_list("key", flat=True)


def _staff_task_open(now: datetime) -> Iterable[str]:
    late = StaffTask.objects.filter(resolved_at=None, created_at__lt=now - timedelta(days=7))
    return late.exclude(kind=OWN_TASKS).order_by("pk").values_list("key", flat=True)


def _two_live_subscriptions(now: datetime) -> Iterable[str]:
    doubled = (
        _live_subscriptions()
        .exclude(organization=None)
        .values("organization")
        .annotate(number=Count("pk"))
        .filter(number__gt=1)
    )
    return map(str, doubled.order_by("organization").values_list("organization", flat=True))


def _subscription_of_nobody(now: datetime) -> Iterable[str]:
    known_prices = Price.objects.values_list("stripe_price_id", flat=True)
    strange = _live_subscriptions().filter(Q(organization=None) | ~Q(stripe_price_id__in=known_prices))
    return strange.order_by("pk").values_list("stripe_subscription_id", flat=True)


def _past_due_without_invoice(now: datetime) -> Iterable[str]:
    owed = Invoice.objects.filter(
        livemode=settings.STRIPE_LIVE_MODE, status__in=[InvoiceStatus.OPEN, InvoiceStatus.UNCOLLECTIBLE]
    ).values_list("stripe_subscription_id", flat=True)
    late = _live_subscriptions().filter(status=SubscriptionStatus.PAST_DUE, fetched_at__lt=now - _SETTLING)
    strange = late.exclude(stripe_subscription_id__in=owed)
    return strange.order_by("pk").values_list("stripe_subscription_id", flat=True)


def _refunded_more_than_captured(now: datetime) -> Iterable[str]:
    broken = _with_refunds().filter(returned__gt=F("amount_captured_minor"))
    return broken.order_by("pk").values_list("stripe_charge_id", flat=True)


def _refunds_do_not_add_up(now: datetime) -> Iterable[str]:
    settled = _with_refunds().filter(fetched_at__lt=now - _SETTLING)
    broken = settled.exclude(returned=F("amount_refunded_minor"))
    return broken.order_by("pk").values_list("stripe_charge_id", flat=True)


def _live_subscriptions() -> QuerySet[Subscription]:
    return Subscription.objects.filter(livemode=settings.STRIPE_LIVE_MODE, status__in=LIVE_SUBSCRIPTION_STATUSES)


def _with_refunds() -> QuerySet[Any]:
    """Charges with what went back, or is on its way back, as our rows of refunds say."""
    counted = Refund.objects.filter(
        stripe_charge_id=OuterRef("stripe_charge_id"),
        status__in=[RefundStatus.SUCCEEDED, RefundStatus.PENDING, RefundStatus.REQUIRES_ACTION],
    )
    total = counted.order_by().values("stripe_charge_id").annotate(total=Sum("amount_minor")).values("total")
    here = ChargeAttempt.objects.filter(livemode=settings.STRIPE_LIVE_MODE)
    return here.annotate(returned=Coalesce(Subquery(total), 0))


INVARIANTS: tuple[Invariant, ...] = (
    Invariant("work_overdue", "No object waits 10 minutes for a worker.", _work_overdue),
    Invariant("work_dead", "No object stays given up for a day.", _work_dead),
    Invariant(
        "transition_unsettled", "What follows from a change is done or told within 25 hours.", _transition_unsettled
    ),
    Invariant("checkout_open", "A checkout is over after 26 hours.", _checkout_open),
    Invariant("card_setup_open", "A page that adds a card is over after 26 hours.", _card_setup_open),
    Invariant(
        "payment_method_recorded", "A change of card is at Stripe or given up within a day.", _payment_method_recorded
    ),
    Invariant("credit_recorded", "A credit is at Stripe or given up within a day.", _credit_recorded),
    Invariant("discount_recorded", "A change of discount is at Stripe or given up within a day.", _discount_recorded),
    Invariant("cancellation_recorded", "A cancellation has reached Stripe within an hour.", _cancellation_recorded),
    Invariant("pause_recorded", "A pause or its end has reached Stripe within an hour.", _pause_recorded),
    Invariant(
        "trial_refusal_recorded", "A trial that is refused is cancelled within an hour.", _trial_refusal_recorded
    ),
    Invariant("details_recorded", "A change of billing details is at Stripe within a day.", _details_recorded),
    Invariant("erasure_recorded", "A deletion is confirmed or given up within a day.", _erasure_recorded),
    Invariant("details_due", "What Stripe changed of a customer is compared within an hour.", _details_due),
    Invariant("terms_recorded", "A change of terms has reached Stripe within an hour.", _terms_recorded),
    Invariant(
        "trial_change_recorded", "A change of a trial has reached Stripe within an hour.", _trial_change_recorded
    ),
    Invariant(
        "seat_change_recorded", "A change of seats is at Stripe or given up within a day.", _seat_change_recorded
    ),
    Invariant("seats_due", "Seats follow a team that has changed within an hour.", _seats_due),
    Invariant("plan_change_recorded", "A change of plan has reached Stripe within a day.", _plan_change_recorded),
    Invariant("plan_change_unpaid", "A change that is not paid is over after a day.", _plan_change_unpaid),
    Invariant("planned_change_overdue", "A planned change has begun on its day.", _planned_change_overdue),
    Invariant("schedule_left", "A change that is over leaves no schedule at Stripe.", _schedule_left),
    Invariant("notice_waiting", "A mail that is due leaves within an hour.", _notice_waiting),
    Invariant("staff_task_open", "A task of the staff is resolved within a week.", _staff_task_open),
    Invariant("two_live_subscriptions", "An organization pays for one subscription.", _two_live_subscriptions),
    Invariant("subscription_of_nobody", "Who pays is known, and for which plan.", _subscription_of_nobody),
    Invariant("past_due_without_invoice", "Who is past due owes an invoice.", _past_due_without_invoice),
    Invariant("refunded_too_much", "Not more goes back than came in.", _refunded_more_than_captured),
    Invariant("refunds_do_not_add_up", "A charge's refunds add up to what it says.", _refunds_do_not_add_up),
)
