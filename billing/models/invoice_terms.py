"""A decision of staff how an organization pays: by card, or by invoice within some days."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from billing.models.choices import choices_of
from billing.terms import IntentState


class InvoiceTermsChange(models.Model):
    """Committed before Stripe is told; `{uuid}:terms` is the key of the call."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    organization = models.ForeignKey("accounts.Organization", on_delete=models.PROTECT, related_name="terms_changes")
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    request_key = models.UUIDField()
    stripe_subscription_id = models.CharField(max_length=255, db_index=True)
    days_until_due = models.PositiveIntegerField(
        null=True, blank=True, help_text="Days from an invoice to its due day; none where the card is charged."
    )
    reason = models.CharField(max_length=300)
    state = models.CharField(max_length=10, choices=choices_of(IntentState), default=IntentState.RECORDED.value)
    failure = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "request_key"], name="one_terms_change_per_request"),
            models.UniqueConstraint(
                fields=["stripe_subscription_id"],
                condition=Q(state=IntentState.RECORDED.value),
                name="one_open_terms_change_per_subscription",
            ),
        ]

    def __str__(self) -> str:
        terms = f"{self.days_until_due} days" if self.days_until_due else "card"
        return f"{self.stripe_subscription_id} {terms} {self.state}"
