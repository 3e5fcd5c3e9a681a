"""Fills a fresh database: tables, organizations with subscriptions that Stripe knows, dj-stripe's own endpoint."""

import sys
from concurrent.futures import ThreadPoolExecutor

import django
from django.core.management import call_command
from django.db import connection

DJ_STRIPE_PATH = "/djstripe/webhook/5f0c0f4e-6f0e-4a4b-9f3c-0d5f6a7b8c9d/"


def main(subscriptions: int) -> None:
    call_command("migrate", run_syncdb=True, interactive=False, verbosity=0)
    _add_organizations(subscriptions)
    _look_at_stripe(subscriptions)
    _open_dj_stripe_endpoint()


def _add_organizations(count: int) -> None:
    from accounts.models import Organization  # The apps are loaded by now.
    from billing.models import Customer

    organizations = Organization.objects.bulk_create(
        Organization(name=f"Organization {number}", email=f"{number}@example.org") for number in range(count)
    )
    Customer.objects.bulk_create(
        Customer(organization=organization, livemode=False, stripe_customer_id=f"cus_{number}")
        for number, organization in enumerate(organizations)
    )


def _look_at_stripe(count: int) -> None:
    """Bring all in through the product's one door, as a first import would, until nothing is left to fetch."""
    from billing.mirror.refresh import refresh
    from billing.mirror.refs import ObjectRef
    from billing.models import Work
    from billing.services.sync import refresh_due
    from billing.terms import ObjectKind

    def look(number: int) -> None:
        refresh(ObjectRef(ObjectKind.SUBSCRIPTION, f"sub_{number}"), wait_seconds=10, is_baseline=True)

    look(0)  # The account, the product and the price come with the first one.
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(look, range(1, count)))
    while refresh_due(limit=1000, seconds=60):
        pass
    if left := Work.objects.exclude(last_error="").values_list("stripe_id", "last_error")[:3]:
        raise RuntimeError(f"Not fetched: {list(left)}")


def _open_dj_stripe_endpoint() -> None:
    from django.conf import settings
    from djstripe import models as dj

    dj.WebhookEndpoint.objects.create(
        id="we_bench",
        livemode=False,
        djstripe_owner_account=dj.Account.objects.get(),
        djstripe_uuid=DJ_STRIPE_PATH.split("/")[3],
        secret=settings.STRIPE_WEBHOOK_SECRETS[0],
        enabled_events=["*"],
        status="enabled",
        url=f"https://example.org{DJ_STRIPE_PATH}",
        api_version=settings.STRIPE_API_VERSION,
        stripe_data={},
    )


if __name__ == "__main__":
    django.setup()
    main(int(sys.argv[1]))
    connection.close()
