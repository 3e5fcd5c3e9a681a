"""A repair writes what a comparison saw, causes nothing, and leaves alone what somebody has news of."""

import pytest

from billing import reactions
from billing.errors import StripeUnreachable
from billing.gateway.client import client
from billing.mirror import comparing, work
from billing.mirror.refresh import RefreshResult, refresh, repair
from billing.mirror.refs import ObjectRef
from billing.models import Notice, Subscription, Transition, Work
from billing.terms import ObjectKind
from tests.billing.shop import Shop

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def ref(shop: Shop) -> ObjectRef:
    """A subscription whose row says that it has ended."""
    found = shop.subscribe()
    Subscription.objects.update(status="canceled")
    Transition.objects.all().update(is_settled=True)
    return ObjectRef(ObjectKind.SUBSCRIPTION, found.stripe_subscription_id)


def digest(ref: ObjectRef) -> str:
    listed = client().v1.subscriptions.list(params={"status": "all", "expand": ["data.discounts"]})["data"][0]
    return comparing.digest(comparing.read(ref.kind, listed))


def mend(ref: ObjectRef, theirs_digest: str) -> RefreshResult:
    return repair(ref, theirs_digest=theirs_digest)


def test_what_was_seen_is_written_as_a_baseline(shop: Shop, ref: ObjectRef) -> None:
    Notice.objects.all().delete()

    result = mend(ref, digest(ref))
    reactions.run_due(shop.now)

    assert (result.is_written, result.is_baseline) == (True, True)
    assert Subscription.objects.get().status == "active"
    assert Transition.objects.order_by("-pk")[0].is_baseline
    assert Notice.objects.count() == 0


def test_what_has_changed_since_is_left_to_its_event(shop: Shop, ref: ObjectRef) -> None:
    seen = digest(ref)
    client().v1.subscriptions.update(ref.stripe_id, params={"cancel_at_period_end": True})
    Notice.objects.all().delete()

    result = mend(ref, seen)
    before_its_event = Subscription.objects.get().status
    refresh(ref)
    reactions.run_due(shop.now)

    assert not result.is_written
    assert before_its_event == "canceled"
    assert Notice.objects.filter(kind="cancellation_scheduled").count() == 1


def test_where_news_wait_it_is_an_ordinary_refresh(ref: ObjectRef) -> None:
    seen = digest(ref)
    client().v1.subscriptions.update(ref.stripe_id, params={"cancel_at_period_end": True})
    work.want([ref], event_id="evt_1")

    result = mend(ref, seen)

    assert (result.is_written, result.is_baseline) == (True, False)
    assert not Transition.objects.get(aspect="cancellation").is_baseline


def test_a_failed_repair_leaves_no_wish_behind(shop: Shop, ref: ObjectRef) -> None:
    shop.sandbox.fault("http_500_before", times=0, match={"path": "/v1/subscriptions/*"})

    with pytest.raises(StripeUnreachable):
        mend(ref, digest(ref))

    shop.sandbox.ask("DELETE", "/_sandbox/faults")
    assert Work.objects.get(pk=ref.key).lease_until is None
    assert work.finished([ref.key]) == {ref.key}


def test_a_failed_repair_forgets_no_news(shop: Shop, ref: ObjectRef) -> None:
    shop.sandbox.fault("http_500_before", times=0, match={"path": "/v1/subscriptions/*"})
    work.want([ref], event_id="evt_1")

    with pytest.raises(StripeUnreachable):
        mend(ref, digest(ref))

    assert work.finished([ref.key]) == set()


def test_an_object_that_is_there_after_all_is_not_closed_as_gone(ref: ObjectRef) -> None:
    Subscription.objects.update(status="active")

    result = mend(ref, "")

    assert not result.is_written
    assert Subscription.objects.get().status == "active"
