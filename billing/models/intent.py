"""What every recorded decision of ours has: who decided, the key that makes it one, and how it ended."""

import uuid
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.utils import timezone

from billing.models.choices import choices_of
from billing.terms import IntentState

if TYPE_CHECKING:
    from accounts.models import Organization


class Intent(models.Model):
    """Committed before Stripe is asked; `{uuid}:{step}` is the key of each call. Subclasses have `organization`."""

    if TYPE_CHECKING:
        organization: models.ForeignKey[Organization, Organization]

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    request_key = models.UUIDField()
    stripe_subscription_id = models.CharField(max_length=255)
    state = models.CharField(max_length=10, choices=choices_of(IntentState), default=IntentState.RECORDED.value)
    failure = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        abstract = True
