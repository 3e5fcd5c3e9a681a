"""Letting an organization pay by invoice, and charging its card again."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection

from billing import clock
from billing.errors import (
    BillingError,
    InvalidInput,
    NoSubscription,
    PaymentMethodMissing,
    StripeRefused,
    StripeUnreachable,
    TermsUnchanged,
)
from billing.gateway.client import client
from billing.models import AuditEntry, InvoiceTermsChange, Notice, PaymentMethod, StaffTask
from billing.selectors.access import access_for
from billing.selectors.history import history_page
from billing.selectors.overview import billing_overview
from billing.selectors.timeline import Happening
from billing.services.invoice_terms import resume_terms_changes, set_invoice_terms
from billing.terms import AccessReason
from tests.billing.shop import Shop
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db(transaction=True)


def set_terms(shop: Shop, days: int | None = 30, **changed) -> InvoiceTermsChange:
    values = {"reason": "They pay by bank transfer", "request_key": uuid4(), "actor": shop.owner, "now": shop.now}
    return set_invoice_terms(shop.organization, days_until_due=days, **{**values, **changed})


def at_stripe(shop: Shop, change: InvoiceTermsChange) -> tuple[str, int | None]:
    found = client().v1.subscriptions.retrieve(change.stripe_subscription_id)
    return found["collection_method"], found["days_until_due"]


def test_later_invoices_are_sent_and_told_once_with_their_day(shop: Shop) -> None:
    subscription = shop.subscribe()

    change = set_terms(shop)
    shop.advance("P36D")
    invoice = shop.renewal(subscription)
    shop.renewal(subscription)

    subscription.refresh_from_db()
    assert (change.state, subscription.terms_days, at_stripe(shop, change)) == ("succeeded", 30, ("send_invoice", 30))
    assert (invoice.status, invoice.has_been_attempted) == ("open", False)
    content = Notice.objects.get(kind="invoice_sent").content
    assert f"Invoice {invoice.number}: €128.00, due on" in content.subject
    assert "/pay/" in content.text
    assert not Notice.objects.filter(kind__startswith="payment_").exists()


def test_access_goes_on_while_it_waits_and_a_day_that_passes_is_told_once(shop: Shop) -> None:
    subscription = shop.subscribe()
    set_terms(shop, 14)
    shop.advance("P36D")
    shop.renewal(subscription)
    assert access_for(shop.organization, shop.now).reason == AccessReason.SUBSCRIPTION

    shop.advance("P15D")
    shop.look_at(subscription)
    shop.look_at(subscription)

    assert subscription.status == "past_due"
    assert Notice.objects.filter(kind="invoice_overdue").count() == 1
    assert not Notice.objects.filter(kind__startswith="payment_").exists()
    assert access_for(shop.organization, shop.now).reason == AccessReason.GRACE


def test_a_sent_invoice_that_is_paid_has_a_receipt_and_no_reminder(shop: Shop) -> None:
    subscription = shop.subscribe()
    set_terms(shop, 14)
    shop.advance("P36D")
    invoice = shop.renewal(subscription)
    client().v1.invoices.pay(invoice.stripe_invoice_id)

    shop.renewal(subscription)
    shop.advance("P15D")
    shop.look_at(subscription)

    assert Notice.objects.filter(key=f"receipt:{invoice.stripe_invoice_id}").exists()
    assert not Notice.objects.filter(kind="invoice_overdue").exists()


def test_the_page_says_that_an_invoice_comes_and_no_charge(shop: Shop) -> None:
    shop.subscribe()
    set_terms(shop)

    page = billing_overview(shop.organization, shop.now)

    assert page.standing.terms_days == 30
    assert [entry.happening for entry in page.coming] == [Happening.WILL_INVOICE]


def test_the_card_is_charged_again(shop: Shop) -> None:
    subscription = shop.subscribe()
    set_terms(shop)

    change = set_terms(shop, None)
    shop.advance("P36D")

    assert at_stripe(shop, change) == ("charge_automatically", None)
    assert shop.renewal(subscription).status == "paid"


def test_who_and_why_are_on_record_and_the_customer_reads_what_it_means(shop: Shop) -> None:
    shop.subscribe()

    set_terms(shop, actor=UserFactory(full_name="Sam Keel"))

    assert AuditEntry.objects.filter(action="invoice_terms_set").count() == 1
    told = [entry for entry in history_page(shop.organization, number=1, now=shop.now).entries if entry.words]
    assert [(entry.who, entry.words) for entry in told] == [
        ("support", "lets later invoices be paid within 30 days; none is charged by itself")
    ]


def test_the_same_form_sent_twice_is_one_change(shop: Shop) -> None:
    shop.subscribe()
    key = uuid4()

    first, again = set_terms(shop, request_key=key), set_terms(shop, request_key=key)

    assert first.pk == again.pk
    assert AuditEntry.objects.filter(action="invoice_terms_set").count() == 1


def test_what_cannot_be_done_says_so_and_changes_nothing(shop: Shop) -> None:
    with pytest.raises(NoSubscription):
        set_terms(shop)
    shop.subscribe()
    for refused, days, changed in (
        (InvalidInput, 0, {}),
        (InvalidInput, 121, {}),
        (InvalidInput, 30, {"reason": " "}),
        (TermsUnchanged, None, {}),
    ):
        with pytest.raises(refused):
            set_terms(shop, days, **changed)

    assert InvoiceTermsChange.objects.count() == 0


def test_no_card_is_no_reason_to_promise_a_charge(shop: Shop) -> None:
    shop.subscribe()
    set_terms(shop)
    PaymentMethod.objects.all().delete()

    with pytest.raises(PaymentMethodMissing):
        set_terms(shop, None)


def test_what_stripe_did_not_hear_is_carried_out_later(shop: Shop) -> None:
    subscription = shop.subscribe()
    shop.sandbox.fault("http_500_before", times=2, match={"method": "POST", "path": "/v1/subscriptions*"})
    with pytest.raises(StripeUnreachable):
        set_terms(shop)

    resumed = resume_terms_changes(clock.system_now() + timedelta(minutes=2))

    subscription.refresh_from_db()
    assert (resumed, subscription.terms_days) == (1, 30)


def test_a_crash_after_stripe_acted_is_found_to_be_done(shop: Shop) -> None:
    subscription = shop.subscribe()
    shop.sandbox.fault("http_500_after_commit", times=2, match={"method": "POST", "path": "/v1/subscriptions*"})
    with pytest.raises(StripeUnreachable):
        set_terms(shop)
    InvoiceTermsChange.objects.update(created_at=clock.system_now() - timedelta(hours=24))

    resume_terms_changes(clock.system_now())

    subscription.refresh_from_db()
    assert (InvoiceTermsChange.objects.get().state, subscription.terms_days) == ("succeeded", 30)


def test_one_that_never_arrived_ends_with_a_task(shop: Shop) -> None:
    shop.subscribe()
    shop.sandbox.fault("http_500_before", times=2, match={"method": "POST", "path": "/v1/subscriptions*"})
    with pytest.raises(StripeUnreachable):
        set_terms(shop)
    InvoiceTermsChange.objects.update(created_at=clock.system_now() - timedelta(hours=24))

    resume_terms_changes(clock.system_now())

    assert InvoiceTermsChange.objects.get().state == "failed"
    assert StaffTask.objects.get().kind == "terms_change_failed"


def test_a_refusal_of_stripes_ends_it(shop: Shop) -> None:
    subscription = shop.subscribe()
    client().v1.subscriptions.cancel(subscription.stripe_subscription_id)
    key = uuid4()

    for _ in range(2):
        with pytest.raises(StripeRefused):
            set_terms(shop, request_key=key)

    assert InvoiceTermsChange.objects.get().state == "failed"


def test_two_at_once_leave_one_change_at_stripe(shop: Shop) -> None:
    shop.subscribe()

    def click(days: int) -> str:
        try:
            return set_terms(shop, days).state
        except BillingError as error:
            return error.code
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        outcomes = list(pool.map(click, [14, 30]))

    last = InvoiceTermsChange.objects.order_by("-pk").first()
    assert "succeeded" in outcomes
    assert at_stripe(shop, last) == ("send_invoice", last.days_until_due)
    assert not InvoiceTermsChange.objects.filter(state="recorded").exists()
