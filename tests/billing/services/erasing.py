"""What tests of a deletion do again and again: ask for it, let the sweep go on, and look at what stands."""

from datetime import timedelta
from uuid import uuid4

from accounts.models import Organization
from billing import clock
from billing.gateway.client import client
from billing.models import Customer, Erasure
from billing.services.erase_organization import erase_organization, resume_erasures
from tests.billing.shop import Shop

NAME = "Oakline Studio"


def erase(shop: Shop, **changed) -> Erasure:
    values = {"typed_name": NAME, "request_key": uuid4(), "actor": shop.owner, "now": shop.now, **changed}
    return erase_organization(Organization.objects.get(pk=shop.organization.pk), **values)


def go_on() -> int:
    return resume_erasures(clock.system_now() + timedelta(minutes=2))


def stays(shop: Shop) -> bool:
    organization = Organization.objects.get(pk=shop.organization.pk)
    return (organization.name, organization.erased_at) == (NAME, None) and organization.memberships.exists()


def live_at_stripe(customer_id: str) -> list[str]:
    found = client().v1.subscriptions.list(params={"customer": customer_id, "status": "all"})["data"]
    return [one["id"] for one in found if one["status"] != "canceled"]


def customer_of(shop: Shop) -> str:
    return str(Customer.objects.get(organization=shop.organization).stripe_customer_id)
