"""What happened to an object of Stripe's, append-only, and what was done about it. Ids only, no personal data."""

from django.db import models
from django.utils import timezone

from billing.models.choices import choices_of
from billing.terms import ObjectKind


class Transition(models.Model):
    """A change of state that a refresh saw, or a new fact (`from_state` empty), written with the typed row."""

    kind = models.CharField(max_length=30, choices=choices_of(ObjectKind))
    stripe_id = models.CharField(max_length=255, db_index=True)
    organization = models.ForeignKey(
        "accounts.Organization", on_delete=models.PROTECT, null=True, related_name="transitions"
    )
    livemode = models.BooleanField()
    aspect = models.CharField(max_length=30, default="status", help_text="Which state of the object changed.")
    from_state = models.CharField(max_length=60, blank=True)
    to_state = models.CharField(max_length=60)
    is_baseline = models.BooleanField(default=False, help_text="First sight in an import or repair: no effects.")
    event_ids = models.JSONField(default=list)
    observed_at = models.DateTimeField(default=timezone.now, help_text="System time of the refresh.")
    business_at = models.DateTimeField(help_text="Business time of the refresh; notices expire from here.")
    is_settled = models.BooleanField(default=False, help_text="Every reaction has its handled row.")
    run_at = models.DateTimeField(
        default=timezone.now, help_text="System time; a reaction that cannot be carried out yet waits until then."
    )

    class Meta:
        indexes = [
            models.Index(fields=["id"], condition=models.Q(is_settled=False), name="unsettled_transitions"),
            models.Index(fields=["organization", "-observed_at"], name="transition_by_organization"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.stripe_id}: {self.from_state or '–'} → {self.to_state}"


class Handled(models.Model):
    """That one reaction to one transition was carried out; committed with what it decided."""

    transition = models.ForeignKey(Transition, on_delete=models.PROTECT, related_name="handled")
    reaction = models.CharField(max_length=60)
    outcome = models.CharField(max_length=60, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["transition", "reaction"], name="one_handling_per_reaction"),
        ]

    def __str__(self) -> str:
        return f"{self.reaction} {self.outcome}"
