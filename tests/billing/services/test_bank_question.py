"""A renewal that the bank wants confirmed: seen as a fact although no charge is made, and told once."""

import pytest

from billing.gateway.client import client
from billing.mirror.refresh import refresh
from billing.mirror.refs import ObjectRef
from billing.models import ChargeAttempt, DunningCase, Invoice, Notice, Subscription, Transition
from billing.selectors.access import access_for
from billing.selectors.overview import billing_overview
from billing.terms import AccessReason, ObjectKind
from tests.billing.shop import Shop

pytestmark = pytest.mark.django_db(transaction=True)
ALWAYS_ASKS = "pm_card_authenticationRequired"


@pytest.fixture
def subscription(shop: Shop) -> Subscription:
    return shop.subscribe()


@pytest.fixture
def renewal(shop: Shop, subscription: Subscription) -> Invoice:
    """The renewal's invoice, about which the bank has asked while nobody was there."""
    shop.charge_only(subscription, ALWAYS_ASKS)
    shop.advance("P36D")
    return shop.renewal(subscription)


def questions(invoice: Invoice) -> list[tuple[str, str]]:
    rows = Transition.objects.filter(stripe_id=invoice.stripe_invoice_id, aspect="authentication").order_by("pk")
    return list(rows.values_list("from_state", "to_state"))


def mails() -> list[str]:
    """All but those about what was bought and paid before."""
    told = Notice.objects.exclude(kind__in=["subscription_started", "receipt"])
    return sorted(told.values_list("key", flat=True))


def failure_key() -> str:
    return f"dunning:{DunningCase.objects.get().uuid}:failed"


def test_the_question_is_a_fact_although_no_charge_was_made(shop: Shop, renewal: Invoice) -> None:
    assert (renewal.status, renewal.authentication) == ("open", "required")
    assert questions(renewal) == [("none", "required")]
    assert not ChargeAttempt.objects.filter(stripe_invoice_id=renewal.stripe_invoice_id).exists()
    assert access_for(shop.organization, shop.now).reason == AccessReason.GRACE


def test_it_is_told_once_however_often_it_is_seen(shop: Shop, subscription: Subscription, renewal: Invoice) -> None:
    shop.look_at(subscription)
    shop.renewal(subscription)

    assert mails() == [failure_key()]
    content = Notice.objects.get(kind="payment_failed_auth").content
    assert "€128.00" in content.subject
    assert "/pay/" in content.text
    assert "/pay/" in content.html


def test_it_is_told_once_when_the_subscription_is_seen_first(shop: Shop, subscription: Subscription) -> None:
    shop.charge_only(subscription, ALWAYS_ASKS)
    shop.advance("P36D")

    shop.look_at(subscription)
    shop.renewal(subscription)

    assert mails() == [failure_key()]


def test_the_page_asks_for_an_answer_and_for_no_other_card(shop: Shop, renewal: Invoice) -> None:
    page = billing_overview(shop.organization, shop.now)

    assert page.failure is not None
    assert page.failure.cause == "confirm"


def test_a_confirmed_payment_ends_it_without_another_mail(
    shop: Shop, subscription: Subscription, renewal: Invoice
) -> None:
    shop.answer_bank(renewal)

    paid = shop.renewal(subscription)

    assert (paid.status, paid.authentication) == ("paid", "none")
    assert questions(renewal) == [("none", "required"), ("required", "none")]
    assert mails() == [failure_key()]
    assert shop.look_at(subscription).status == "active"


def test_a_refused_confirmation_is_a_state_of_its_own(
    shop: Shop, subscription: Subscription, renewal: Invoice
) -> None:
    shop.answer_bank(renewal, outcome="fail")

    after = shop.renewal(subscription)

    assert (after.status, after.authentication) == ("open", "failed")
    assert len(mails()) == 1


def test_a_question_at_the_hosted_page_is_no_reason_to_write(
    shop: Shop, subscription: Subscription, renewal: Invoice
) -> None:
    shop.answer_bank(renewal, outcome="fail")
    shop.renewal(subscription)
    Notice.objects.all().delete()
    card = client().v1.payment_methods.attach(ALWAYS_ASKS, params={"customer": subscription.stripe_customer_id})
    with pytest.raises(Exception, match="additional user action"):
        client().v1.invoices.pay(
            renewal.stripe_invoice_id, params={"payment_method": card["id"], "off_session": False}
        )

    shop.renewal(subscription)

    assert questions(renewal)[-1] == ("failed", "asked")
    assert mails() == []


def test_a_question_that_was_answered_before_we_looked_is_not_told(shop: Shop, subscription: Subscription) -> None:
    shop.charge_only(subscription, ALWAYS_ASKS)
    shop.advance("P36D")
    found = client().v1.invoices.list(params={"subscription": subscription.stripe_subscription_id, "limit": 1})
    refresh(ObjectRef(ObjectKind.INVOICE, str(found["data"][0]["id"])))
    invoice = Invoice.objects.get(stripe_invoice_id=found["data"][0]["id"])
    assert invoice.authentication == "required"
    shop.answer_bank(invoice)
    refresh(ObjectRef(ObjectKind.INVOICE, invoice.stripe_invoice_id))

    shop.work_off()

    assert not Notice.objects.filter(kind="payment_failed_auth").exists()


def test_nobody_is_written_to_at_the_checkout(shop: Shop) -> None:
    intent = shop.start(shop.scale)
    shop.pay(intent, number="4000 0027 6000 3184")
    for invoice in client().v1.invoices.list()["data"]:
        refresh(ObjectRef(ObjectKind.INVOICE, invoice["id"]))
    for found in client().v1.subscriptions.list(params={"status": "all"})["data"]:
        refresh(ObjectRef(ObjectKind.SUBSCRIPTION, found["id"]))

    shop.work_off()

    assert Notice.objects.count() == 0


def test_nobody_is_written_to_about_a_first_payment_made_elsewhere(shop: Shop, subscription: Subscription) -> None:
    Notice.objects.all().delete()
    stripe = client().v1
    card = stripe.payment_methods.attach(ALWAYS_ASKS, params={"customer": subscription.stripe_customer_id})
    made = stripe.subscriptions.create(
        params={
            "customer": subscription.stripe_customer_id,
            "default_payment_method": card["id"],
            "items": [{"price": shop.growth.stripe_price_id}],
            "payment_behavior": "allow_incomplete",
        }
    )

    refresh(ObjectRef(ObjectKind.SUBSCRIPTION, made["id"]))
    refresh(ObjectRef(ObjectKind.INVOICE, made["latest_invoice"]))
    shop.work_off()

    assert Invoice.objects.get(stripe_invoice_id=made["latest_invoice"]).authentication == "required"
    assert not Notice.objects.filter(kind="payment_failed_auth").exists()
