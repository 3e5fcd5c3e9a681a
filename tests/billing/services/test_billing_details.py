"""Name, address and tax ids, here and at Stripe."""

from datetime import timedelta
from urllib.parse import urlsplit
from uuid import uuid4

import pytest

from accounts.models import Organization
from billing import clock
from billing.errors import InvalidInput, NotFound, StripeUnreachable
from billing.gateway.client import client
from billing.mirror.customers import ensure_customer
from billing.mirror.refresh import refresh
from billing.mirror.refs import ObjectRef
from billing.models import AuditEntry, BillingDetails, CustomerDetails, DetailsRequest, Notice, StaffTask, TaxId
from billing.rules.customer_details import PostalAddress
from billing.services.billing_details import add_tax_id, remove_tax_id, resume_details_requests, save_details
from billing.services.settle_details import settle_details
from billing.terms import ObjectKind
from tests.billing.shop import Shop
from tests.stripe_sandbox_pages.visitor import Visitor

pytestmark = pytest.mark.django_db(transaction=True)
OAK_STREET = PostalAddress(line1="Oak Street 1", city="Leipzig", postal_code="04109", country="DE")
ELM_STREET = PostalAddress(line1="Elm Street 2", city="Vienna", postal_code="1010", country="AT")


def save(shop: Shop, name: str = "Oakline Ltd", address: PostalAddress = OAK_STREET, **changed):
    values = {"request_key": uuid4(), "actor": shop.owner, "now": shop.now, **changed}
    return save_details(shop.organization, name=name, address=address, **values)


def with_customer(shop: Shop) -> str:
    customer_id = str(ensure_customer(shop.organization).stripe_customer_id)
    hear(shop, customer_id)
    return customer_id


def hear(shop: Shop, customer_id: str) -> None:
    """What the webhook `customer.updated` and the sweep lead to."""
    refresh(ObjectRef(ObjectKind.CUSTOMER, customer_id))
    settle_details(shop.now)
    resume_details_requests(clock.system_now() + timedelta(minutes=2))


def at_stripe(customer_id: str) -> dict:
    found = client().v1.customers.retrieve(customer_id).to_dict()
    return {"name": found["name"], "email": found["email"], "line1": (found["address"] or {}).get("line1") or ""}


def ours(shop: Shop) -> dict:
    shop.organization.refresh_from_db()
    details = BillingDetails.objects.get(organization=shop.organization)
    return {"name": shop.organization.name, "email": shop.organization.email, "line1": details.line1}


def updates(shop: Shop, customer_id: str) -> int:
    calls = shop.sandbox.requests()["data"]
    return sum(call["method"] == "POST" and call["path"] == f"/v1/customers/{customer_id}" for call in calls)


def test_a_change_here_reaches_stripe_once_and_does_not_come_back(shop: Shop) -> None:
    customer_id = with_customer(shop)

    save(shop)
    for _ in range(3):
        hear(shop, customer_id)

    assert at_stripe(customer_id) == ours(shop) == {**ours(shop), "name": "Oakline Ltd", "line1": "Oak Street 1"}
    assert updates(shop, customer_id) == 1
    assert CustomerDetails.objects.get().due_at is None


def test_a_change_at_stripe_is_taken_over_and_not_sent_back(shop: Shop) -> None:
    customer_id = with_customer(shop)
    save(shop)
    hear(shop, customer_id)
    calls = updates(shop, customer_id)
    client().v1.customers.update(
        customer_id, params={"name": "Oakline GmbH", "address": {"line1": "Elm Street 2", "country": "AT"}}
    )

    for _ in range(3):
        hear(shop, customer_id)

    assert ours(shop) == {**ours(shop), "name": "Oakline GmbH", "line1": "Elm Street 2"}
    assert updates(shop, customer_id) == calls + 1  # The dashboard's own.
    assert not DetailsRequest.objects.filter(state="recorded").exists()


