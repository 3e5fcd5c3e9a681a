"""Every kind of mail, made by the service that makes it, from rows as a refresh leaves them."""

from collections.abc import Callable
from copy import deepcopy
from datetime import datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from django.conf import settings as django_settings

from accounts.models import Organization
from billing import notices
from billing.models import (
    CancelRequest,
    ChargeAttempt,
    Customer,
    Invoice,
    LocalTrial,
    Notice,
    Subscription,
    Transition,
    TrialCard,
    TrialRefusal,
)
from billing.selectors.trial_words import trial_words
from billing.services.billing_email import confirm_billing_email, request_billing_email
from billing.services.invoice_notices import announce_overdue_invoice, announce_sent_invoice, send_receipt
from billing.services.pause_notices import announce_pause, announce_resumption, remind_of_pauses
from billing.services.payment_failure import announce_payment_failure
from billing.services.subscription_notices import (
    announce_cancellation,
    announce_end,
    announce_start,
    announce_trial_pause,
)
from billing.services.trial_reminders import remind_of_trials
from billing.terms import ObjectKind
from tests.billing.card_mails import CARD_MAILS
from tests.billing.changed_mails import CHANGED_MAILS
from tests.billing.factories import (
    NOW,
    ChargeAttemptFactory,
    CustomerFactory,
    InvoiceFactory,
    LocalTrialFactory,
    PaymentMethodFactory,
    PriceFactory,
    SubscriptionFactory,
)
from tests.billing.planned_mails import PLANNED_MAILS
from tests.factories import OrganizationFactory, UserFactory

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
FOLDER = Path(django_settings.BASE_DIR) / "templates" / "emails"


@pytest.fixture(autouse=True)
def absent_names_show(settings) -> None:
    """A name that a template asks for and is not given stands in the mail as ABSENT."""
    templates = deepcopy(settings.TEMPLATES)
    templates[0]["OPTIONS"]["string_if_invalid"] = "ABSENT(%s)"
    settings.TEMPLATES = templates


@pytest.fixture
def organization() -> Organization:
    return OrganizationFactory(name="Oakline & Sons", email="books@oakline.example")


def subscribe(organization: Organization, **changed):
    card = PaymentMethodFactory()
    customer = CustomerFactory(
        organization=organization, default_stripe_payment_method_id=card.stripe_payment_method_id
    )
    price = PriceFactory(interval=changed.pop("interval", "month"))
    return SubscriptionFactory(
        organization=organization, stripe_customer_id=customer.stripe_customer_id, price=price, **changed
    )


def moved(kind: ObjectKind, stripe_id: str, to_state: str) -> Transition:
    return Transition.objects.create(
        kind=kind, stripe_id=stripe_id, livemode=False, from_state="", to_state=to_state, business_at=NOW
    )


def start(organization: Organization, **changed) -> None:
    subscription = subscribe(organization, **changed)
    announce_start(moved(ObjectKind.SUBSCRIPTION, subscription.stripe_subscription_id, "active"), now=NOW)


def start_yearly(organization: Organization) -> None:
    start(organization, interval="year")


def start_trial(organization: Organization) -> None:
    start(organization, status="trialing", trial_start=NOW, trial_end=NOW + 14 * DAY)


def cancel(organization: Organization) -> None:
    subscription = subscribe(organization, cancel_at=NOW + 23 * DAY)
    announce_cancellation(moved(ObjectKind.SUBSCRIPTION, subscription.stripe_subscription_id, "scheduled"), now=NOW)


def end(organization: Organization) -> None:
    subscription = subscribe(organization, status="canceled", ended_at=NOW)
    announce_end(moved(ObjectKind.SUBSCRIPTION, subscription.stripe_subscription_id, "canceled"), now=NOW)


def end_for_its_card(organization: Organization) -> None:
    subscription = subscribe(organization, status="canceled", ended_at=NOW)
    card = TrialCard.objects.create(
        card_digest="a", organization=OrganizationFactory(), stripe_subscription_id="sub_1", began_at=NOW
    )
    TrialRefusal.objects.create(
        organization=organization, stripe_subscription_id=subscription.stripe_subscription_id, first_trial=card
    )
    announce_end(moved(ObjectKind.SUBSCRIPTION, subscription.stripe_subscription_id, "canceled"), now=NOW)


