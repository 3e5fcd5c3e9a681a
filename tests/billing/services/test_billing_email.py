"""The billing e-mail moves only once somebody who reads the new address has said so."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest

from accounts.models import Organization
from billing import clock
from billing.errors import InvalidInput, LinkGone, NotFound, TooManyMails
from billing.gateway.client import client
from billing.mirror.customers import ensure_customer
from billing.models import AuditEntry, BillingEmailChange, Notice
from billing.services.billing_details import resume_details_requests
from billing.services.billing_email import confirm_billing_email, request_billing_email, usable_email_link
from billing.services.erase_organization import erase_organization
from tests.billing.shop import Shop

pytestmark = pytest.mark.django_db(transaction=True)
NEW = "books@oakline.example"


def ask(shop: Shop, email: str = NEW, **changed) -> BillingEmailChange | None:
    values = {"request_key": uuid4(), "actor": shop.owner, "now": shop.now, **changed}
    return request_billing_email(shop.organization, email=email, **values)


def link_in_mail(to: str = NEW) -> str:
    """The signed part of the newest link that this address was sent."""
    mail = Notice.objects.filter(kind="billing_email_confirm", content__recipient=to).latest("pk")
    return re.search(r"/billing/email/([^/\s]+)/", mail.content.text)[1]


def email_of(shop: Shop) -> str:
    return Organization.objects.get(pk=shop.organization.pk).email


def test_nothing_changes_before_the_new_address_confirms(shop: Shop) -> None:
    old = email_of(shop)
    ask(shop)
    assert email_of(shop) == old

    confirm_billing_email(link_in_mail(), now=shop.now)

    assert email_of(shop) == NEW
    told = Notice.objects.get(kind="billing_email_changed")
    assert told.content.recipient == old
    assert set(AuditEntry.objects.values_list("action", flat=True)) == {
        "billing_email_requested",
        "billing_email_changed",
    }


def test_stripe_follows_even_if_it_does_not_answer_at_first(shop: Shop) -> None:
    customer_id = str(ensure_customer(shop.organization).stripe_customer_id)
    ask(shop)
    shop.sandbox.fault("http_500_before", times=2, match={"method": "POST", "path": "/v1/customers/*"})
    confirm_billing_email(link_in_mail(), now=shop.now)

    resume_details_requests(clock.system_now() + timedelta(minutes=2))

    assert client().v1.customers.retrieve(customer_id)["email"] == NEW


def test_looking_at_the_link_does_nothing_and_confirming_twice_does_it_once(shop: Shop) -> None:
    ask(shop)
    signed = link_in_mail()
    usable_email_link(signed)
    assert email_of(shop) != NEW

    for _ in range(2):
        confirm_billing_email(signed, now=shop.now)

    assert email_of(shop) == NEW
    assert Notice.objects.filter(kind="billing_email_changed").count() == 1


def test_a_newer_wish_replaces_an_older_whose_link_is_gone(shop: Shop) -> None:
    ask(shop, "first@oakline.example")
    ask(shop)

    with pytest.raises(LinkGone):
        confirm_billing_email(link_in_mail("first@oakline.example"), now=shop.now)
    confirm_billing_email(link_in_mail(), now=shop.now)

    assert email_of(shop) == NEW


def test_asking_for_the_present_address_takes_the_open_wish_back(shop: Shop) -> None:
    ask(shop)

    assert ask(shop, email_of(shop)) is None

    with pytest.raises(LinkGone):
        confirm_billing_email(link_in_mail(), now=shop.now)


def test_a_link_holds_for_two_days_and_only_from_the_address_that_it_replaces(shop: Shop) -> None:
    ask(shop)
    BillingEmailChange.objects.update(expires_at=clock.system_now())
    with pytest.raises(LinkGone):
        confirm_billing_email(link_in_mail(), now=shop.now)

    BillingEmailChange.objects.update(expires_at=clock.system_now() + timedelta(days=1))
    Organization.objects.update(email="moved@oakline.example")
    with pytest.raises(LinkGone):
        confirm_billing_email(link_in_mail(), now=shop.now)

    assert email_of(shop) == "moved@oakline.example"


@pytest.mark.parametrize("change", [lambda link: link[:-2] + "xx", lambda link: "nonsense"])
def test_a_link_that_is_not_ours_is_not_found(shop: Shop, change) -> None:
    ask(shop)

    with pytest.raises(NotFound):
        confirm_billing_email(change(link_in_mail()), now=shop.now)


def test_the_same_form_sent_twice_is_one_mail(shop: Shop) -> None:
    key = uuid4()

    first, again = ask(shop, request_key=key), ask(shop, request_key=key)

    assert first.pk == again.pk
    assert Notice.objects.filter(kind="billing_email_confirm").count() == 1


def test_nobody_floods_a_stranger_with_mail(shop: Shop) -> None:
    for number in range(5):
        ask(shop, f"victim{number}@elsewhere.example")

    with pytest.raises(TooManyMails):
        ask(shop)

    assert Notice.objects.filter(kind="billing_email_confirm").count() == 5


@pytest.mark.parametrize("email", ["", "books", "a" * 250 + "@oakline.example"])
def test_what_is_no_address_is_refused(shop: Shop, email: str) -> None:
    with pytest.raises(InvalidInput):
        ask(shop, email)

    assert not BillingEmailChange.objects.exists()


def test_a_link_into_a_deleted_organization_is_gone(shop: Shop) -> None:
    ask(shop)
    signed = link_in_mail()
    erase_organization(
        shop.organization,
        typed_name=shop.organization.name,
        request_key=uuid4(),
        actor=shop.owner,
        now=shop.now,
    )

    with pytest.raises(LinkGone):
        confirm_billing_email(signed, now=shop.now)
