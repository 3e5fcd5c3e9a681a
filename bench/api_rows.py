"""Gives each organization of the stage a plan, invoices and a key; prints them, one JSON line each."""

import json
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

import django

if TYPE_CHECKING:
    from accounts.models import Organization

_INVOICES = 24
_PRICE_AT_STRIPE = "price_bench"


def main() -> None:
    from accounts.models import Organization  # The apps are loaded by now.

    _put_plan_on_sale()
    for organization in Organization.objects.filter(subscriptions__isnull=False).order_by("pk"):
        _give_invoices(organization)
        print(json.dumps({"organization": organization.pk, "key": _key(organization)}), flush=True)


def _put_plan_on_sale() -> None:
    """The catalogue of the repository; what everybody has is Growth by the month."""
    from django.conf import settings

    from billing.mirror.catalogue import write_catalogue
    from billing.models import Plan, Price
    from billing.rules.catalogue_file import read_catalogue
    from billing.rules.catalogue_steps import Published

    catalogue = read_catalogue(Path(settings.BASE_DIR / "catalogue.toml").read_text())
    write_catalogue(catalogue, published=Published(products=(), prices=()))
    Price.objects.create(
        plan=Plan.objects.get(code="growth"),
        stripe_price_id=_PRICE_AT_STRIPE,
        livemode=False,
        currency="eur",
        interval="month",
        lookup_key="growth_month_eur",
        amount_minor=4800,
    )


def _give_invoices(organization: "Organization") -> None:
    from billing import clock
    from billing.models import Invoice

    now = clock.business_now()
    Invoice.objects.bulk_create(
        Invoice(
            stripe_invoice_id=f"in_{organization.pk}_{number}",
            organization=organization,
            livemode=False,
            stripe_customer_id=f"cus_{organization.pk}",
            number=f"B-{number:04}",
            status="paid",
            billing_reason="subscription_cycle",
            currency="eur",
            total_minor=4800,
            amount_due_minor=4800,
            amount_paid_minor=4800,
            amount_remaining_minor=0,
            created_at=now - timedelta(days=30 * number),
            fetched_at=now,
        )
        for number in range(_INVOICES)
    )


def _key(organization: "Organization") -> str:
    from accounts.models import User
    from billing import clock
    from billing.services.create_api_key import KeyWish, create_api_key
    from billing.terms import ApiScope

    person = User.objects.create_user(f"{uuid4()}@example.org")
    wish = KeyWish(name="Bench", scopes=[scope.value for scope in ApiScope])
    return create_api_key(organization, wish=wish, request_key=uuid4(), actor=person, now=clock.system_now())[1]


if __name__ == "__main__":
    django.setup()
    main()
