"""Somebody's decision to pause a subscription, to take it up again, or ours to begin the period that follows."""

from django.db import models

from billing.models.choices import choices_of
from billing.models.intent import Intent
from billing.terms import PauseBehaviour


class PauseRequest(Intent):
    class Action(models.TextChoices):
        PAUSE = "pause", "Pause"
        RESUME = "resume", "Resume now"
        BEGIN_PERIOD = "begin_period", "Begin a period after the pause"

    organization = models.ForeignKey("accounts.Organization", on_delete=models.PROTECT, related_name="pause_requests")
    action = models.CharField(max_length=12, choices=Action.choices)
    behaviour = models.CharField(max_length=20, blank=True, choices=choices_of(PauseBehaviour))
    resumes_at = models.DateTimeField(null=True, blank=True)
    is_charged = models.BooleanField(default=False, help_text="A period begins with it and is paid for.")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "request_key"], name="one_pause_request_per_request"),
            models.UniqueConstraint(
                fields=["stripe_subscription_id"],
                condition=models.Q(action__in=["resume", "begin_period"], state="recorded"),
                name="one_resumption_at_a_time",
            ),
            models.CheckConstraint(
                condition=~models.Q(action="pause") | models.Q(resumes_at__isnull=False), name="pause_has_an_end"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.stripe_subscription_id} {self.state}"