def fail_payment(organization: Organization, *, past_due_at: datetime = NOW, **changed) -> None:
    subscription = subscribe(organization, status="past_due", past_due_at=past_due_at)
    invoice = InvoiceFactory(
        organization=organization,
        status="open",
        number="OAK-0019",
        stripe_subscription_id=subscription.stripe_subscription_id,
        hosted_invoice_url="http://127.0.0.1:12111/i/acct_1/test_1",
    )
    charge = ChargeAttemptFactory(
        organization=organization, stripe_invoice_id=invoice.stripe_invoice_id, status="failed", **changed
    )
    announce_payment_failure(moved(ObjectKind.CHARGE, charge.stripe_charge_id, "failed"), now=NOW)


def fail_for_want_of_money(organization: Organization) -> None:
    fail_payment(organization, decline_code="insufficient_funds")


def fail_for_want_of_an_answer(organization: Organization) -> None:
    fail_payment(organization, decline_code="authentication_required")


def fail_without_a_card(organization: Organization) -> None:
    fail_payment(organization, card_brand="", card_last4="")


def fail_after_the_grace(organization: Organization) -> None:
    fail_payment(organization, past_due_at=NOW - 30 * DAY)


def wait_for_the_bank(organization: Organization) -> None:
    """A renewal that the customer has to confirm: the subscription is past due, and no charge was made."""
    invoice = InvoiceFactory(
        organization=organization,
        status="open",
        number="OAK-0020",
        authentication="required",
        has_been_attempted=True,
    )
    subscription = subscribe(organization, status="past_due", past_due_at=NOW)
    Subscription.objects.filter(pk=subscription.pk).update(stripe_latest_invoice_id=invoice.stripe_invoice_id)
    announce_payment_failure(moved(ObjectKind.SUBSCRIPTION, subscription.stripe_subscription_id, "past_due"), now=NOW)


def fail_for_no_known_reason(organization: Organization) -> None:
    """There was nothing to charge: the subscription is past due, and no charge was made."""
    wait_for_the_bank(organization)
    Notice.objects.all().delete()
    Invoice.objects.update(authentication="none")
    past_due = moved(ObjectKind.SUBSCRIPTION, Subscription.objects.get().stripe_subscription_id, "past_due")
    announce_payment_failure(past_due, now=NOW)


def pay_an_invoice(organization: Organization) -> None:
    invoice = InvoiceFactory(
        organization=organization, number="OAK-0021", paid_at=NOW, amount_paid_minor=4800, status="paid"
    )
    ChargeAttemptFactory(organization=organization, stripe_invoice_id=invoice.stripe_invoice_id, status="succeeded")
    send_receipt(moved(ObjectKind.INVOICE, invoice.stripe_invoice_id, "paid"), now=NOW)


def pay_from_outside(organization: Organization) -> None:
    pay_an_invoice(organization)
    ChargeAttempt.objects.all().delete()
    Notice.objects.all().delete()
    send_receipt(moved(ObjectKind.INVOICE, Invoice.objects.get().stripe_invoice_id, "paid"), now=NOW)


def send_invoice(organization: Organization, *, due_at: datetime = NOW + 30 * DAY) -> Invoice:
    invoice = InvoiceFactory(
        organization=organization,
        status="open",
        number="OAK-0022",
        collection_method="send_invoice",
        due_at=due_at,
    )
    announce_sent_invoice(moved(ObjectKind.INVOICE, invoice.stripe_invoice_id, "open"), now=NOW)
    return invoice


def let_an_invoice_lie(organization: Organization) -> None:
    subscription = subscribe(organization, status="past_due", collection_method="send_invoice")
    invoice = send_invoice(organization, due_at=NOW - DAY)
    Invoice.objects.update(stripe_subscription_id=subscription.stripe_subscription_id)
    Subscription.objects.update(stripe_latest_invoice_id=invoice.stripe_invoice_id)
    announce_overdue_invoice(moved(ObjectKind.SUBSCRIPTION, subscription.stripe_subscription_id, "past_due"), now=NOW)


def near_trial_end(organization: Organization) -> None:
    subscribe(organization, status="trialing", trial_start=NOW - 12 * DAY, trial_end=NOW + 2 * DAY)
    remind_of_trials(NOW)


def near_local_trial_end(organization: Organization) -> None:
    LocalTrialFactory(organization=organization, ends_at=NOW + 2 * DAY)
    remind_of_trials(NOW)


