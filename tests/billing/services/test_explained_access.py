"""A customer's life at the sandbox: what every hook recorded explains, later, each answer that a gate gave."""

from datetime import datetime

import pytest

from billing.gateway.client import client
from billing.models import AccessFact, DunningCase
from billing.models.access_record import record_catalogue
from billing.rules.entitlement import Access
from billing.selectors.access import access_for
from billing.selectors.access_rows import access_rows
from billing.selectors.explain import explain
from billing.services.forgive_case import forgive_case
from tests.billing.factories import FeatureFactory, PlanFeatureFactory
from tests.billing.pursuit import POOR, look
from tests.billing.services.staff_wishes import wish
from tests.billing.shop import Shop

pytestmark = pytest.mark.django_db(transaction=True)


def test_each_answer_of_a_life_at_stripe_is_explained_by_what_was_recorded(shop: Shop) -> None:
    PlanFeatureFactory(plan=shop.scale.plan, feature=FeatureFactory(code="exports"))
    record_catalogue(business_at=shop.now)
    answers: list[tuple[datetime, int, Access]] = []

    def ask() -> None:
        newest = AccessFact.objects.order_by("-pk").values_list("pk", flat=True)[0]
        answers.append((shop.now, newest, access_for(shop.organization, shop.now)))

    ask()
    subscription = shop.subscribe()
    ask()
    shop.charge_only(subscription, POOR)
    shop.advance("P36D")
    look(shop, subscription)
    case = DunningCase.objects.get()
    ask()
    shop.advance("P10D")
    ask()
    forgive_case(case.pk, wish=wish(shop))
    ask()
    look(shop, subscription)
    ask()
    shop.advance("P1D")
    client().v1.subscriptions.cancel(subscription.stripe_subscription_id)
    shop.look_at(subscription)
    ask()

    assert len({access.reason for _, _, access in answers}) >= 3
    for at, through, access in answers:
        told = explain(shop.organization, feature="exports", at=at, through=through)
        assert told.explanation.access == access, told.text
    chain = explain(shop.organization, feature="exports", at=answers[2][0], through=answers[2][1]).as_json()["chain"]
    assert any(link["transition_ids"] for link in chain if link["link"] == "status")
    assert any(link["ids"].get("case") == str(DunningCase.objects.get().uuid) for link in chain)
    newest = AccessFact.objects.latest("pk").pk
    assert access_rows(shop.organization.pk).version == (AccessFact.objects.count(), newest)
