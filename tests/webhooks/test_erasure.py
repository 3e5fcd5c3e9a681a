"""What the inbox keeps of an organization that was deleted."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from billing.models import Erasure
from billing.terms import IntentState
from tests.billing.factories import CustomerFactory
from webhooks.erasure import forget_erased
from webhooks.models import InboxEvent

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def came(event_id: str, customer_id: str, *, state: str = "done") -> InboxEvent:
    body = f'{{"id": "{event_id}", "data": {{"object": {{"customer":"{customer_id}", "email": "a@oak.example"}}}}}}'
    return InboxEvent.objects.create(
        provider="stripe", endpoint="stripe", event_id=event_id, type="x", body=body.encode(), state=state
    )


def erased(customer_id: str) -> Erasure:
    organization = CustomerFactory(
        stripe_customer_id=customer_id, organization__created_at=timezone.now() - HOUR
    ).organization
    return Erasure.objects.create(
        organization=organization, request_key=uuid4(), state=IntentState.SUCCEEDED, erased_at=timezone.now()
    )


def with_body() -> set[str]:
    return set(InboxEvent.objects.filter(body__isnull=False).values_list("event_id", flat=True))


def test_bodies_that_name_the_customer_go_and_those_of_others_stay() -> None:
    erased("cus_1")
    for event_id, customer_id in (("evt_1", "cus_1"), ("evt_12", "cus_12"), ("evt_2", "cus_2")):
        came(event_id, customer_id)

    assert forget_erased(timezone.now()) == 1

    assert with_body() == {"evt_12", "evt_2"}
    assert InboxEvent.objects.count() == 3


def test_what_is_handled_or_comes_later_goes_with_a_later_look() -> None:
    erased("cus_1")
    waiting = came("evt_1", "cus_1", state="new")
    forget_erased(timezone.now())
    assert with_body() == {"evt_1"}

    waiting.state = "done"
    waiting.save()
    came("evt_2", "cus_1")
    assert forget_erased(timezone.now()) == 0  # Looked through within the hour.
    forget_erased(timezone.now() + 2 * HOUR)

    assert with_body() == set()


def test_an_erasure_that_is_not_done_empties_nothing() -> None:
    Erasure.objects.update_or_create(
        pk=erased("cus_1").pk, defaults={"state": IntentState.RECORDED, "erased_at": None}
    )
    came("evt_1", "cus_1")

    assert forget_erased(timezone.now()) == 0

    assert with_body() == {"evt_1"}