def pass_local_trial_end(organization: Organization) -> None:
    LocalTrialFactory(organization=organization, ends_at=NOW - DAY)
    remind_of_trials(NOW)


def delete_the_organization(organization: Organization) -> None:
    """As the deletion does once Stripe has confirmed it (tests of erase_organization)."""
    notices.enqueue("organization_erased", key="organization_erased:1", organization=organization, cause_at=NOW)


def ask_for_another_address(organization: Organization) -> None:
    Organization.objects.filter(pk=organization.pk).update(email="office@oakline.example")
    request_billing_email(
        organization, email="books@oakline.example", request_key=uuid4(), actor=UserFactory(), now=NOW
    )


def move_to_another_address(organization: Organization) -> None:
    request_billing_email(
        organization, email="office@oakline.example", request_key=uuid4(), actor=UserFactory(), now=NOW
    )
    link = Notice.objects.get(kind="billing_email_confirm").content.text
    confirm_billing_email(link.partition("/billing/email/")[2].partition("/")[0], now=NOW)


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


def fail_with_no_card_on_file(organization: Organization) -> None:
    subscription = subscribe(organization, status="past_due", past_due_at=NOW)
    invoice = InvoiceFactory(
        organization=organization,
        status="open",
        number="OAK-0021",
        stripe_subscription_id=subscription.stripe_subscription_id,
    )
    Customer.objects.update(default_stripe_payment_method_id="")
    Subscription.objects.filter(pk=subscription.pk).update(stripe_latest_invoice_id=invoice.stripe_invoice_id)
    announce_payment_failure(moved(ObjectKind.SUBSCRIPTION, subscription.stripe_subscription_id, "past_due"), now=NOW)


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


Situation = Callable[[Organization], object]
MAILS: list[tuple[str, Situation, list[str]]] = [
    ("receipt", pay_an_invoice, ["€48.00", "21 Nov 2026 with Visa 4242", "OAK-0021", "/billing/invoices/"]),
    ("receipt", pay_from_outside, ["You paid it on 21 Nov 2026."]),
    ("invoice_sent", send_invoice, ["€48.00", "21 Dec 2026", "OAK-0022", "Nothing is charged by itself", "/pay/"]),
    (
        "invoice_overdue",
        let_an_invoice_lie,
        ["€48.00", "20 Nov 2026", "OAK-0022", "not received the payment", "/pay/"],
    ),
    ("subscription_started", start, ["€48.00 each month", "14 Dec 2026", "Visa 4242", "/billing/"]),
    ("subscription_started", start_yearly, ["€48.00 each year"]),
    ("subscription_started", start_trial, ["5 Dec 2026", "€48.00", "Visa 4242", "pay nothing"]),
    ("cancellation_scheduled", cancel, ["Growth", "14 Dec 2026", "take this back", "/billing/"]),
    ("subscription_paused", pause, ["14 Dec 2026", "14 Jan 2027", "€48.00", "nothing is charged", "/billing/"]),
    ("subscription_paused", pause_for_good, ["14 Dec 2026", "until you take it up again"]),
    ("pause_ending", near_pause_end, ["23 Nov 2026", "€48.00", "Visa 4242", "you pay nothing"]),
    ("subscription_resumed", resume, ["goes on", "€48.00", "14 Dec 2026"]),
    ("subscription_resumed", resume_after_a_trial, ["€48.00 is charged for a new period"]),
    ("subscription_cancelled_now", leave_at_once, ["not be charged again", "need not pay it", "about a refund"]),
    ("subscription_ended", end, ["Growth has ended", "not be charged again", "nothing is deleted"]),
    (
        "trial_refused",
        end_for_its_card,
        ["Visa 4242 has had one before", "Nothing was charged", "€48.00 each month", "/billing/choose/"],
    ),
    ("payment_failed", fail_payment, ["€48.00", "OAK-0019", "Visa 4242", "12 Dec 2026", "/pay/"]),
    ("payment_failed", fail_for_want_of_money, ["not enough money on Visa 4242"]),
    ("payment_failed", fail_without_a_card, ["Please use another card, or ask your bank"]),
    ("payment_failed", fail_after_the_grace, ["Your plan stays off until it is paid; nothing is deleted"]),
    ("payment_failed", fail_for_no_known_reason, ["OAK-0020", "Your bank may want you to confirm it"]),
    ("action_required", wait_for_the_bank, ["€48.00", "OAK-0020", "Your card is fine", "12 Dec 2026", "/pay/"]),
    ("action_required", fail_for_want_of_an_answer, ["€48.00", "Your card is fine", "/pay/"]),
    ("trial_ending", near_trial_end, ["23 Nov 2026", "€48.00", "Visa 4242", "/billing/"]),
    ("payment_failed", fail_with_no_card_on_file, ["OAK-0021", "There is no card on file"]),
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
    (
        "billing_email_confirm",
        ask_for_another_address,
        ["office@oakline.example", "/billing/email/", "Nothing changes"],
    ),
    ("billing_email_changed", move_to_another_address, ["office@oakline.example", "nothing was charged"]),
    *PLANNED_MAILS,
    *CARD_MAILS,
    *CHANGED_MAILS,
    ("organization_erased", delete_the_organization, ["is deleted", "nothing will be charged any more"]),
    ("local_trial_ended", pass_local_trial_end, ["20 Nov 2026", "Nothing was charged", "nothing is deleted"]),
]
NAMES = [f"{kind}-{situation.__name__}" for kind, situation, _ in MAILS]


