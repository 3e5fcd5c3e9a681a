"""Staff forgive an invoice, and settle a conflict: once, whatever breaks in between, and only if Stripe agrees."""

from datetime import timedelta
from uuid import uuid4

import pytest

from billing import clock
from billing.errors import AlreadyPaid, CaseClosed, ConflictStays, NoConflict, StripeUnreachable, TryUnderWay
from billing.gateway.client import client
from billing.models import AuditEntry, CaseRequest, DunningAttempt, DunningCase
from billing.services.forgive_case import forgive_case, resume_forgiving
from billing.services.retry_case import retry_case
from billing.services.settle_conflict import settle_conflict
from tests.billing.pursuit import advance_to, failed_renewal, look, pursue
from tests.billing.services.staff_wishes import rested_case, wish
from tests.billing.shop import Shop

pytestmark = pytest.mark.django_db(transaction=True)


def status_of(case: DunningCase) -> str:
    return str(client().v1.invoices.retrieve(case.stripe_invoice_id)["status"])


def test_the_invoice_is_void_and_the_case_over(shop: Shop) -> None:
    subscription, case = failed_renewal(shop)
    due_at = case.due_at

    asked = forgive_case(case.pk, wish=wish(shop))

    case.refresh_from_db()
    assert (asked.state, status_of(case)) == ("succeeded", "void")
    assert (case.state, case.end_reason) == ("stopped", "forgiven")
    assert AuditEntry.objects.filter(action="dunning_forgiven").count() == 1
    look(shop, subscription)
    advance_to(shop, due_at)
    pursue(shop)
    assert not DunningAttempt.objects.exists()


def test_a_second_click_voids_once(shop: Shop) -> None:
    _, case = failed_renewal(shop)
    key = uuid4()

    forgive_case(case.pk, wish=wish(shop, request_key=key))
    forgive_case(case.pk, wish=wish(shop, request_key=key))

    assert CaseRequest.objects.count() == 1
    asked = [each for each in shop.sandbox.requests()["data"] if each["path"].endswith("/void")]
    assert len(asked) == 1


@pytest.mark.parametrize("fault", ["timeout_after_commit", "http_500_after_commit", "connection_reset"])
def test_what_stripes_silence_cut_in_two_is_finished_later(shop: Shop, fault: str) -> None:
    _, case = failed_renewal(shop)
    shop.sandbox.fault(fault, times=5, match={"path": f"/v1/invoices/{case.stripe_invoice_id}/void"})
    with pytest.raises(StripeUnreachable):
        forgive_case(case.pk, wish=wish(shop))
    case.refresh_from_db()
    assert (case.state, case.due_at) == ("awaiting_customer", None)
    shop.sandbox.ask("DELETE", "/_sandbox/faults")
    CaseRequest.objects.update(created_at=clock.system_now() - timedelta(minutes=2))

    ended = resume_forgiving(shop.now)

    case.refresh_from_db()
    assert (ended, status_of(case)) == (1, "void")
    assert (case.state, CaseRequest.objects.get().state) == ("stopped", "succeeded")


def test_what_was_paid_meanwhile_is_not_forgiven(shop: Shop) -> None:
    subscription, case = failed_renewal(shop)
    card = client().v1.payment_methods.attach("pm_card_visa", params={"customer": subscription.stripe_customer_id})
    client().v1.invoices.pay(case.stripe_invoice_id, params={"payment_method": card["id"]})

    with pytest.raises(AlreadyPaid):
        forgive_case(case.pk, wish=wish(shop))

    case.refresh_from_db()
    assert (case.state, CaseRequest.objects.get().state) == ("recovered", "failed")


def test_nothing_is_forgiven_while_a_payment_may_be_on_its_way(shop: Shop) -> None:
    case = rested_case(shop)
    retry_case(case.pk, wish=wish(shop))

    with pytest.raises(TryUnderWay):
        forgive_case(case.pk, wish=wish(shop))

    assert status_of(case) == "open"


def test_a_case_that_is_over_is_not_forgiven(shop: Shop) -> None:
    _, case = failed_renewal(shop)
    forgive_case(case.pk, wish=wish(shop))

    with pytest.raises(CaseClosed):
        forgive_case(case.pk, wish=wish(shop))


def in_conflict(shop: Shop) -> DunningCase:
    """Stripe retries after nine days, once."""
    shop.sandbox.ask("POST", "/_sandbox/settings", {"retries": "fixed:9"})
    try:
        _, case = failed_renewal(shop, "pm_card_chargeCustomerFail")
    finally:
        shop.sandbox.ask("POST", "/_sandbox/settings", {"retries": "off"})
    assert case.state == "conflict"
    return case


def test_a_conflict_stays_while_stripe_plans_a_try(shop: Shop) -> None:
    case = in_conflict(shop)

    with pytest.raises(ConflictStays):
        settle_conflict(case.pk, wish=wish(shop))

    case.refresh_from_db()
    assert case.state == "conflict"
    assert not CaseRequest.objects.exists()


def test_a_conflict_ends_when_stripe_plans_none(shop: Shop) -> None:
    case = in_conflict(shop)
    shop.advance("P7D")

    settle_conflict(case.pk, wish=wish(shop))

    case.refresh_from_db()
    assert case.state == "waiting"
    assert case.due_at > shop.now
    assert CaseRequest.objects.get().action == "settle_conflict"


def test_a_deadline_that_came_in_a_conflict_is_put_off_for_its_notice(shop: Shop) -> None:
    case = in_conflict(shop)
    shop.advance("P30D")

    settle_conflict(case.pk, wish=wish(shop))

    case.refresh_from_db()
    assert case.is_open
    assert case.deadline_at >= shop.now + timedelta(hours=71)


def test_what_is_in_no_conflict_is_not_settled(shop: Shop) -> None:
    _, case = failed_renewal(shop)

    with pytest.raises(NoConflict):
        settle_conflict(case.pk, wish=wish(shop))
