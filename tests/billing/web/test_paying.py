"""The signed link of a mail: what it opens, for whom, how long, and that opening it does nothing."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.core import signing
from django.utils import timezone

from billing.gateway.client import client as stripe_client
from billing.models import AuditEntry, Invoice, Notice
from billing.selectors.pay_link import pay_url
from tests.billing.shop import Shop
from tests.billing.web.asked import empty_cache, renewal, subscription
from tests.billing.web.reading import words
from tests.factories import MembershipFactory

__all__ = ["empty_cache", "renewal", "subscription"]

pytestmark = pytest.mark.django_db(transaction=True)


def path_in_the_mail() -> str:
    found = re.search(r"https?://[^/\s]+(/pay/\S+)", Notice.objects.get(kind="payment_failed_auth").content.text)
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