def test_every_mail_of_the_folder_is_in_the_table() -> None:
    kinds = {path.name.removesuffix(".subject.txt") for path in FOLDER.glob("*.subject.txt")}

    assert {kind for kind, _, _ in MAILS} == kinds
    for kind in kinds:
        assert {path.name for path in FOLDER.glob(f"{kind}.*")} == {
            f"{kind}.subject.txt",
            f"{kind}.txt",
            f"{kind}.html",
        }


@pytest.mark.parametrize(("kind", "situation", "said"), MAILS, ids=NAMES)
def test_a_mail_says_what_its_cause_calls_for(
    kind: str, situation: Situation, said: list[str], organization: Organization
) -> None:
    situation(organization)

    content = Notice.objects.select_related("content").get(kind=kind).content
    heading_and_text = f"{content.subject}\n{content.text}"
    for words in said:
        assert words in heading_and_text
        assert words in content.html
    assert content.recipient == "books@oakline.example"


@pytest.mark.parametrize(("kind", "situation", "said"), MAILS, ids=NAMES)
def test_no_part_of_a_mail_shows_a_hole(
    kind: str, situation: Situation, said: list[str], organization: Organization
) -> None:
    situation(organization)

    content = Notice.objects.select_related("content").get(kind=kind).content
    for part in (content.subject, content.text, content.html):
        assert part.strip()
        for hole in ("ABSENT", "None", "{{", "{%", "<time", "&amp;amp;", "()"):
            assert hole not in part
    assert "\n" not in content.subject
    assert "!" not in content.text
    assert "<!doctype html>" in content.html
    assert "<" not in content.text


@pytest.mark.parametrize(("kind", "situation", "said"), MAILS, ids=NAMES)
def test_a_name_is_plain_in_text_and_escaped_in_html(
    kind: str, situation: Situation, said: list[str], organization: Organization
) -> None:
    situation(organization)

    content = Notice.objects.select_related("content").get(kind=kind).content
    assert "&amp;" not in content.text + content.subject
    assert "Oakline & Sons" not in content.html


@pytest.mark.parametrize(("kind", "situation", "said"), MAILS, ids=NAMES)
def test_a_mail_has_no_hole_in_another_language_either(
    kind: str, situation: Situation, said: list[str], organization: Organization
) -> None:
    Organization.objects.update(language="de", time_zone="Europe/Berlin")
    organization.refresh_from_db()

    situation(organization)

    content = Notice.objects.select_related("content").get(kind=kind).content
    for part in (content.subject, content.text, content.html):
        for hole in ("ABSENT", "None", "{{", "{%", "%(", "<time", "&amp;amp;", "()", "€48.00"):
            assert hole not in part
    assert '<html lang="de">' in content.html


@pytest.mark.parametrize("adds_tax", [True, False])
@pytest.mark.parametrize("situation", [start, start_trial, near_trial_end])
def test_tax_is_named_where_the_checkout_adds_it_and_nowhere_else(
    situation: Situation, adds_tax: bool, organization: Organization, settings
) -> None:
    settings.CHECKOUT_AUTOMATIC_TAX = adds_tax

    situation(organization)

    content = Notice.objects.select_related("content").get().content
    assert ("plus VAT where it applies" in content.text) is adds_tax
    assert ("plus VAT where it applies" in content.html) is adds_tax
