"""Dunning cases of a chosen age that nobody moves, and cases that contradict what Stripe said."""

from collections.abc import Callable
from datetime import timedelta
from itertools import count
from typing import Any

from django.utils import timezone

from billing.models import CaseEvent, CaseRequest, DunningCase, DunningPolicy, Invoice
from tests.billing.admin.rows_of_dunning import attempt, case, case_request
from tests.billing.factories import InvoiceFactory, SubscriptionFactory

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
_numbers = count(1)


def untouched(age: timedelta = 40 * DAY, **changed: Any) -> DunningCase:
    """A case far from its deadline of which nothing was written since."""
    now = timezone.now()
    values = {"deadline_at": now + 5 * DAY, "due_at": None, "opened_at": now - 9 * DAY, **changed}
    if values.get("state", "waiting") == "waiting":
        values["due_at"] = values["due_at"] or now + DAY
    made = case(next(_numbers), **values)
    CaseEvent.objects.update(created_at=now - age)
    Invoice.objects.update(fetched_at=now - 40 * DAY)
    return made


def overdue(age: timedelta) -> None:
    untouched(due_at=timezone.now() - age)


def in_flight(age: timedelta) -> None:
    now = timezone.now()
    made = untouched(state="attempting", due_at=None)
    attempt(0, case=made, state="unknown", planned_at=now - age, sent_at=now - age, sent_system_at=now - age)


def closing(age: timedelta) -> None:
    untouched(age, state="closing")


def past_deadline(age: timedelta) -> None:
    untouched(state="awaiting_customer", deadline_at=timezone.now() - age)


def invoice_over(age: timedelta) -> None:
    made = untouched()
    Invoice.objects.filter(stripe_invoice_id=made.stripe_invoice_id).update(
        status="paid", fetched_at=timezone.now() - age
    )


def without_case(age: timedelta) -> None:
    invoice = InvoiceFactory(
        status="open",
        has_been_attempted=True,
        collection_method="charge_automatically",
        fetched_at=timezone.now() - age,
    )
    subscription = SubscriptionFactory(
        status="past_due", organization=invoice.organization, stripe_latest_invoice_id=invoice.stripe_invoice_id
    )
    invoice.stripe_subscription_id = subscription.stripe_subscription_id
    invoice.save()


def forgiving(age: timedelta) -> None:
    now = timezone.now()
    made = untouched()
    request = case_request(next(_numbers))
    other = request.case
    CaseRequest.objects.update(state="recorded", created_at=now - age, case=made)
    other.events.all().delete()
    other.delete()


def attempt_missing() -> None:
    untouched(state="attempting", due_at=None)


def policy_changed() -> None:
    untouched()
    DunningPolicy.objects.update(body={"deadline_days": 3})


AGED: list[tuple[str, Callable[[timedelta], Any], timedelta]] = [
    ("dunning_overdue", overdue, HOUR),
    ("dunning_attempt_in_flight", in_flight, 25 * HOUR),
    ("dunning_closing", closing, HOUR),
    ("dunning_after_deadline", past_deadline, DAY),
    ("dunning_invoice_over", invoice_over, HOUR),
    ("unpaid_without_case", without_case, HOUR),
    ("dunning_forgiving_recorded", forgiving, HOUR),
]
WRONG: list[tuple[str, Callable[[], Any]]] = [
    ("dunning_attempt_missing", attempt_missing),
    ("dunning_policy_changed", policy_changed),
]
DUNNING = [*AGED, *WRONG]
