"""A case's sum is what is left to pay when it is opened, and each try is over what is left then."""

from typing import Any

import pytest

from billing.gateway.client import client
from billing.models import DunningAttempt, DunningCase
from tests.billing.pursuit import POOR, advance_to, charges_of, failed_renewal, look, only_attempt, pursue
from tests.billing.shop import Shop

pytestmark = pytest.mark.django_db(transaction=True)
PRICE = 12800


@pytest.fixture
def shop(sandbox: Any) -> Shop:
    return Shop.open(sandbox)


def give_credit(case: DunningCase, amount_minor: int) -> None:
    """Staff take a part off an open invoice."""
    client().v1.credit_notes.create(params={"invoice": case.stripe_invoice_id, "amount": amount_minor})


def test_credit_of_the_customer_is_taken_off_first(shop: Shop) -> None:
    subscription = shop.subscribe()
    client().v1.customers.update(subscription.stripe_customer_id, params={"balance": -2800})
    shop.charge_only(subscription, POOR)
    shop.look_at(subscription)
    shop.advance("P36D")
    look(shop, subscription)
    case = DunningCase.objects.get()
    advance_to(shop, case.due_at)

    pursue(shop)

    case.refresh_from_db()
    assert (case.amount_minor, case.currency) == (PRICE - 2800, "eur")
    assert (case.state, only_attempt().amount_minor) == ("recovered", PRICE - 2800)
    assert [charge["amount"] for charge in charges_of(case)] == [PRICE - 2800] * 2


def test_credit_that_covers_all_leaves_nothing_to_pursue(shop: Shop) -> None:
    subscription = shop.subscribe()
    client().v1.customers.update(subscription.stripe_customer_id, params={"balance": -PRICE})
    shop.charge_only(subscription, POOR)
    shop.advance("P36D")

    invoice = shop.renewal(subscription)
    pursue(shop)

    assert (invoice.status, invoice.amount_due_minor) == ("paid", 0)
    assert not DunningCase.objects.exists()


def test_a_try_is_over_what_a_credit_note_has_left(shop: Shop) -> None:
    _, case = failed_renewal(shop)
    give_credit(case, 2800)
    advance_to(shop, case.due_at)

    pursue(shop)

    case.refresh_from_db()
    assert (case.amount_minor, only_attempt().amount_minor) == (PRICE, PRICE - 2800)
    assert [charge["amount"] for charge in charges_of(case)] == [PRICE - 2800, PRICE]
    assert case.state == "recovered"


def test_a_credit_note_over_all_ends_the_case_without_a_try(shop: Shop) -> None:
    _, case = failed_renewal(shop)
    give_credit(case, PRICE)
    advance_to(shop, case.due_at)

    pursue(shop)

    case.refresh_from_db()
    assert (case.is_open, len(charges_of(case))) == (False, 1)
    assert not DunningAttempt.objects.exclude(state="skipped").exists()


def test_what_was_paid_elsewhere_is_not_charged_again(shop: Shop) -> None:
    _, case = failed_renewal(shop)
    client().v1.invoices.pay(case.stripe_invoice_id, params={"paid_out_of_band": True})
    advance_to(shop, case.due_at)

    pursue(shop)

    case.refresh_from_db()
    assert (case.state, case.end_reason, len(charges_of(case))) == ("recovered", "paid", 1)
    assert not DunningAttempt.objects.exclude(state="skipped").exists()
