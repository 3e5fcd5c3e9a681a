"""The lease and the fence of one object at Stripe, for every caller that refreshes it."""

from django.db import models
from django.utils import timezone


class Work(models.Model):
    """`want` counts who asked for a refresh, `done` how many of those a finished refresh covers."""

    object_key = models.CharField(max_length=330, primary_key=True, help_text="provider/account/mode/kind/id")
    kind = models.CharField(max_length=30)
    stripe_id = models.CharField(max_length=255)
    want = models.PositiveBigIntegerField(default=0)
    done = models.PositiveBigIntegerField(default=0)
    fence = models.PositiveBigIntegerField(default=0)
    lease_until = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveIntegerField(default=0, help_text="Failures in a row of any kind: the wait grows.")
    faults = models.PositiveIntegerField(default=0, help_text="Those that were a fault of ours: eight make it dead.")
    dead_at = models.DateTimeField(null=True, blank=True, help_text="Given up; a later event tries it once more.")
    run_at = models.DateTimeField(default=timezone.now)
    last_error = models.CharField(max_length=300, blank=True)
    is_baseline = models.BooleanField(
        default=False, help_text="Only a repair asked for it: what it finds is written down and causes nothing."
    )
    event_ids = models.JSONField(default=list, help_text="Events that asked since the last finished refresh.")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name_plural = "work"
        permissions = [("revive_work", "Can have objects tried again that were given up")]
        indexes = [
            models.Index(fields=["run_at"], condition=models.Q(done__lt=models.F("want")), name="work_to_do"),
            models.Index(fields=["dead_at"], condition=models.Q(dead_at__isnull=False), name="work_dead"),
        ]

    def __str__(self) -> str:
        return self.object_key
