"""Staff's decision to let a trial last longer, or to end it before its time."""

from django.db import models

from billing.models.intent import Intent


class TrialChange(Intent):
    """Of a trial of ours (`local_trial`) or of one at Stripe."""

    class Action(models.TextChoices):
        EXTEND = "extend", "Extend the trial"
        END = "end", "End the trial now"

    organization = models.ForeignKey("accounts.Organization", on_delete=models.PROTECT, related_name="trial_changes")
    action = models.CharField(max_length=6, choices=Action.choices)
    reason = models.CharField(max_length=300)
    local_trial = models.ForeignKey(
        "billing.LocalTrial", on_delete=models.PROTECT, null=True, blank=True, related_name="changes"
    )
    stripe_subscription_id = models.CharField(max_length=255, blank=True)
    ended_before_at = models.DateTimeField(help_text="The end that the trial had.")
    ends_at = models.DateTimeField(null=True, blank=True, help_text="The end that it is to have; none for at once.")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "request_key"], name="one_trial_change_per_request"),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.stripe_subscription_id or self.local_trial_id} {self.state}"
