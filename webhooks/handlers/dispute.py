"""Events about disputes and early fraud warnings; the charge changes with a dispute."""

from billing.services.sync import ObjectRef
from billing.terms import ObjectKind
from webhooks.handlers.payload import Event, Handlers, perhaps, subject


def dispute(event: Event) -> list[ObjectRef]:
    return [subject(event, ObjectKind.DISPUTE), *perhaps(event, ObjectKind.CHARGE, "charge")]


def early_fraud_warning(event: Event) -> list[ObjectRef]:
    return [subject(event, ObjectKind.EARLY_FRAUD_WARNING), *perhaps(event, ObjectKind.CHARGE, "charge")]


HANDLERS: Handlers = {
    "charge.dispute.created": dispute,
    "charge.dispute.updated": dispute,
    "charge.dispute.closed": dispute,
    "charge.dispute.funds_withdrawn": dispute,
    "charge.dispute.funds_reinstated": dispute,
    "radar.early_fraud_warning.created": early_fraud_warning,
    "radar.early_fraud_warning.updated": early_fraud_warning,
}
