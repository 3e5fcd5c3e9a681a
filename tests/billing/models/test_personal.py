"""That no column in which something personal could stand is forgotten."""

from django.apps import apps
from django.db.models import EmailField, GenericIPAddressField, JSONField, TextField

from billing.models.personal import PERSONAL

OPEN_KINDS = (TextField, EmailField, GenericIPAddressField, JSONField)
# Ids, sums, states and words of ours; what stands in them says nothing of a person.
NOTHING_PERSONAL = {
    "AuditEntry.after",
    "AuditEntry.before",
    "AccessFact.body",
    "AuditEntry.details",
    "CaseEvent.details",
    "ChangePreview.lines",
    "ChangePreview.next_lines",
    "DiscountChange.discounts",
    "DunningPolicy.body",
    "PaymentMethodChange.stripe_subscription_ids",
    "Reconciliation.cursor",
    "Transition.event_ids",
    "Work.event_ids",
}


def test_every_open_column_is_erased_or_named_as_holding_nothing_personal() -> None:
    deleted = {personal.model for personal in PERSONAL if personal.values is None}
    emptied = {f"{personal.model.__name__}.{name}" for personal in PERSONAL for name in personal.values or ()}
    open_columns = {
        f"{model.__name__}.{field.name}"
        for model in apps.get_app_config("billing").get_models()
        if model not in deleted
        for field in model._meta.concrete_fields
        if isinstance(field, OPEN_KINDS)
    }

    assert open_columns - emptied == NOTHING_PERSONAL
