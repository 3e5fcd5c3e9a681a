"""The page on which a payment waits to be confirmed, in each of its states."""

import re

import pytest
from django.test import Client

from billing.gateway.client import client as stripe_client
from billing.models import ChargeAttempt, Invoice, Subscription
from tests.billing.shop import Shop
from tests.billing.web.asked import browser, empty_cache, renewal, subscription
from tests.billing.web.reading import words
from tests.factories import MembershipFactory

__all__ = ["browser", "empty_cache", "renewal", "subscription"]

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_page_to_confirm_leads_to_the_hosted_page(shop: Shop, renewal: Invoice, browser: Client) -> None:
    billing, page = browser.get("/billing/"), browser.get("/billing/confirm/")

    assert (
        f'href="/billing/confirm/?invoice={renewal.stripe_invoice_id}">Confirm with your bank'
        in billing.content.decode()
    )
    assert "Use another card" not in words(billing)
    assert f'href="{renewal.hosted_invoice_url}">Confirm with your bank' in page.content.decode()
    assert "you need no new card" in words(page)


def test_a_charge_that_was_refused_for_want_of_an_answer_is_to_be_confirmed_too(
    shop: Shop, subscription: Subscription, browser: Client
) -> None:
    shop.charge_only(subscription, "pm_card_chargeCustomerFail")
    shop.advance("P36D")
    renewal = shop.renewal(subscription)
    ChargeAttempt.objects.filter(stripe_invoice_id=renewal.stripe_invoice_id).update(
        decline_code="authentication_required"
    )
    billing = browser.get("/billing/").content.decode()

    page = browser.get(re.search(r'href="(/billing/confirm/[^"]+)"', billing)[1])

    assert "Confirm €128.00 with your bank" in words(page)
    assert "you need no new card" in words(page)


def test_a_confirmed_payment_is_seen_at_once(shop: Shop, renewal: Invoice, browser: Client) -> None:
    shop.answer_bank(renewal)

    text = words(browser.get("/billing/confirm/"))

    assert "€128.00 is paid" in text
    assert "nothing left to confirm" in text


def test_a_refused_confirmation_offers_another_try(shop: Shop, renewal: Invoice, browser: Client) -> None:
    shop.answer_bank(renewal, outcome="fail")

    text = words(browser.get("/billing/confirm/"))

    assert "The bank has no confirmation from you" in text
    assert "nothing was taken" in text


def test_a_payment_that_is_under_way_asks_for_patience(
    shop: Shop, subscription: Subscription, renewal: Invoice, browser: Client
) -> None:
    stripe = stripe_client().v1
    shop.answer_bank(renewal, outcome="fail")
    account = stripe.payment_methods.create(
        params={
            "type": "sepa_debit",
            "sepa_debit": {"iban": "DE89370400440532013000"},
            "billing_details": {"email": "books@oakline.example", "name": "Oakline Studio"},
        }
    )
    stripe.payment_methods.attach(account["id"], params={"customer": subscription.stripe_customer_id})
    stripe.invoices.pay(renewal.stripe_invoice_id, params={"payment_method": account["id"]})

    text = words(browser.get("/billing/confirm/"))

    assert Invoice.objects.get(pk=renewal.pk).authentication == "processing"
    assert "Please do not pay again" in text


def test_an_invoice_that_was_withdrawn_meanwhile_asks_for_nothing(
    shop: Shop, renewal: Invoice, browser: Client
) -> None:
    stripe_client().v1.invoices.void_invoice(renewal.stripe_invoice_id)

    assert "There is nothing to confirm" in words(browser.get("/billing/confirm/"))


def test_a_first_payment_that_was_not_confirmed_in_time_says_so(shop: Shop, browser: Client) -> None:
    stripe = stripe_client().v1
    subscription = shop.subscribe()
    card = stripe.payment_methods.attach(
        "pm_card_authenticationRequired", params={"customer": subscription.stripe_customer_id}
    )
    made = stripe.subscriptions.create(
        params={
            "customer": subscription.stripe_customer_id,
            "default_payment_method": card["id"],
            "items": [{"price": shop.growth.stripe_price_id}],
        }
    )
    shop.advance("P2D")
    subscription.stripe_subscription_id = made["id"]
    invoice = shop.renewal(subscription)

    page = browser.get(f"/billing/confirm/?invoice={invoice.stripe_invoice_id}")

    assert "The time to confirm is over" in words(page)


def test_where_the_bank_asked_nothing_the_page_is_not_there(shop: Shop, browser: Client) -> None:
    assert browser.get("/billing/confirm/").status_code == 404


def test_only_who_manages_the_billing_confirms(shop: Shop, renewal: Invoice) -> None:
    member = MembershipFactory(organization=shop.organization, role="member")
    stranger = MembershipFactory()

    statuses = []
    for person in (member, stranger):
        browser = Client()
        browser.force_login(person.user)
        statuses.append(browser.get(f"/billing/confirm/?invoice={renewal.stripe_invoice_id}").status_code)

    assert statuses == [403, 404]
    assert Client().get("/billing/confirm/").status_code == 302
