"""What of a page is compared, and what is none of our business."""

from datetime import timedelta

import pytest

from billing import clock
from billing.gateway.client import client
from billing.mirror.customers import ensure_customer
from billing.mirror.pages import ComparedPage, Position, compare_page
from billing.mirror.refresh import repair
from billing.mirror.rows.customer import METADATA_KEY
from billing.models import Customer, Subscription
from billing.terms import DriftKind, ObjectKind
from tests.billing.shop import Shop

pytestmark = pytest.mark.django_db(transaction=True)


def compare(kind: ObjectKind) -> ComparedPage:
    return compare_page(Position(kind))


def kinds_of(page: ComparedPage) -> list[DriftKind]:
    return [found.kind for drift in page.drifts for found in drift.differences]


def test_a_row_that_is_newer_than_the_list_is_passed_over(shop: Shop) -> None:
    shop.subscribe()
    Subscription.objects.update(quantity=9)
    before = kinds_of(compare(ObjectKind.SUBSCRIPTION))

    Subscription.objects.update(fetched_at=clock.system_now() + timedelta(hours=1))

    assert before == [DriftKind.QUANTITY]
    assert kinds_of(compare(ObjectKind.SUBSCRIPTION)) == []


def test_a_row_that_came_after_the_list_is_not_called_gone(shop: Shop) -> None:
    row = shop.subscribe()
    row.pk, row.stripe_subscription_id = None, "sub_of_a_moment_ago"
    row.fetched_at = clock.system_now() + timedelta(hours=1)
    row.save()

    assert kinds_of(compare(ObjectKind.SUBSCRIPTION)) == []


def test_what_has_ended_may_be_missing_from_the_list(shop: Shop) -> None:
    row = shop.subscribe()
    row.pk, row.stripe_subscription_id = None, "sub_of_last_year"
    row.status, row.ended_at = "canceled", row.created_at
    row.save()

    assert kinds_of(compare(ObjectKind.SUBSCRIPTION)) == []


def test_the_other_mode_is_left_alone(shop: Shop) -> None:
    row = shop.subscribe()
    row.pk, row.stripe_subscription_id, row.livemode = None, "sub_of_live_mode", True
    row.save()

    assert kinds_of(compare(ObjectKind.SUBSCRIPTION)) == []


def test_a_customer_that_we_did_not_make_is_not_missing(shop: Shop) -> None:
    client().v1.customers.create(params={"name": "Somebody from the dashboard"})

    page = compare(ObjectKind.CUSTOMER)

    assert (page.compared, page.drifts) == (1, [])


def test_a_customer_whose_creation_was_cut_off_is_missing_and_found_again(shop: Shop) -> None:
    row = Customer.objects.create(organization=shop.organization, livemode=False, creation_name="Oakline Studio")
    made = client().v1.customers.create(params={"metadata": {METADATA_KEY: str(row.uuid)}})

    drift = compare(ObjectKind.CUSTOMER).drifts[0]
    repair(drift.ref, theirs_digest=drift.theirs_digest)

    row.refresh_from_db()
    assert [found.kind for found in drift.differences] == [DriftKind.MISSING]
    assert row.stripe_customer_id == made["id"]


def test_a_customer_that_was_deleted_at_stripe_is_gone(shop: Shop) -> None:
    row = ensure_customer(shop.organization)
    Customer.objects.update(fetched_at=clock.system_now())
    client().v1.customers.delete(str(row.stripe_customer_id))

    drift = compare(ObjectKind.CUSTOMER).drifts[0]
    repair(drift.ref, theirs_digest=drift.theirs_digest)

    assert [found.kind for found in drift.differences] == [DriftKind.GONE]
    assert Customer.objects.get().is_deleted
    assert compare(ObjectKind.CUSTOMER).drifts == []


def test_a_position_survives_being_written_down() -> None:
    position = Position(ObjectKind.INVOICE, "in_1", 1790000000, ("in_1", "in_2"))

    assert Position.load(position.dump()) == position
    assert Position.load({}) == Position()
