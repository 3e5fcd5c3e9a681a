"""One request for a refund, and one limit, each of its own organization, role and currency."""

from collections.abc import Callable
from typing import Any

from django.db.models import Model

from billing.models import RefundLimit, RefundPart, RefundRequest
from tests.billing.factories import NOW, ChargeAttemptFactory, InvoiceFactory
from tests.factories import OrganizationFactory, UserFactory

_CURRENCIES = ("aud", "brl", "cad", "czk", "dkk", "hkd", "nok", "pln", "sek", "nzd")


def refund_request(number: int, **changed: Any) -> RefundRequest:
    organization = OrganizationFactory()
    row = RefundRequest.objects.create(
        **{
            "organization": organization,
            "charge": ChargeAttemptFactory(organization=organization),
            "invoice": InvoiceFactory(organization=organization),
            "livemode": bool(number % 2),
            "currency": "eur",
            "amount_minor": 3000,
            "net_minor": 2521,
            "tax_minor": 479,
            "reason": "requested_by_customer",
            "credit_reason": "order_change",
            "note": "They never used it",
            "requested_by": UserFactory(),
            "requested_at": NOW,
            **changed,
        }
    )
    RefundPart.objects.create(request=row, stripe_line_id="il_1", description="Growth", net_minor=2521, tax_minor=479)
    return row


def refund_limit(number: int) -> RefundLimit:
    return RefundLimit.objects.create(
        role="support",
        currency=_CURRENCIES[number],
        per_charge_minor=10000,
        per_day_minor=50000,
        window_days=60,
    )


OF_REFUNDS: dict[type[Model], tuple[Callable[[int], Any], Callable[[Any], str]]] = {
    RefundLimit: (refund_limit, lambda row: row.currency),
    RefundRequest: (refund_request, lambda row: str(row.uuid)),
}
