"""The drift ledger: what comparing our rows with Stripe's lists found, and whether it was repaired. Append-only."""

from django.db import models
from django.utils import timezone

from billing.models.choices import choices_of
from billing.terms import DriftKind, DriftOutcome, ObjectKind, RunState


class Reconciliation(models.Model):
    """One comparison. `cursor` names the list and the last id compared, so that it can go on where it stopped."""

    livemode = models.BooleanField()
    state = models.CharField(max_length=10, choices=choices_of(RunState), default=RunState.RUNNING)
    does_repair = models.BooleanField()
    asked_by = models.CharField(max_length=40, help_text="The schedule, a command, or a member of staff.")
    cursor = models.JSONField(default=dict)
    objects_compared = models.PositiveIntegerField(default=0)
    pages = models.PositiveIntegerField(default=0, help_text="Of Stripe's lists.")
    refreshes = models.PositiveIntegerField(default=0, help_text="Of objects that differed.")
    drifts_found = models.PositiveIntegerField(default=0)
    drifts_repaired = models.PositiveIntegerField(default=0)
    error = models.CharField(max_length=300, blank=True)
    started_at = models.DateTimeField(default=timezone.now)
    heard_of_at = models.DateTimeField(default=timezone.now, help_text="System time of the last page.")
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = "comparison with Stripe"
        verbose_name_plural = "comparisons with Stripe"
        constraints = [
            models.UniqueConstraint(
                fields=["livemode"], condition=models.Q(state="running"), name="one_running_reconciliation"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.started_at:%Y-%m-%d %H:%M} {self.state}"


class Drift(models.Model):
    """One field of one object in which our row differed from Stripe."""

    reconciliation = models.ForeignKey(Reconciliation, on_delete=models.PROTECT, related_name="drifts")
    object_kind = models.CharField(max_length=30, choices=choices_of(ObjectKind))
    stripe_id = models.CharField(max_length=255, db_index=True)
    organization = models.ForeignKey(
        "accounts.Organization", on_delete=models.PROTECT, null=True, related_name="drifts"
    )
    kind = models.CharField(max_length=30, choices=choices_of(DriftKind), db_index=True)
    ours = models.CharField(max_length=300, blank=True)
    theirs = models.CharField(max_length=300, blank=True)
    theirs_digest = models.CharField(
        max_length=64, blank=True, help_text="What Stripe listed: a repair writes only what is still the same."
    )
    found_at = models.DateTimeField(default=timezone.now, help_text="System time at which the list was asked for.")
    outcome = models.CharField(max_length=20, choices=choices_of(DriftOutcome), default=DriftOutcome.NOTED)
    repaired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = "difference"
        constraints = [
            models.UniqueConstraint(
                fields=["reconciliation", "object_kind", "stripe_id", "kind"], name="one_drift_per_run_and_kind"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.stripe_id} {self.kind}: {self.ours or '–'} / {self.theirs or '–'}"
