"""A repair writes down what it finds and causes nothing, unless news of the object came as well."""

import pytest
from django.db import transaction

from billing import reactions
from billing.gateway.client import client
from billing.mirror import work
from billing.mirror.refresh import carry_out, refresh
from billing.mirror.refs import ObjectRef
from billing.models import Notice, Subscription, Transition, Work
from billing.services.sync import refresh_due
from billing.terms import ObjectKind
from tests.billing.shop import Shop

SUB = ObjectRef(ObjectKind.SUBSCRIPTION, "sub_1")


def wanted_as_baseline(*, before: bool, then: bool) -> bool:
    work.want([SUB], is_baseline=before)
    work.want([SUB], is_baseline=then)
    return Work.objects.get(pk=SUB.key).is_baseline


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("before", "then", "is_baseline"),
    [(True, True, True), (True, False, False), (False, True, False), (False, False, False)],
)
def test_news_makes_a_baseline_an_ordinary_refresh(before: bool, then: bool, is_baseline: bool) -> None:
    assert wanted_as_baseline(before=before, then=then) is is_baseline


@pytest.mark.django_db
def test_what_a_baseline_leads_to_is_one_too() -> None:
    other = ObjectRef(ObjectKind.INVOICE, "in_1")
    work.want([SUB], is_baseline=True)
    lease = work.claim(SUB)

    with transaction.atomic():
        work.finish(lease, follow=[other])

    assert Work.objects.get(pk=other.key).is_baseline


@pytest.mark.django_db(transaction=True)
def test_an_unknown_subscription_is_taken_over_with_all_that_hangs_on_it_and_without_a_mail(shop: Shop) -> None:
    shop.pay(shop.start(shop.scale))
    stripe_id = client().v1.subscriptions.list()["data"][0]["id"]

    refresh(ObjectRef(ObjectKind.SUBSCRIPTION, stripe_id), is_baseline=True)
    while refresh_due():
        pass
    reactions.run_due(shop.now)

    assert Subscription.objects.get().status == "active"
    assert set(Transition.objects.values_list("kind", flat=True)) >= {"subscription", "invoice", "charge"}
    assert not Transition.objects.filter(is_baseline=False).exists()
    assert Notice.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_an_event_during_a_repair_is_not_swallowed_by_it(shop: Shop) -> None:
    shop.pay(shop.start(shop.scale))
    ref = ObjectRef(ObjectKind.SUBSCRIPTION, client().v1.subscriptions.list()["data"][0]["id"])
    work.want([ref], is_baseline=True)
    lease = work.claim(ref)

    work.want([ref], event_id="evt_1")
    carry_out(lease)

    assert not Transition.objects.get(kind="subscription").is_baseline
