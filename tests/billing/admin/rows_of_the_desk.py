"""One row of each thing that staff wrote from the customer's page, each of its own organization."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

from django.db.models import Model

from billing.models import CustomerCredit, CustomerNote
from tests.factories import OrganizationFactory, UserFactory


def customer_note(number: int) -> CustomerNote:
    return CustomerNote.objects.create(
        organization=OrganizationFactory(),
        author=UserFactory(),
        text=f"Called about the seats, no. {number}",
        request_key=uuid4(),
    )


def customer_credit(number: int) -> CustomerCredit:
    return CustomerCredit.objects.create(
        organization=OrganizationFactory(),
        stripe_customer_id=f"cus_{number:04}",
        amount_minor=1200,
        currency="eur",
        reason="For the trouble",
        requested_by=UserFactory(),
        request_key=uuid4(),
    )


OF_THE_DESK: dict[type[Model], tuple[Callable[[int], Any], Callable[[Any], str]]] = {
    CustomerCredit: (customer_credit, lambda row: row.stripe_customer_id),
    CustomerNote: (customer_note, lambda row: row.organization.email),
}
