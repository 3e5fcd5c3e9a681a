"""The signed link of a mail, and the page on which a payment waits to be confirmed."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.core import signing
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from billing.gateway.client import client as stripe_client
from billing.models import AuditEntry, ChargeAttempt, Invoice, Notice, Subscription
from billing.selectors.pay_link import pay_url
from tests.billing.shop import Shop
from tests.billing.web.reading import words
from tests.factories import MembershipFactory

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def empty_cache() -> None:
    cache.clear()


@pytest.fixture
def subscription(shop: Shop) -> Subscription:
    return shop.subscribe()


@pytest.fixture
def renewal(shop: Shop, subscription: Subscription) -> Invoice:
    shop.charge_only(subscription, "pm_card_authenticationRequired")
    shop.advance("P36D")
    return shop.renewal(subscription)


@pytest.fixture
def browser(shop: Shop) -> Client:
    browser = Client()
    browser.force_login(shop.owner)
    return browser


def path_in_the_mail() -> str:
    found = re.search(r"https?://[^/\s]+(/pay/\S+)", Notice.objects.get(kind="action_required").content.text)
    assert found
    return found[1]


def path(invoice: Invoice) -> str:
    return pay_url(invoice).partition("/pay/")[1] + pay_url(invoice).partition("/pay/")[2]


def writes(shop: Shop) -> int:
    return sum(request["method"] != "GET" for request in shop.sandbox.requests(limit=200)["data"])


def test_the_mails_link_opens_this_invoices_hosted_page_for_whoever_holds_it(
    shop: Shop, renewal: Invoice, client
) -> None:
    answer = client.get(path_in_the_mail())

    assert answer.status_code == 303
    assert answer.headers["Location"] == renewal.hosted_invoice_url
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert "no-store" in answer.headers["Cache-Control"]


def test_opening_it_often_changes_and_uses_up_nothing(shop: Shop, renewal: Invoice, client) -> None:
    before, audited = writes(shop), AuditEntry.objects.count()

    answers = [client.get(path_in_the_mail()) for _ in range(3)] + [client.head(path_in_the_mail())]

    assert {answer.status_code for answer in answers} == {303}
    assert writes(shop) == before
    assert AuditEntry.objects.count() == audited
    assert "sessionid" not in client.cookies
    assert client.post(path_in_the_mail()).status_code == 405


def test_it_looks_at_stripe_and_not_at_what_we_last_knew(shop: Shop, renewal: Invoice, client) -> None:
    link = path_in_the_mail()
    shop.answer_bank(renewal)
    assert Invoice.objects.get(pk=renewal.pk).status == "open"

    answer = client.get(link)

    assert answer.status_code == 410
    assert "This invoice is paid" in words(answer)
    assert renewal.hosted_invoice_url not in answer.content.decode()


def test_a_withdrawn_invoice_says_so(shop: Shop, renewal: Invoice, client) -> None:
    stripe_client().v1.invoices.void_invoice(renewal.stripe_invoice_id)

    answer = client.get(path_in_the_mail())

    assert answer.status_code == 410
    assert "was withdrawn. It is not owed" in words(answer)


def test_it_ends_after_its_days(shop: Shop, renewal: Invoice, client, settings) -> None:
    settings.PAY_LINK_DAYS = 30
    link = path_in_the_mail()

    with time_machine.travel(timezone.now() + timedelta(days=29), tick=True):
        assert client.get(link).status_code == 303
    with time_machine.travel(timezone.now() + timedelta(days=31), tick=True):
        answer = client.get(link)

    assert answer.status_code == 410
    assert "It has run out" in words(answer)
    assert "Sign in" in words(answer)


def test_it_is_good_for_its_recipient_only(shop: Shop, renewal: Invoice, client) -> None:
    link = path_in_the_mail()
    shop.organization.email = "new-books@oakline.example"
    shop.organization.save()

    assert client.get(link).status_code == 404


def test_it_is_good_for_its_organization_only(shop: Shop, renewal: Invoice, client) -> None:
    link = path(renewal)
    other = MembershipFactory(organization__email=shop.organization.email).organization
    Invoice.objects.filter(pk=renewal.pk).update(organization=other)

    assert client.get(link).status_code == 404


@pytest.mark.parametrize("token", ["x", "a" * 300, "eyJ:abc:def", "%00"])
def test_a_link_that_is_not_ours_is_not_found(shop: Shop, client, token: str) -> None:
    assert client.get(f"/pay/{token}/").status_code in (400, 404)


def test_a_signature_for_another_purpose_is_not_found(shop: Shop, renewal: Invoice, client) -> None:
    named = signing.loads(path(renewal).split("/")[2], salt="billing.pay_link")

    for salt in ("accounts.invitation", "django.core.signing"):
        assert client.get(f"/pay/{signing.dumps(named, salt=salt)}/").status_code == 404


def test_a_visitor_who_tries_too_often_has_to_wait_and_asks_stripe_nothing(
    shop: Shop, renewal: Invoice, client
) -> None:
    for _ in range(30):
        client.get("/pay/nothing/")
    asked = len(shop.sandbox.requests(limit=1000)["data"])

    answer = client.get(path_in_the_mail())

    assert answer.status_code == 429
    assert len(shop.sandbox.requests(limit=1000)["data"]) == asked
    assert client.get("/pay/nothing/", REMOTE_ADDR="10.0.0.9").status_code == 404


def test_a_silent_stripe_is_said_and_can_be_tried_again(shop: Shop, renewal: Invoice, client) -> None:
    shop.sandbox.fault("http_500_before", times=4, match={"method": "GET", "path": "/v1/invoices/*"})

    assert client.get(path_in_the_mail()).status_code == 503


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
