"""The one door: what a refresh writes, what it leaves alone, and who may write."""

import threading
import time
from datetime import timedelta

import pytest
from django.db import transaction

from billing import clock
from billing.errors import LeaseLost, StripeUnreachable
from billing.gateway import objects
from billing.gateway.client import client
from billing.gateway.transport import NetworkInTransaction
from billing.mirror import work
from billing.mirror.refresh import carry_out, refresh
from billing.mirror.refs import ObjectRef
from billing.mirror.rows.subscription import write
from billing.mirror.written import Fetched
from billing.models import ChargeAttempt, Invoice, PaymentMethod, Subscription, Transition, Work
from billing.selectors.access import access_for
from billing.terms import ObjectKind
from tests.billing.shop import Shop

pytestmark = pytest.mark.django_db(transaction=True)


def ref_of(subscription: Subscription) -> ObjectRef:
    return ObjectRef(ObjectKind.SUBSCRIPTION, subscription.stripe_subscription_id)


def test_a_new_subscription_brings_its_invoice_charge_and_card(shop: Shop) -> None:
    subscription = shop.subscribe()

    assert subscription.status == "active"
    assert subscription.current_period_end is not None
    invoice = Invoice.objects.get(stripe_subscription_id=subscription.stripe_subscription_id)
    assert (invoice.status, invoice.amount_paid_minor, invoice.organization) == ("paid", 12800, shop.organization)
    charge = ChargeAttempt.objects.get(stripe_invoice_id=invoice.stripe_invoice_id)
    assert (charge.status, charge.amount_minor, charge.card_last4) == ("succeeded", 12800, "4242")
    assert PaymentMethod.objects.get(stripe_customer_id=subscription.stripe_customer_id).card_last4 == "4242"


def test_dj_stripe_keeps_the_whole_object(shop: Shop) -> None:
    from djstripe.models import Subscription as DjStripeSubscription

    subscription = shop.subscribe()

    kept = DjStripeSubscription.objects.get(id=subscription.stripe_subscription_id).stripe_data
    assert kept["status"] == "active"
    assert kept["items"]["data"][0]["price"]["id"] == shop.scale.stripe_price_id


@pytest.mark.fault("W17")
def test_looking_again_writes_no_second_transition(shop: Shop) -> None:
    subscription = shop.subscribe()
    before = Transition.objects.count()

    shop.look_at(subscription)
    shop.look_at(subscription)

    assert before > 0
    assert Transition.objects.count() == before


@pytest.mark.fault("W8")
def test_a_refresh_inside_a_transaction_is_refused(shop: Shop) -> None:
    subscription = shop.subscribe()

    with pytest.raises(NetworkInTransaction), transaction.atomic():
        refresh(ref_of(subscription))


@pytest.mark.fault("X24", "X35", "W12")
def test_an_object_that_stripe_does_not_know_ends_and_stays_as_history(shop: Shop) -> None:
    subscription = shop.subscribe()
    shop.sandbox.reset()

    shop.look_at(subscription)

    assert subscription.status == "canceled"
    assert subscription.ended_at is not None


def test_the_second_failure_of_one_open_invoice_is_seen(shop: Shop) -> None:
    subscription = shop.subscribe(number="4000 0000 0000 0341", price=shop.growth)
    shop.advance("P18D")
    shop.look_at(subscription)
    invoice = Invoice.objects.get(status="open")

    with pytest.raises(Exception, match="declined"):
        client().v1.invoices.pay(invoice.stripe_invoice_id)
    refresh(ObjectRef(ObjectKind.INVOICE, invoice.stripe_invoice_id))
    shop.work_off()

    failed = ChargeAttempt.objects.filter(stripe_invoice_id=invoice.stripe_invoice_id, status="failed")
    assert failed.count() == 2
    assert Transition.objects.filter(kind="charge", to_state="failed").count() == 2


