"""How unpaid invoices are pursued: versions of policies that never change, and which case gets which."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone


class DunningPolicy(models.Model):
    """One version, immutable: cases keep the one that they were opened with. `sha256` is of the canonical body."""

    key = models.SlugField(max_length=40)
    version = models.PositiveIntegerField()
    body = models.JSONField()
    sha256 = models.CharField(max_length=64)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name_plural = "dunning policies"
        constraints = [
            models.UniqueConstraint(fields=["key", "version"], name="dunning_policies_are_numbered"),
        ]

    def __str__(self) -> str:
        return f"{self.key} v{self.version}"


class DunningRule(models.Model):
    """The first rule, by `position`, whose every stated condition holds names the policy of a new case.

    Without a matching rule it is `standard`. Sums are in the minor unit of `currency`.
    """

    position = models.PositiveIntegerField(unique=True)
    policy_key = models.SlugField(max_length=40)
    plan_code = models.CharField(max_length=50, blank=True)
    currency = models.CharField(max_length=3, blank=True)
    min_amount_minor = models.BigIntegerField(null=True, blank=True)
    max_amount_minor = models.BigIntegerField(null=True, blank=True)
    country = models.CharField(max_length=2, blank=True)
    min_tenure_days = models.PositiveIntegerField(null=True, blank=True)
    is_active = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(min_amount_minor=None, max_amount_minor=None) | ~Q(currency=""),
                name="a_rule_about_sums_names_the_currency",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.position}: {self.policy_key}"


class CollectionConfirmation(models.Model):
    """That somebody has switched Stripe's own retries off, account by account; needed before we retry ourselves."""

    stripe_account_id = models.CharField(max_length=255)
    livemode = models.BooleanField()
    confirmed_by = models.CharField(max_length=200)
    confirmed_at = models.DateTimeField(default=timezone.now)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    why_withdrawn = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["stripe_account_id", "livemode"],
                condition=Q(withdrawn_at=None),
                name="one_collection_confirmation_at_a_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.stripe_account_id} {self.confirmed_at:%Y-%m-%d}"
