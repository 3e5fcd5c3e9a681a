"""The inbox: one row for each event that a provider sent us, kept after it was handled; and looks for the rest."""

from django.db import models
from django.utils import timezone


class InboxEvent(models.Model):
    class State(models.TextChoices):
        NEW = "new", "New"
        DISPATCHED = "dispatched", "Dispatched"
        DONE = "done", "Done"
        IGNORED = "ignored", "Ignored"
        QUARANTINED = "quarantined", "Quarantined"
        DEAD = "dead", "Dead"

    class Source(models.TextChoices):
        PUSH = "push", "Delivered"
        BACKFILL = "backfill", "Back-filled"

    provider = models.CharField(max_length=20)
    endpoint = models.CharField(max_length=40)
    event_id = models.CharField(max_length=255)
    type = models.CharField(max_length=100, blank=True)
    account = models.CharField(max_length=255, blank=True)
    livemode = models.BooleanField(default=False)
    api_version = models.CharField(max_length=40, blank=True)
    object_id = models.CharField(max_length=255, blank=True, db_index=True)
    object_key = models.CharField(
        max_length=330, blank=True, help_text="The work that this event asked for; done when that is done."
    )
    created_at = models.DateTimeField(null=True, blank=True, help_text="When the provider made it.")
    received_at = models.DateTimeField(default=timezone.now)
    body = models.BinaryField(null=True)
    state = models.CharField(max_length=12, choices=State.choices, default=State.NEW)
    source = models.CharField(max_length=10, choices=Source.choices, default=Source.PUSH)
    replays = models.PositiveIntegerField(default=0, db_default=0, help_text="How often staff had it handled again.")
    dispatched_at = models.DateTimeField(
        null=True, blank=True, help_text="When it was handed over, or staff were told why it was not."
    )
    handled_at = models.DateTimeField(null=True, blank=True)
    error = models.CharField(max_length=300, blank=True)

    IS_UNTOLD = models.Q(state__in=["dead", "quarantined"], dispatched_at=None)
    """Set aside when it came or when it was read, and nobody was told so far."""

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["provider", "endpoint", "event_id"], name="one_row_per_event"),
        ]
        indexes = [
            models.Index(fields=["id"], condition=models.Q(state="new"), name="inbox_new"),
            models.Index(fields=["object_key"], condition=models.Q(state="dispatched"), name="inbox_dispatched"),
            models.Index(fields=["id"], condition=models.Q(state="dead"), name="inbox_dead"),
            models.Index(
                fields=["id"],
                condition=models.Q(state__in=["dead", "quarantined"], dispatched_at=None),
                name="inbox_untold",
            ),
            models.Index(fields=["id"], condition=models.Q(state="quarantined"), name="inbox_quarantined"),
        ]
        permissions = [("replay_inboxevent", "Can have events handled again")]

    def __str__(self) -> str:
        return f"{self.type} {self.event_id}"


class Backfill(models.Model):
    """One look through Stripe's list of events for what never came. `reached` lets it go on where it stopped."""

    class State(models.TextChoices):
        RUNNING = "running", "Running"
        FINISHED = "finished", "Finished"
        FAILED = "failed", "Failed"

    livemode = models.BooleanField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.RUNNING)
    asked_by = models.CharField(max_length=40, help_text="The schedule, a command, or a member of staff.")
    since_at = models.DateTimeField(help_text="Events made at Stripe from then on.")
    until_at = models.DateTimeField()
    reached = models.CharField(max_length=255, blank=True, help_text="The last event looked at (evt_…).")
    reached_at = models.DateTimeField(null=True, blank=True, help_text="When that was made; the newest come first.")
    events_seen = models.PositiveIntegerField(default=0)
    events_found = models.PositiveIntegerField(default=0, help_text="Those that had never come.")
    error = models.CharField(max_length=300, blank=True)
    started_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["livemode", "-until_at"], name="backfill_latest")]
        permissions = [("start_backfill", "Can have Stripe's list of events looked through")]
        verbose_name = "look for missing events"
        verbose_name_plural = "looks for missing events"

    def __str__(self) -> str:
        return f"{self.since_at:%Y-%m-%d %H:%M} to {self.until_at:%Y-%m-%d %H:%M}"
