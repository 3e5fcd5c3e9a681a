"""Situations in which the case of an unpaid invoice leads to a mail, from rows as a refresh leaves them."""

from datetime import datetime, timedelta

from accounts.models import Organization
from billing.models import ChargeAttempt, DunningCase, Invoice, Subscription
from billing.services.end_dunning import send_last_notices
from billing.services.open_dunning_case import open_dunning_case
from billing.services.subscription_notices import announce_end
from billing.services.write_case_mails import write_case_mails
from billing.terms import ObjectKind
from tests.billing.factories import NOW, ChargeAttemptFactory, InvoiceFactory
from tests.billing.mail_causes import DAY, moved, subscribe


def fall_due(organization: Organization, **changed: object) -> Invoice:
    """A renewal that is open, and its subscription past due."""
    subscription = subscribe(organization, status="past_due", past_due_at=NOW)
    invoice = InvoiceFactory(
        organization=organization,
        status="open",
        number="OAK-0019",
        stripe_subscription_id=subscription.stripe_subscription_id,
        has_been_attempted=True,
        **changed,
    )
    Subscription.objects.filter(pk=subscription.pk).update(stripe_latest_invoice_id=invoice.stripe_invoice_id)
    return invoice


def decline(invoice: Invoice, code: str, *, at: datetime = NOW, **changed: object) -> DunningCase:
    """A try on the invoice that the bank declined, taken into its case."""
    charge: ChargeAttempt = ChargeAttemptFactory(
        organization=invoice.organization,
        stripe_invoice_id=invoice.stripe_invoice_id,
        status="failed",
        decline_code=code,
        created_at=at,
        **{"card_fingerprint": "fp_1", **changed},
    )
    open_dunning_case(moved(ObjectKind.CHARGE, charge.stripe_charge_id, "failed"), now=at)
    return DunningCase.objects.get(stripe_invoice_id=invoice.stripe_invoice_id)


def fail(organization: Organization, code: str, **changed: object) -> DunningCase:
    """One failed renewal, told."""
    case = decline(fall_due(organization), code, **changed)
    write_case_mails(NOW)
    return case


def lack_money(organization: Organization) -> None:
    fail(organization, "insufficient_funds")


def need_data(organization: Organization) -> None:
    fail(organization, "incorrect_cvc")


def expire(organization: Organization) -> None:
    fail(organization, "expired_card")


def be_unsupported(organization: Organization) -> None:
    fail(organization, "currency_not_supported")


def be_refused(organization: Organization) -> None:
    fail(organization, "invalid_account")


def be_refused_twice(organization: Organization) -> None:
    case = fail(organization, "do_not_honor")
    decline(Invoice.objects.get(stripe_invoice_id=case.stripe_invoice_id), "do_not_honor", at=NOW + 2 * DAY)
    write_case_mails(NOW + 2 * DAY)


def want_an_answer(organization: Organization) -> None:
    fail(organization, "authentication_required")


def want_a_card(organization: Organization) -> None:
    """There was nothing to charge, so that no charge was made."""
    invoice = fall_due(organization)
    past_due = moved(ObjectKind.SUBSCRIPTION, invoice.stripe_subscription_id, "past_due")
    open_dunning_case(past_due, now=NOW)
    write_case_mails(NOW + timedelta(minutes=16))


def fail_to_the_last(organization: Organization) -> None:
    """Every try of the schedule was made."""
    case = fail(organization, "insufficient_funds")
    DunningCase.objects.update(retries=6, retries_of_class=6)
    decline(Invoice.objects.get(stripe_invoice_id=case.stripe_invoice_id), "insufficient_funds", at=NOW + DAY)
    write_case_mails(NOW + DAY)


def come_to_the_end(organization: Organization) -> None:
    lack_money(organization)
    send_last_notices(NOW + 18 * DAY)


def come_to_the_end_while_stripe_collects(organization: Organization) -> None:
    lack_money(organization)
    DunningCase.objects.update(collector="observe")
    send_last_notices(NOW + 18 * DAY)


def end_unpaid(organization: Organization) -> None:
    lack_money(organization)
    DunningCase.objects.update(state="lost", due_at=None, ended_at=NOW, end_reason="deadline")
    subscription = Subscription.objects.get()
    Subscription.objects.update(status="canceled", ended_at=NOW)
    announce_end(moved(ObjectKind.SUBSCRIPTION, subscription.stripe_subscription_id, "canceled"), now=NOW)


DATES = ["You keep access until 5 Dec 2026", "Then everything can still be read until 12 Dec 2026"]
WAYS = ["/pay/", "/billing/payment-methods/", "/billing/cancel/", "€48.00", "OAK-0019"]
CASE_MAILS = [
    (
        "payment_failed_funds",
        lack_money,
        ["not enough money on Visa 4242", "We try again on 25 Nov 2026, and not after 12 Dec 2026", *DATES, *WAYS],
    ),
    ("payment_failed_fix", need_data, ["the code of Visa 4242", "We do not try this card again", *DATES, *WAYS]),
    ("payment_failed_expired", expire, ["Visa 4242 has expired", *DATES, *WAYS]),
    ("payment_failed_unsupported", be_unsupported, ["Visa 4242 cannot be used for this payment", *DATES, *WAYS]),
    (
        "payment_failed_generic",
        be_refused,
        [
            "Please use another card, or ask your bank.",
            "Nothing was taken.",
            "Growth ends on 12 Dec 2026",
            *DATES,
            *WAYS,
        ],
    ),
    ("payment_failed_retrying", be_refused_twice, ["refused Visa 4242 more than once", "We try again on", *WAYS]),
    (
        "payment_failed_auth",
        want_an_answer,
        ["Your bank wants you to confirm €48.00", "Your card is fine", "/pay/", "/billing/cancel/", *DATES],
    ),
    ("payment_failed_no_card", want_a_card, ["There is no card on file", *DATES, *WAYS]),
    ("payment_only_you", fail_to_the_last, ["we make no more by ourselves", *DATES, *WAYS]),
    ("payment_last_notice", come_to_the_end, ["Growth ends on 12 Dec 2026 unless €48.00 is paid", *WAYS]),
    (
        "payment_last_notice",
        come_to_the_end_while_stripe_collects,
        ["€48.00 is still not paid", "your plan stays off until it is paid", *WAYS],
    ),
    (
        "payment_plan_ended",
        end_unpaid,
        ["Growth has ended: €48.00 was not paid", "goes on with Free", "can still be paid", "/pay/"],
    ),
]
