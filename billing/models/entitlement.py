"""What staff grant one customer beside its plan, and the append-only record of everything that decides access."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from billing.models.choices import choices_of
from billing.terms import AccessFactKind, OverrideKind


class EntitlementOverride(models.Model):
    """An agreement with one customer: a feature, or a whole plan (a comp), with a reason and perhaps an end.

    A granted row is never changed: it is ended, once. Times but `created_at` are business time.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    organization = models.ForeignKey(
        "accounts.Organization", on_delete=models.PROTECT, related_name="entitlement_overrides"
    )
    kind = models.CharField(max_length=10, choices=choices_of(OverrideKind))
    feature = models.ForeignKey(
        "billing.Feature", on_delete=models.PROTECT, null=True, blank=True, related_name="overrides"
    )
    plan = models.ForeignKey("billing.Plan", on_delete=models.PROTECT, null=True, blank=True, related_name="comps")
    limit = models.PositiveBigIntegerField(null=True, blank=True)
    quantity = models.PositiveIntegerField(default=1, help_text="For how many seats a whole plan is granted.")
    reason = models.CharField(max_length=300)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True, blank=True, help_text="None: until it is ended.")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    request_key = models.UUIDField()
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    end_reason = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "request_key"], name="one_override_per_request"),
            models.CheckConstraint(
                condition=Q(kind=OverrideKind.PLAN.value, plan__isnull=False, feature=None)
                | (~Q(kind=OverrideKind.PLAN.value) & Q(plan=None, feature__isnull=False)),
                name="an_override_has_a_feature_or_a_plan",
            ),
            models.CheckConstraint(
                condition=Q(kind=OverrideKind.NUMBER.value, limit__isnull=False)
                | (~Q(kind=OverrideKind.NUMBER.value) & Q(limit=None)),
                name="only_a_number_has_a_limit",
            ),
            models.CheckConstraint(
                condition=Q(ends_at=None) | Q(ends_at__gt=F("starts_at")), name="an_override_ends_after_its_start"
            ),
        ]
        permissions = [
            ("grant_entitlementoverride", "Can grant a feature or a plan beside what is paid for"),
            ("end_entitlementoverride", "Can end what was granted beside a plan"),
        ]

    @property
    def code(self) -> str:
        """Of what is granted, in the catalogue."""
        granted = self.plan or self.feature
        return granted.code if granted else ""

    def __str__(self) -> str:
        return f"{self.kind} {self.feature or self.plan}"


class AccessFact(models.Model):
    """One version of something that decides access, written in the transaction that changed it. Append-only.

    `body` holds ids, codes and moments, nothing personal; it is empty where the object is gone. Without an
    organization it is everybody's. `observed_at` is system time, `business_at` business time.
    """

    organization = models.ForeignKey(
        "accounts.Organization", on_delete=models.PROTECT, null=True, related_name="access_facts"
    )
    livemode = models.BooleanField()
    kind = models.CharField(max_length=15, choices=choices_of(AccessFactKind))
    key = models.CharField(max_length=255)
    body = models.JSONField(default=dict)
    observed_at = models.DateTimeField(default=timezone.now)
    business_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["organization", "id"], name="access_facts_of_one"),
            models.Index(fields=["kind", "key", "-id"], name="access_facts_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"
