"""Staff allow another trial: the one that is about to be refused goes on, or the next checkout has one, once."""

from uuid import uuid4

import pytest

from accounts.models import Membership
from billing.gateway.client import client
from billing.mirror.refresh import refresh
from billing.mirror.refs import ObjectRef
from billing.models import CheckoutIntent, Subscription, TrialAllowance, TrialRefusal
from billing.services.allow_trial import allow_trial
from billing.terms import ObjectKind
from tests.billing.shop import Shop
from tests.billing.trials import begin_trial, sweep
from tests.factories import MembershipFactory

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def bob(shop: Shop) -> Membership:
    """Another person with another organization, who will pay with the card of the shop's owner."""
    return MembershipFactory(user__email="bob@elsewhere.example", organization__name="Elsewhere")


def allow(shop: Shop, member: Membership, **changed) -> TrialAllowance:
    values = {"reason": "Two studios of one owner", "request_key": uuid4(), "actor": shop.owner, "now": shop.now}
    return allow_trial(member.organization, **{**values, **changed})


def test_staff_may_let_the_refused_trial_go_on_before_it_is_cancelled(shop: Shop, bob: Membership) -> None:
    begin_trial(shop)
    second = begin_trial(shop, bob)

    allowance = allow(shop, bob)
    sweep(shop)

    second.refresh_from_db()
    assert second.status == "trialing"
    assert allowance.stripe_subscription_id == second.stripe_subscription_id
    assert TrialRefusal.objects.get().failure == "allowed by staff"


def test_staff_may_allow_the_next_checkout_a_trial_once(shop: Shop, bob: Membership) -> None:
    begin_trial(shop)
    refused = begin_trial(shop, bob)
    sweep(shop)
    key = uuid4()

    assert allow(shop, bob, request_key=key) == allow(shop, bob, request_key=key) == allow(shop, bob)
    intent = shop.start(shop.growth, organization=bob.organization, actor=bob.user)
    shop.pay(intent)
    refresh(ObjectRef(ObjectKind.CHECKOUT_SESSION, str(intent.stripe_session_id)))
    shop.work_off()
    sweep(shop)

    allowed = Subscription.objects.filter(organization=bob.organization).exclude(pk=refused.pk).get()
    assert (intent.trial_days, allowed.status) == (14, "trialing")
    assert TrialAllowance.objects.get().stripe_subscription_id == allowed.stripe_subscription_id
    client().v1.subscriptions.cancel(allowed.stripe_subscription_id)
    shop.look_at(allowed)
    assert shop.start(shop.growth, organization=bob.organization, actor=bob.user).trial_days == 0
    assert CheckoutIntent.objects.filter(organization=bob.organization).count() == 3
