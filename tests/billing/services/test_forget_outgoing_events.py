"""What programs were told is forgotten after 30 days, a replaced secret after its day, and all with its owner."""

from datetime import timedelta

import pytest
from django.utils import timezone

from billing.models import OutgoingEvent, WebhookAttempt, WebhookDelivery, WebhookEndpoint
from billing.models.personal import empty_personal_columns
from billing.services.forget_outgoing_events import forget_outgoing_events
from tests.billing.admin.rows_of_webhooks import delivery_of, old_secret, webhook_delivery
from tests.factories import OrganizationFactory

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def test_after_thirty_days_an_event_goes_with_its_deliveries_and_tries() -> None:
    now = timezone.now()
    old, young = webhook_delivery(1).event, webhook_delivery(2).event
    OutgoingEvent.objects.filter(pk=old.pk).update(created_at=now - 30 * DAY)
    OutgoingEvent.objects.filter(pk=young.pk).update(created_at=now - 29 * DAY)

    assert (forget_outgoing_events(now), forget_outgoing_events(now)) == (1, 0)

    assert OutgoingEvent.objects.get() == young
    assert (WebhookDelivery.objects.count(), WebhookAttempt.objects.count()) == (1, 1)
    assert WebhookEndpoint.objects.count() == 2


def test_a_secret_that_signs_no_more_is_forgotten() -> None:
    old_secret(timedelta(seconds=1))

    forget_outgoing_events(timezone.now())

    endpoint = WebhookEndpoint.objects.get()
    assert (endpoint.sealed_previous_secret, endpoint.previous_secret_until) == ("", None)
    assert endpoint.sealed_secret


def test_with_the_organization_all_of_it_goes() -> None:
    ours, others = OrganizationFactory(), OrganizationFactory()
    delivery_of(ours)
    delivery_of(others)

    empty_personal_columns(ours.pk)

    for model in (WebhookEndpoint, OutgoingEvent, WebhookDelivery, WebhookAttempt):
        assert model.objects.count() == 1
    assert WebhookEndpoint.objects.get().organization == others