def test_changes_of_different_fields_on_both_sides_are_both_kept(shop: Shop) -> None:
    customer_id = with_customer(shop)
    client().v1.customers.update(customer_id, params={"address": {"line1": "Elm Street 2", "country": "AT"}})
    save(shop, address=PostalAddress())

    hear(shop, customer_id)
    hear(shop, customer_id)

    assert at_stripe(customer_id) == ours(shop) == {**ours(shop), "name": "Oakline Ltd", "line1": "Elm Street 2"}


@pytest.mark.parametrize(("who_is_later", "name"), [("we", "Ours"), ("stripe", "Theirs")])
def test_of_two_changes_of_the_same_field_the_later_holds_however_late_it_is_heard(
    shop: Shop, who_is_later: str, name: str
) -> None:
    customer_id = with_customer(shop)

    def here() -> None:
        shop.sandbox.fault("http_500_before", times=2, match={"method": "POST", "path": "/v1/customers/*"})
        with pytest.raises(StripeUnreachable):
            save(shop, name="Ours")
        DetailsRequest.objects.all().delete()  # It never leaves; only the comparison knows of it.

    def there() -> None:
        client().v1.customers.update(customer_id, params={"name": "Theirs"})

    first, second = (there, here) if who_is_later == "we" else (here, there)
    first()
    shop.advance("PT1M")
    second()
    shop.advance("PT1M")
    hear(shop, customer_id)
    hear(shop, customer_id)

    assert at_stripe(customer_id)["name"] == ours(shop)["name"] == name


def test_a_new_e_mail_at_stripe_is_told_to_the_old_address(shop: Shop) -> None:
    customer_id = with_customer(shop)
    old = shop.organization.email
    client().v1.customers.update(customer_id, params={"email": "books@oakline.example"})

    hear(shop, customer_id)

    assert ours(shop)["email"] == "books@oakline.example"
    assert Notice.objects.get(kind="billing_email_changed").content.recipient == old


def test_what_stripe_did_not_hear_is_saved_here_and_sent_by_the_sweep(shop: Shop) -> None:
    customer_id = with_customer(shop)
    shop.sandbox.fault("http_500_before", times=2, match={"method": "POST", "path": "/v1/customers/*"})
    with pytest.raises(StripeUnreachable):
        save(shop)
    assert ours(shop)["name"] == "Oakline Ltd"

    assert resume_details_requests(clock.system_now() + timedelta(minutes=2)) == 1

    assert at_stripe(customer_id)["name"] == "Oakline Ltd"
    request = DetailsRequest.objects.get()
    assert (request.state, request.values) == ("succeeded", {})


def test_a_crash_after_stripes_answer_sends_the_same_call_again(shop: Shop) -> None:
    customer_id = with_customer(shop)
    shop.sandbox.fault("http_500_after_commit", times=2, match={"method": "POST", "path": "/v1/customers/*"})
    with pytest.raises(StripeUnreachable):
        save(shop)

    resume_details_requests(clock.system_now() + timedelta(minutes=2))
    hear(shop, customer_id)

    assert at_stripe(customer_id) == ours(shop)
    events = client().v1.events.list(params={"type": "customer.updated"})["data"]
    assert len(events) == 1


def test_a_wish_that_outlived_its_key_is_told_to_staff_and_sent_under_a_new_one(shop: Shop) -> None:
    customer_id = with_customer(shop)
    shop.sandbox.fault("http_500_before", times=2, match={"method": "POST", "path": "/v1/customers/*"})
    with pytest.raises(StripeUnreachable):
        save(shop)
    DetailsRequest.objects.update(created_at=clock.system_now() - timedelta(hours=24))

    resume_details_requests(clock.system_now())
    hear(shop, customer_id)

    assert at_stripe(customer_id) == ours(shop)
    assert StaffTask.objects.get().kind == "details_refused"


