"""What is not pursued although its payment failed, and what nobody owes: no case and no try."""

from typing import Any

import pytest

from billing.gateway.client import client
from billing.mirror.refresh import refresh
from billing.mirror.refs import ObjectRef
from billing.models import ChargeAttempt, Dispute, DunningAttempt, DunningCase, Invoice, Subscription
from billing.terms import ObjectKind
from tests.billing.pursuit import look, pursue
from tests.billing.services.changing import latest_invoice, make_unpaid
from tests.billing.shop import Shop

pytestmark = pytest.mark.django_db(transaction=True)
FAILING = "pm_card_chargeCustomerFail"


@pytest.fixture
def shop(sandbox: Any) -> Shop:
    return Shop.open(sandbox)


def failing(shop: Shop) -> Subscription:
    """A paid plan whose renewals will fail."""
    subscription = shop.subscribe()
    shop.charge_only(subscription, FAILING)
    return shop.look_at(subscription)


def renew(shop: Shop, subscription: Subscription) -> Invoice:
    shop.advance("P36D")
    invoice = shop.renewal(subscription)
    look(shop, subscription)
    pursue(shop)
    return invoice


def no_case() -> bool:
    return not DunningCase.objects.exists() and not DunningAttempt.objects.exists()


def test_a_first_payment_that_fails_is_no_case(shop: Shop) -> None:
    paid = shop.subscribe()
    stripe = client().v1
    card = stripe.payment_methods.attach(FAILING, params={"customer": paid.stripe_customer_id})["id"]
    made = stripe.subscriptions.create(
        params={
            "customer": paid.stripe_customer_id,
            "items": [{"price": shop.growth.stripe_price_id}],
            "default_payment_method": card,
            "payment_behavior": "allow_incomplete",
        }
    )
    refresh(ObjectRef(ObjectKind.INVOICE, str(made["latest_invoice"])))
    shop.work_off()
    second = Subscription.objects.get(stripe_subscription_id=made["id"])

    look(shop, second)
    pursue(shop)

    assert (second.status, latest_invoice(second)["status"]) == ("incomplete", "open")
    assert ChargeAttempt.objects.filter(status="failed").exists()
    assert no_case()


def test_a_change_that_was_not_paid_is_no_case(shop: Shop) -> None:
    subscription, waiting = make_unpaid(shop)
    refresh(ObjectRef(ObjectKind.INVOICE, waiting.stripe_invoice_id))

    look(shop, subscription)
    pursue(shop)

    assert Invoice.objects.get(stripe_invoice_id=waiting.stripe_invoice_id).status == "open"
    assert ChargeAttempt.objects.filter(status="failed", stripe_invoice_id=waiting.stripe_invoice_id).exists()
    assert no_case()


def test_an_invoice_that_is_sent_is_no_case(shop: Shop) -> None:
    subscription = failing(shop)
    terms = {"collection_method": "send_invoice", "days_until_due": 1}
    client().v1.subscriptions.update(subscription.stripe_subscription_id, params=terms)

    invoice = renew(shop, subscription)

    assert (invoice.status, invoice.collection_method) == ("open", "send_invoice")
    assert shop.look_at(subscription).status == "past_due"
    assert no_case()


def test_an_invoice_made_by_hand_is_no_case(shop: Shop) -> None:
    subscription = failing(shop)
    stripe = client().v1
    of_customer = {"customer": subscription.stripe_customer_id}
    charged = {"default_payment_method": subscription.stripe_payment_method_id}
    stripe.customers.update(subscription.stripe_customer_id, params={"invoice_settings": charged})
    of_plan = {**of_customer, "subscription": subscription.stripe_subscription_id}
    made = stripe.invoices.create(params={**of_plan, "auto_advance": True})
    stripe.invoice_items.create(params={**of_customer, "invoice": made["id"], "amount": 900, "currency": "eur"})
    shop.advance("P5D")

    refresh(ObjectRef(ObjectKind.INVOICE, made["id"]))
    shop.work_off()
    pursue(shop)

    invoice = Invoice.objects.get(stripe_invoice_id=made["id"])
    assert (invoice.status, invoice.billing_reason) == ("open", "manual")
    assert invoice.stripe_subscription_id == subscription.stripe_subscription_id
    assert ChargeAttempt.objects.filter(status="failed", stripe_invoice_id=made["id"]).exists()
    assert no_case()


@pytest.mark.parametrize("is_inquiry", [False, True])
def test_while_a_charge_is_contested_nothing_of_its_plan_is_a_case(shop: Shop, is_inquiry: bool) -> None:
    subscription = failing(shop)
    contest(shop, ChargeAttempt.objects.get(status="succeeded"), is_inquiry=is_inquiry)

    invoice = renew(shop, subscription)

    assert (invoice.status, shop.look_at(subscription).status) == ("open", "past_due")
    assert no_case()


def test_a_dispute_that_was_won_lets_later_failures_be_pursued(shop: Shop) -> None:
    subscription = failing(shop)
    dispute = contest(shop, ChargeAttempt.objects.get(status="succeeded"))
    shop.sandbox.ask("POST", "/_sandbox/disputes/win", {"dispute": dispute})
    refresh(ObjectRef(ObjectKind.DISPUTE, dispute))

    renew(shop, subscription)

    assert Dispute.objects.get().status == "won"
    assert DunningCase.objects.count() == 1


def contest(shop: Shop, charge: ChargeAttempt, *, is_inquiry: bool = False) -> str:
    """The holder asks the bank about a charge, or wants it back; the dispute's id."""
    what = {"charge": charge.stripe_charge_id, "inquiry": is_inquiry}
    dispute = str(shop.sandbox.ask("POST", "/_sandbox/disputes", what)["id"])
    refresh(ObjectRef(ObjectKind.DISPUTE, dispute))
    shop.work_off()
    return dispute


def test_an_invoice_that_was_paid_before_we_looked_is_no_case(shop: Shop) -> None:
    subscription = failing(shop)
    shop.advance("P36D")
    stripe = client().v1
    card = stripe.payment_methods.attach("pm_card_visa", params={"customer": subscription.stripe_customer_id})["id"]
    stripe.invoices.pay(str(latest_invoice(subscription)["id"]), params={"payment_method": card})

    invoice = shop.renewal(subscription)
    pursue(shop)

    assert invoice.status == "paid"
    assert ChargeAttempt.objects.filter(status="failed", stripe_invoice_id=invoice.stripe_invoice_id).exists()
    assert no_case()


def test_what_costs_nothing_is_no_case(shop: Shop) -> None:
    subscription = failing(shop)
    coupon = client().v1.coupons.create(params={"percent_off": 100, "duration": "forever"})
    discounts = {"discounts": [{"coupon": coupon["id"]}]}
    client().v1.subscriptions.update(subscription.stripe_subscription_id, params=discounts)

    invoice = renew(shop, subscription)

    assert (invoice.status, invoice.amount_due_minor) == ("paid", 0)
    assert no_case()
