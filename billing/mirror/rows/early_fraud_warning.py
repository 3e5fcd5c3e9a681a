"""Writes a bank's warning that a charge is probably fraudulent."""

from typing import Any

from django.conf import settings

from billing.mirror import shapes
from billing.mirror.rows.owner import ask_for_charge, organization_id_of_charge
from billing.mirror.written import Fetched, Written, status_change
from billing.models import EarlyFraudWarning


def write(fetched: Fetched) -> Written:
    if fetched.obj is None:
        return Written()
    rows = EarlyFraudWarning.objects.select_for_update()
    row = rows.filter(stripe_early_fraud_warning_id=fetched.ref.stripe_id).first()
    before = "" if row is None else _state(row)
    row = row or EarlyFraudWarning(stripe_early_fraud_warning_id=fetched.ref.stripe_id)
    fill(row, fetched.obj)
    row.fetched_at = fetched.system_at
    row.save()
    return Written(
        row.organization_id,
        changes=status_change(before, _state(row)),
        follow=ask_for_charge(row.stripe_charge_id, organization_id=row.organization_id),
    )


def fill(row: EarlyFraudWarning, obj: Any) -> None:
    """Set what Stripe says on a row, stored or not; saves nothing."""
    row.livemode = settings.STRIPE_LIVE_MODE
    row.stripe_charge_id = shapes.text(obj, "charge")
    row.stripe_payment_intent_id = shapes.text(obj, "payment_intent")
    row.organization_id = organization_id_of_charge(row.stripe_charge_id)
    row.fraud_type = shapes.text(obj, "fraud_type")
    row.is_actionable = bool(shapes.value(obj, "actionable"))
    row.created_at = shapes.created_at(obj)


def _state(row: EarlyFraudWarning) -> str:
    return "actionable" if row.is_actionable else "closed"
