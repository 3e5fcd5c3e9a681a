"""The sweep: what goes wrong in one kind of work ends no other."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.core import mail

from billing import clock, notices
from billing.models import CancelRequest
from billing.tasks import sweep
from tests.billing.shop import Shop

pytestmark = pytest.mark.django_db(transaction=True)


def test_mail_goes_out_although_stripe_answers_in_another_version(shop: Shop, settings) -> None:
    settings.EMAIL_BACKEND = "billing_project.mail.RecordedMailBackend"
    settings.MAIL_DELIVERY_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    CancelRequest.objects.create(
        organization=shop.organization,
        request_key=uuid4(),
        action=CancelRequest.Action.UNDO,
        stripe_subscription_id=shop.subscribe().stripe_subscription_id,
        created_at=clock.system_now() - timedelta(hours=1),
    )
    mail.outbox.clear()
    notices.enqueue(
        "local_trial_ended",
        key="trial_ended:1",
        organization=shop.organization,
        cause_at=shop.now,
        plan=shop.growth.plan,
        ends_at=shop.now,
    )
    settings.STRIPE_API_VERSION = "2027-01-27.later"

    sweep()

    assert "trial" in " ".join(message.subject for message in mail.outbox)
