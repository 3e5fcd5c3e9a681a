"""Writes who Stripe bills and where, with the tax ids, together with the row of the customer."""

from datetime import datetime
from typing import Any

from billing.mirror import shapes
from billing.models import Customer, CustomerDetails, TaxId

_ADDRESS = ("line1", "line2", "city", "postal_code", "state", "country")


def write_details(row: Customer, obj: Any, *, now: datetime) -> None:
    """Keep what Stripe has; a difference to what it had makes the row due for a comparison. `now` is system time."""
    if row.organization.erased_at is not None:
        return  # A fetch from before the deletion, which must not bring back who it was.
    found = {
        "name": shapes.text(obj, "name")[:256],
        "email": shapes.text(obj, "email")[:512],
        **{part: shapes.text(obj, "address", part)[: _longest(part)] for part in _ADDRESS},
    }
    details = CustomerDetails.objects.filter(customer=row).first() or CustomerDetails(customer=row)
    if details.pk is None or any(getattr(details, field) != value for field, value in found.items()):
        for field, value in found.items():
            setattr(details, field, value)
        details.due_at = now
        details.save()
    listed = shapes.value(obj, "tax_ids", "data")
    if listed is not None:
        _write_tax_ids(row, listed)


def _longest(part: str) -> int:
    return int(getattr(CustomerDetails._meta.get_field(part), "max_length", None) or 0)


def _write_tax_ids(row: Customer, listed: list[Any]) -> None:
    """Keep exactly these. One that is gone at Stripe is no part of the books: invoices keep their own copy there."""
    for found in listed:
        TaxId.objects.update_or_create(
            stripe_tax_id=str(found["id"]),
            defaults={
                "customer": row,
                "type": shapes.text(found, "type"),
                "value": shapes.text(found, "value"),
                "country": shapes.text(found, "country"),
                "status": shapes.text(found, "verification", "status"),
            },
        )
    TaxId.objects.filter(customer=row).exclude(stripe_tax_id__in=[str(found["id"]) for found in listed]).delete()
