"""Credit of staff reaches Stripe's balance once, whatever breaks in between, and never above what a role allows."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import Group
from django.db import connection

from accounts.models import User
from billing import clock
from billing.casework import StaffWish
from billing.errors import (
    BillingError,
    CreditLimitExceeded,
    InvalidInput,
    NoCurrencyYet,
    StripeRefused,
    StripeUnreachable,
)
from billing.gateway.client import client
from billing.models import AuditEntry, CustomerCredit, StaffTask
from billing.money import Money
from billing.services.credit_customer import credit_customer, resume_credits
from tests.billing.shop import Shop
from tests.factories import OrganizationFactory, UserFactory

pytestmark = pytest.mark.django_db(transaction=True)
TWELVE = Money(1200, "eur")


@pytest.fixture
def sam() -> User:
    user = UserFactory(email="sam@staff.example", is_staff=True)
    user.groups.add(Group.objects.get_or_create(name="support")[0])
    return user


@pytest.fixture
def paying(shop: Shop) -> Shop:
    shop.subscribe()
    shop.look_at_customer()
    return shop


def give(shop: Shop, sam: User, amount: Money = TWELVE, **changed: Any) -> CustomerCredit:
    values = {"actor": sam, "reason": "For the trouble", "request_key": uuid4(), "now": shop.now, **changed}
    return credit_customer(shop.organization, amount=amount, wish=StaffWish(**values))


def entries(shop: Shop) -> list[tuple[int, str]]:
    customer = shop.organization.billing_customers.get()
    listed = client().v1.customers.balance_transactions.list(customer.stripe_customer_id)
    return [(entry["amount"], entry["metadata"].to_dict().get("credit", "")) for entry in listed["data"]]


def silence(shop: Shop, fault: str) -> None:
    customer = shop.organization.billing_customers.get()
    path = f"/v1/customers/{customer.stripe_customer_id}/balance_transactions"
    shop.sandbox.fault(fault, times=5, match={"path": path})


def age(**past: int) -> None:
    CustomerCredit.objects.update(created_at=clock.system_now() - timedelta(**past))


def test_it_lowers_what_the_next_invoices_cost_and_is_on_record(paying: Shop, sam: User) -> None:
    credit = give(paying, sam)

    assert (credit.state, entries(paying)) == ("succeeded", [(-1200, str(credit.uuid))])
    asked = AuditEntry.objects.get(action="customer_credit_asked")
    assert (asked.actor, asked.note.reason, asked.details) == (sam, "For the trouble", {"total": "12 EUR"})
    assert AuditEntry.objects.filter(action="customer_credited", subject=str(credit.uuid)).count() == 1


def test_a_second_click_gives_once(paying: Shop, sam: User) -> None:
    key = uuid4()

    first, second = (give(paying, sam, request_key=key) for _ in range(2))

    assert first == second
    assert len(entries(paying)) == 1


def test_two_clicks_at_the_same_moment_give_once(paying: Shop, sam: User) -> None:
    key = uuid4()

    def click(_: int) -> str:
        try:
            return give(paying, sam, request_key=key).state
        except BillingError as error:
            return error.code
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        told = list(pool.map(click, range(4)))

    assert "succeeded" in told
    assert len(entries(paying)) == CustomerCredit.objects.count() == 1


@pytest.mark.parametrize("fault", ["timeout_after_commit", "http_500_after_commit", "connection_reset"])
def test_what_stripes_silence_cut_in_two_is_given_once(paying: Shop, sam: User, fault: str) -> None:
    silence(paying, fault)
    with pytest.raises(StripeUnreachable):
        give(paying, sam)
    paying.sandbox.ask("DELETE", "/_sandbox/faults")
    age(minutes=2)

    ended = resume_credits(clock.system_now())

    credit = CustomerCredit.objects.get()
    assert (ended, credit.state, entries(paying)) == (1, "succeeded", [(-1200, str(credit.uuid))])


@pytest.mark.parametrize("reached_stripe", [True, False])
def test_when_the_key_is_too_old_what_stripe_has_decides(paying: Shop, sam: User, *, reached_stripe: bool) -> None:
    """A crash between the call and our record, found only after a day: the sweep, and the same form sent again."""
    fault = "http_500_after_commit" if reached_stripe else "connection_reset"
    silence(paying, fault)
    with pytest.raises(StripeUnreachable):
        give(paying, sam)
    paying.sandbox.ask("DELETE", "/_sandbox/faults")
    age(hours=30)

    assert resume_credits(clock.system_now()) == 1

    credit = CustomerCredit.objects.get()
    assert (credit.state, len(entries(paying))) == (("succeeded", 1) if reached_stripe else ("failed", 0))
    assert StaffTask.objects.filter(kind="credit_failed").count() == (0 if reached_stripe else 1)


def test_the_answer_that_comes_after_the_sweep_ends_nothing_twice(paying: Shop, sam: User) -> None:
    """Out of order: the sweep closed the row by what Stripe has, then the slow request comes back."""
    credit = give(paying, sam)
    CustomerCredit.objects.update(state="recorded", stripe_transaction_id="", ended_at=None)
    age(minutes=2)
    resume_credits(clock.system_now())

    again = give(paying, sam, request_key=credit.request_key)

    assert (again.state, len(entries(paying))) == ("succeeded", 1)


def test_what_stripe_refuses_is_not_given_and_staff_are_told(paying: Shop, sam: User) -> None:
    paying.organization.billing_customers.update(stripe_customer_id="cus_gone")

    with pytest.raises(StripeRefused):
        give(paying, sam)

    assert CustomerCredit.objects.get().state == "failed"
    assert StaffTask.objects.get(kind="credit_failed").organization == paying.organization


def test_more_than_a_role_allows_is_refused_by_the_service(paying: Shop, sam: User) -> None:
    for _ in range(4):
        give(paying, sam, Money(5000, "eur"))

    for amount in (5001, 1):
        with pytest.raises(CreditLimitExceeded):
            give(paying, sam, Money(amount, "eur"))

    age(hours=25)
    give(paying, sam, Money(5000, "eur"))
    assert len(entries(paying)) == CustomerCredit.objects.count() == 5


def test_bad_input_changes_nothing(paying: Shop, sam: User) -> None:
    for amount, error in ((Money(0, "eur"), InvalidInput), (Money(100, "usd"), StripeRefused)):
        with pytest.raises(error):
            give(paying, sam, amount)
    with pytest.raises(NoCurrencyYet):
        credit_customer(
            OrganizationFactory(),
            amount=TWELVE,
            wish=StaffWish(actor=sam, reason="x", request_key=uuid4(), now=paying.now),
        )

    assert not CustomerCredit.objects.exists()
    assert entries(paying) == []