def test_grace_counts_from_the_first_failure(shop: Shop) -> None:
    subscription = shop.subscribe(number="4000 0000 0000 0341", price=shop.growth)
    shop.advance("P18D")
    first = shop.look_at(subscription).past_due_at

    shop.advance("P3D")
    again = shop.look_at(subscription)

    assert again.status == "past_due"
    assert again.past_due_at == first


@pytest.mark.fault("X14", "X18", "W9", "D4")
def test_a_zombie_whose_lease_ended_writes_nothing_and_has_the_object_fetched_anew(shop: Shop) -> None:
    subscription = shop.subscribe()
    ref = ref_of(subscription)
    work.want([ref])
    lease = work.claim(ref)
    outcome: list[Exception] = []
    shop.sandbox.fault(
        "latency", seconds=1.5, times=1, match={"method": "GET", "path": f"/v1/subscriptions/{ref.stripe_id}"}
    )
    zombie = threading.Thread(target=_carry_out, args=(lease, outcome))
    zombie.start()
    time.sleep(0.4)
    Work.objects.filter(pk=ref.key).update(lease_until=clock.system_now() - timedelta(seconds=1))
    client().v1.subscriptions.cancel(ref.stripe_id)
    carry_out(work.claim(ref))
    transitions, row = Transition.objects.count(), Subscription.objects.values().get(pk=subscription.pk)

    zombie.join(timeout=20)

    assert [type(error) for error in outcome] == [LeaseLost]
    assert row["status"] == "canceled"
    assert Transition.objects.count() == transitions
    assert Subscription.objects.values().get(pk=subscription.pk) == row
    assert Work.objects.get(pk=ref.key).done < Work.objects.get(pk=ref.key).want
    shop.work_off()
    assert Work.objects.get(pk=ref.key).done == Work.objects.get(pk=ref.key).want


def _carry_out(lease: work.Lease, outcome: list[Exception]) -> None:
    from django.db import connection

    try:
        carry_out(lease)
    except LeaseLost as error:
        outcome.append(error)
    finally:
        connection.close()


@pytest.mark.fault("X22", "W14")
def test_an_unanswered_fetch_leaves_the_object_wanted(shop: Shop) -> None:
    subscription = shop.subscribe()
    shop.sandbox.fault("http_500_before", times=5, match={"path": "/v1/subscriptions*"})

    with pytest.raises(StripeUnreachable):
        refresh(ref_of(subscription))

    row = Work.objects.get(pk=ref_of(subscription).key)
    assert row.done < row.want
    assert row.lease_until is None
    assert row.run_at > clock.system_now()


def test_a_customer_whose_creation_was_cut_off_is_found_by_our_own_mark(shop: Shop) -> None:
    subscription = shop.subscribe()
    customer = shop.organization.billing_customers.get()
    stripe_id = customer.stripe_customer_id
    customer.stripe_customer_id = None
    customer.save()
    Subscription.objects.update(organization=None)

    shop.look_at(subscription)

    customer.refresh_from_db()
    assert customer.stripe_customer_id == stripe_id
    subscription.refresh_from_db()
    assert subscription.organization == shop.organization


def test_a_pause_keeps_what_was_paid_and_gives_no_more(shop: Shop) -> None:
    subscription = shop.subscribe()
    paid_until = subscription.current_period_end
    obj = objects.fetch(ObjectKind.SUBSCRIPTION, subscription.stripe_subscription_id).to_dict()
    obj["pause_collection"] = {"behavior": "void", "resumes_at": None}

    for roll_on_seconds in (0, 30 * 86400):
        obj["items"]["data"][0]["current_period_end"] += roll_on_seconds
        with transaction.atomic():
            write(Fetched(ref_of(subscription), obj, clock.system_now(), shop.now))

    subscription.refresh_from_db()
    assert subscription.status == "active"
    assert subscription.current_period_end == paid_until + timedelta(days=30)
    assert subscription.paused_paid_until == paid_until
    assert access_for(shop.organization, paid_until - timedelta(seconds=1)).plan_code == "scale"
    assert access_for(shop.organization, paid_until).plan_code == "free"
