"""Situations in which the life of a subscription leads to a mail, from rows as a refresh leaves them."""

from uuid import uuid4

from accounts.models import Organization
from billing.models import CancelRequest, Transition
from billing.services.pause_notices import announce_pause, announce_resumption, remind_of_pauses
from billing.services.subscription_notices import announce_cancellation, announce_end, announce_start
from billing.terms import ObjectKind
from tests.billing.factories import NOW
from tests.billing.mail_causes import DAY, moved, subscribe


def start(organization: Organization, **changed) -> None:
    subscription = subscribe(organization, **changed)
    announce_start(moved(ObjectKind.SUBSCRIPTION, subscription.stripe_subscription_id, "active"), now=NOW)


def start_yearly(organization: Organization) -> None:
    start(organization, interval="year")


def cancel(organization: Organization) -> None:
    subscription = subscribe(organization, cancel_at=NOW + 23 * DAY)
    announce_cancellation(moved(ObjectKind.SUBSCRIPTION, subscription.stripe_subscription_id, "scheduled"), now=NOW)


def end(organization: Organization) -> None:
    subscription = subscribe(organization, status="canceled", ended_at=NOW)
    announce_end(moved(ObjectKind.SUBSCRIPTION, subscription.stripe_subscription_id, "canceled"), now=NOW)


def pause(organization: Organization, **changed) -> None:
    subscription = subscribe(
        organization,
        is_collection_paused=True,
        paused_paid_until=NOW + 23 * DAY,
        **{"resumes_at": NOW + 54 * DAY, **changed},
    )
    announce_pause(moved(ObjectKind.SUBSCRIPTION, subscription.stripe_subscription_id, "paused"), now=NOW)


def pause_for_good(organization: Organization) -> None:
    pause(organization, resumes_at=None)


def near_pause_end(organization: Organization) -> None:
    subscribe(organization, is_collection_paused=True, resumes_at=NOW + 2 * DAY)
    remind_of_pauses(NOW)


def resume(organization: Organization) -> None:
    subscription = subscribe(organization)
    cause = moved(ObjectKind.SUBSCRIPTION, subscription.stripe_subscription_id, "collecting")
    Transition.objects.filter(pk=cause.pk).update(aspect="collection")
    cause.refresh_from_db()
    announce_resumption(cause, now=NOW)


def resume_after_a_trial(organization: Organization) -> None:
    subscription = subscribe(organization)
    announce_resumption(moved(ObjectKind.SUBSCRIPTION, subscription.stripe_subscription_id, "active"), now=NOW)


def leave_at_once(organization: Organization) -> None:
    subscription = subscribe(organization, status="canceled", ended_at=NOW)
    CancelRequest.objects.create(
        organization=organization,
        request_key=uuid4(),
        action="cancel_now",
        stripe_subscription_id=subscription.stripe_subscription_id,
        voids_open_invoices=True,
        wants_refund=True,
    )
    announce_end(moved(ObjectKind.SUBSCRIPTION, subscription.stripe_subscription_id, "canceled"), now=NOW)


SUBSCRIPTION_MAILS = [
    ("subscription_started", start, ["€48.00 each month", "14 Dec 2026", "Visa 4242", "/billing/"]),
    ("subscription_started", start_yearly, ["€48.00 each year"]),
    ("cancellation_scheduled", cancel, ["Growth", "14 Dec 2026", "take this back", "/billing/"]),
    ("subscription_paused", pause, ["14 Dec 2026", "14 Jan 2027", "€48.00", "nothing is charged", "/billing/"]),
    ("subscription_paused", pause_for_good, ["14 Dec 2026", "until you take it up again"]),
    ("pause_ending", near_pause_end, ["23 Nov 2026", "€48.00", "Visa 4242", "you pay nothing"]),
    ("subscription_resumed", resume, ["goes on", "€48.00", "14 Dec 2026"]),
    ("subscription_resumed", resume_after_a_trial, ["€48.00 is charged for a new period"]),
    ("subscription_cancelled_now", leave_at_once, ["not be charged again", "need not pay it", "about a refund"]),
    ("subscription_ended", end, ["Growth has ended", "not be charged again", "nothing is deleted"]),
]
