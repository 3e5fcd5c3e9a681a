"""The mirror belongs to one account: what the key of another says is never taken for news of ours."""

import pytest

from billing import clock
from billing.errors import StripeKeyRefused, WrongStripeAccount
from billing.gateway import budget
from billing.gateway.client import client
from billing.mirror import account, work
from billing.mirror.refresh import refresh
from billing.mirror.refs import ObjectRef
from billing.models import StaffTask, StripeAccount, Subscription, Work
from billing.selectors.access import access_for
from billing.services.sync import refresh_due
from billing.terms import ObjectKind
from tests.billing.shop import Shop

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def subscription(shop: Shop) -> Subscription:
    return shop.subscribe()


@pytest.fixture
def another_key(settings):
    """The key of a second account, where none of our objects exists."""

    def use(key: str = "sk_test_" + "another" * 4) -> None:
        settings.STRIPE_SECRET_KEY = settings.STRIPE_TEST_SECRET_KEY = key
        client.cache_clear()

    yield use
    client.cache_clear()


def ref_of(subscription: Subscription) -> ObjectRef:
    return ObjectRef(ObjectKind.SUBSCRIPTION, subscription.stripe_subscription_id)


def test_the_account_is_remembered_with_the_first_object(subscription: Subscription) -> None:
    assert account.known_id().startswith("acct_")


@pytest.mark.fault("X24", "W12")
def test_a_key_of_another_account_closes_nobodys_access(shop: Shop, subscription: Subscription, another_key) -> None:
    another_key()

    with pytest.raises(WrongStripeAccount):
        refresh(ref_of(subscription))

    subscription.refresh_from_db()
    assert subscription.status == "active"
    assert access_for(shop.organization, shop.now).plan_code == "scale"


def test_after_a_wrong_key_nothing_is_fetched_for_a_while_and_a_person_is_told_once(
    subscription: Subscription, another_key
) -> None:
    another_key()
    work.want([ref_of(subscription)], event_id="evt_1")

    refreshed = [refresh_due(), refresh_due()]

    assert refreshed == [0, 0]
    assert budget.is_paused(clock.system_now())
    assert Work.objects.get(pk=ref_of(subscription).key).faults == 0
    assert [task.kind for task in StaffTask.objects.all()] == ["stripe_account_changed"]


@pytest.mark.fault("X23", "D7")
def test_a_refused_key_stops_the_workers_and_kills_nothing(
    subscription: Subscription, another_key, shop: Shop
) -> None:
    another_key("sk_live_never")
    work.want([ref_of(subscription)], event_id="evt_1")

    refresh_due()
    with pytest.raises(StripeKeyRefused):
        refresh(ref_of(subscription))

    assert work.claim_next() is None
    assert Work.objects.exclude(dead_at=None).count() == 0
    assert StaffTask.objects.get().kind == "stripe_key_refused"


@pytest.mark.fault("X23")
def test_work_goes_on_after_the_pause(subscription: Subscription) -> None:
    work.want([ref_of(subscription)])
    budget.pause("stripe_key_refused", until=clock.system_now())

    assert refresh_due() == 1


def test_the_other_mode_is_not_paused(subscription: Subscription, settings) -> None:
    budget.pause("stripe_key_refused", until=clock.system_now().replace(year=2099))

    settings.STRIPE_LIVE_MODE = True

    assert not budget.is_paused(clock.system_now())


def test_a_second_account_is_refused_at_first_sight() -> None:
    account.remember("acct_1")
    account.remember("acct_1")

    with pytest.raises(WrongStripeAccount):
        account.remember("acct_2")
    assert StripeAccount.objects.get().stripe_account_id == "acct_1"
