"""The one trial of a person is recorded once, whichever of session and subscription comes first."""

import pytest

from billing.gateway.client import client
from billing.mirror.refresh import refresh
from billing.mirror.refs import ObjectRef
from billing.models import CheckoutSession, TrialRedemption
from billing.selectors.trial import email_digest
from billing.terms import ObjectKind
from tests.billing.shop import Shop

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_subscription_before_its_session_counts_as_the_trial_of_who_began_it(shop: Shop) -> None:
    shop.pay(shop.start(shop.growth))
    subscription = client().v1.subscriptions.list()["data"][0]
    shop.organization.email = "invoices@oakline.example"
    shop.organization.save()

    refresh(ObjectRef(ObjectKind.SUBSCRIPTION, subscription["id"]))
    shop.work_off()

    assert not CheckoutSession.objects.exists()
    assert list(TrialRedemption.objects.values_list("email_digest", flat=True)) == [email_digest(shop.owner.email)]


def test_a_trial_that_staff_gave_at_stripe_counts_for_the_address_of_the_organization(shop: Shop) -> None:
    subscription = shop.subscribe(price=shop.scale)
    client().v1.subscriptions.update(
        subscription.stripe_subscription_id, params={"trial_end": int(shop.now.timestamp()) + 5 * 86400}
    )

    shop.look_at(subscription)

    assert subscription.status == "trialing"
    assert list(TrialRedemption.objects.values_list("organization", flat=True)) == [shop.organization.pk]
