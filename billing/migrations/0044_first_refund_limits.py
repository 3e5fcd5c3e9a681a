"""Gives each role limits to begin with, in five currencies; staff change them in the admin."""

from typing import Any

from django.db import migrations

# Role, the most of one charge and in 24 hours (major units), and how many days old a charge may be.
_FIRST = (
    ("support", 100, 500, 60),
    ("finance", 2_000, 10_000, 365),
    ("billing_admin", 10_000, 50_000, 730),
)
# The currency's smallest units in a unit of the figures above.
_CURRENCIES = {"eur": 100, "usd": 100, "gbp": 100, "chf": 100, "jpy": 150}


def give(apps: Any, schema_editor: Any) -> None:
    limit = apps.get_model("billing", "RefundLimit")
    for currency, factor in _CURRENCIES.items():
        for role, charge, day, window_days in _FIRST:
            limit.objects.get_or_create(
                role=role,
                currency=currency,
                defaults={
                    "per_charge_minor": charge * factor,
                    "per_day_minor": day * factor,
                    "window_days": window_days,
                },
            )


class Migration(migrations.Migration):
    dependencies = [("billing", "0043_refund_requests")]

    operations = [migrations.RunPython(give, migrations.RunPython.noop)]