def test_a_newer_change_takes_up_one_that_stripe_has_not_heard(shop: Shop) -> None:
    customer_id = with_customer(shop)
    shop.sandbox.fault("http_500_before", times=2, match={"method": "POST", "path": "/v1/customers/*"})
    with pytest.raises(StripeUnreachable):
        save(shop, name="Oakline Ltd", address=OAK_STREET)

    save(shop, name="Oakline & Daughters", address=OAK_STREET)

    assert at_stripe(customer_id) == {**ours(shop), "name": "Oakline & Daughters", "line1": "Oak Street 1"}
    assert sorted(DetailsRequest.objects.values_list("state", flat=True)) == ["failed", "succeeded"]


def test_saving_the_same_again_writes_nothing_and_calls_nobody(shop: Shop) -> None:
    customer_id = with_customer(shop)
    save(shop)
    calls, entries = updates(shop, customer_id), AuditEntry.objects.count()

    assert save(shop) is None

    assert (updates(shop, customer_id), AuditEntry.objects.count()) == (calls, entries)


def test_an_address_from_before_the_first_purchase_goes_to_the_new_customer(shop: Shop) -> None:
    save(shop)

    customer_id = with_customer(shop)

    assert at_stripe(customer_id) == ours(shop)


def test_the_audit_holds_no_address(shop: Shop) -> None:
    with_customer(shop)
    save(shop)

    assert "Oak" not in str(list(AuditEntry.objects.values()))


def test_a_tax_number_is_added_checked_and_removed(shop: Shop) -> None:
    customer_id = with_customer(shop)
    key = uuid4()

    for _ in range(2):
        add_tax_id(shop.organization, kind="eu_vat", value="000000000", request_key=key, actor=shop.owner)
    assert TaxId.objects.get().status == "pending"
    shop.advance("PT10S")
    hear(shop, customer_id)
    tax_id = TaxId.objects.get()
    assert tax_id.status == "verified"

    for _ in range(2):
        remove_tax_id(
            shop.organization,
            stripe_tax_id=tax_id.stripe_tax_id,
            request_key=(key2 := key2_of(key)),
            actor=shop.owner,
        )
    assert DetailsRequest.objects.filter(request_key=key2).count() == 1
    assert not TaxId.objects.exists()
    assert not client().v1.customers.tax_ids.list(customer_id)["data"]


def key2_of(key):
    return type(key)(int=key.int ^ 1)


def test_a_number_that_stripe_does_not_take_is_said_at_its_field(shop: Shop) -> None:
    with pytest.raises(InvalidInput) as refusal:
        add_tax_id(shop.organization, kind="eu_vat", value="nonsense", request_key=uuid4(), actor=shop.owner)

    assert refusal.value.details["field"] == "value"
    assert DetailsRequest.objects.get().state == "failed"
    assert not TaxId.objects.exists()


def test_a_tax_number_of_somebody_else_is_not_found(shop: Shop) -> None:
    add_tax_id(shop.organization, kind="eu_vat", value="DE123456789", request_key=uuid4(), actor=shop.owner)
    stranger = Organization.objects.create(name="Elsewhere", email="x@elsewhere.example")

    with pytest.raises(NotFound):
        remove_tax_id(
            stranger, stripe_tax_id=TaxId.objects.get().stripe_tax_id, request_key=uuid4(), actor=shop.owner
        )


def test_what_the_checkout_collected_is_taken_over(shop: Shop, settings) -> None:
    settings.CHECKOUT_COLLECT_ADDRESS = settings.CHECKOUT_COLLECT_TAX_ID = True
    intent = shop.start(shop.scale)
    answers = {
        "line1": "Elm Street 2",
        "city": "Vienna",
        "postcode": "1010",
        "country": "AT",
        "tax_id": "ATU12345678",
    }

    assert Visitor(shop.sandbox.url).pay(urlsplit(intent.url).path, **answers).status == 303
    hear(shop, intent.stripe_customer_id)

    assert ours(shop) == {**ours(shop), "line1": "Elm Street 2"}
    assert TaxId.objects.get().value == "ATU12345678"
