"""Situations in which a trial leads to a mail, from rows as a refresh leaves them."""

from accounts.models import Organization
from billing import notices
from billing.models import Customer, LocalTrial, Notice, Subscription, TrialCard, TrialRefusal
from billing.selectors.trial_words import trial_words
from billing.services.subscription_notices import announce_end, announce_trial_pause
from billing.services.trial_reminders import remind_of_trials
from billing.terms import ObjectKind
from tests.billing.factories import NOW, InvoiceFactory, LocalTrialFactory
from tests.billing.mail_causes import DAY, moved, subscribe
from tests.billing.subscription_mails import start
from tests.factories import OrganizationFactory


def start_trial(organization: Organization) -> None:
    start(organization, status="trialing", trial_start=NOW, trial_end=NOW + 14 * DAY)


def end_for_its_card(organization: Organization) -> None:
    subscription = subscribe(organization, status="canceled", ended_at=NOW)
    card = TrialCard.objects.create(
        card_digest="a", organization=OrganizationFactory(), stripe_subscription_id="sub_1", began_at=NOW
    )
    TrialRefusal.objects.create(
        organization=organization, stripe_subscription_id=subscription.stripe_subscription_id, first_trial=card
    )
    announce_end(moved(ObjectKind.SUBSCRIPTION, subscription.stripe_subscription_id, "canceled"), now=NOW)


def near_trial_end(organization: Organization) -> None:
    subscribe(organization, status="trialing", trial_start=NOW - 12 * DAY, trial_end=NOW + 2 * DAY)
    remind_of_trials(NOW)


def near_local_trial_end(organization: Organization) -> None:
    LocalTrialFactory(organization=organization, ends_at=NOW + 2 * DAY)
    remind_of_trials(NOW)


def pass_local_trial_end(organization: Organization) -> None:
    LocalTrialFactory(organization=organization, ends_at=NOW - DAY)
    remind_of_trials(NOW)


def end_without_card(organization: Organization) -> None:
    subscription = subscribe(
        organization, status="canceled", trial_end=NOW, canceled_at=NOW, ended_at=NOW, created_at=NOW - 14 * DAY
    )
    invoice = InvoiceFactory(organization=organization, created_at=NOW - 14 * DAY)
    Subscription.objects.filter(pk=subscription.pk).update(stripe_latest_invoice_id=invoice.stripe_invoice_id)
    announce_end(moved(ObjectKind.SUBSCRIPTION, subscription.stripe_subscription_id, "canceled"), now=NOW)


def pause_without_card(organization: Organization) -> None:
    subscription = subscribe(organization, status="paused", trial_end=NOW)
    announce_trial_pause(moved(ObjectKind.SUBSCRIPTION, subscription.stripe_subscription_id, "paused"), now=NOW)


def lose_the_card(organization: Organization, *, policy: str) -> None:
    ends = {"trial_start": NOW - 12 * DAY, "trial_end": NOW + 2 * DAY}
    subscribe(organization, status="trialing", missing_card_policy=policy, **ends)
    Customer.objects.update(default_stripe_payment_method_id="")
    remind_of_trials(NOW)


def near_end_that_cancels(organization: Organization) -> None:
    lose_the_card(organization, policy="cancel")


def near_end_that_pauses(organization: Organization) -> None:
    lose_the_card(organization, policy="pause")


def near_end_that_bills(organization: Organization) -> None:
    lose_the_card(organization, policy="create_invoice")


def extend(organization: Organization, *, local_trial: LocalTrial | None = None, subscription_id: str = "") -> None:
    words = trial_words(subscription_id, local_trial=local_trial)
    notices.enqueue("trial_extended", key="trial_extended", organization=organization, cause_at=NOW, **words)


def extend_trial(organization: Organization) -> None:
    ends = {"trial_start": NOW, "trial_end": NOW + 14 * DAY}
    extend(organization, subscription_id=subscribe(organization, status="trialing", **ends).stripe_subscription_id)


def extend_trial_without_card(organization: Organization) -> None:
    extend_trial(organization)
    Notice.objects.all().delete()
    Customer.objects.update(default_stripe_payment_method_id="")
    extend(organization, subscription_id=Subscription.objects.get().stripe_subscription_id)


def extend_local_trial(organization: Organization) -> None:
    extend(organization, local_trial=LocalTrialFactory(organization=organization, ends_at=NOW + 14 * DAY))


TRIAL_MAILS = [
    ("subscription_started", start_trial, ["5 Dec 2026", "€48.00", "Visa 4242", "pay nothing"]),
    (
        "trial_refused",
        end_for_its_card,
        ["Visa 4242 has had one before", "Nothing was charged", "€48.00 each month", "/billing/choose/"],
    ),
    ("trial_ending", near_trial_end, ["23 Nov 2026", "€48.00", "Visa 4242", "/billing/"]),
    (
        "trial_paused",
        pause_without_card,
        ["Growth is paused", "Nothing was charged", "€48.00 each month", "/billing/"],
    ),
    (
        "trial_ended_without_card",
        end_without_card,
        ["trial of Growth has ended", "no card", "Nothing was charged", "/billing/choose/"],
    ),
    ("trial_ending", near_end_that_cancels, ["23 Nov 2026", "no card on file", "Growth ends on that day"]),
    ("trial_ending", near_end_that_pauses, ["no card on file", "Growth is paused on that day"]),
    ("trial_ending", near_end_that_bills, ["no card on file", "an invoice to pay: €48.00 each month"]),
    ("trial_extended", extend_trial, ["Growth", "5 Dec 2026", "€48.00", "Visa 4242", "pay nothing"]),
    ("trial_extended", extend_trial_without_card, ["5 Dec 2026", "nothing is charged"]),
    ("trial_extended", extend_local_trial, ["5 Dec 2026", "not given a card", "nothing is deleted"]),
    ("local_trial_ending", near_local_trial_end, ["23 Nov 2026", "not given a card", "nothing is deleted"]),
    ("local_trial_ended", pass_local_trial_end, ["20 Nov 2026", "Nothing was charged", "nothing is deleted"]),
]
