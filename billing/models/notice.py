"""The outbox of e-mails: a row before it is sent, under a key that lets each be sent once."""

import uuid

from django.db import models
from django.utils import timezone


class Notice(models.Model):
    """`key` names cause and kind (`payment_failed:in_…`): the database refuses a second one."""

    class State(models.TextChoices):
        DUE = "due", "Due"
        SENDING = "sending", "Sending"
        SENT = "sent", "Sent"
        EXPIRED = "expired", "Expired"
        FAILED = "failed", "Failed"

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    key = models.CharField(max_length=200, unique=True)
    kind = models.CharField(max_length=40, db_index=True)
    organization = models.ForeignKey(
        "accounts.Organization", on_delete=models.SET_NULL, null=True, blank=True, related_name="notices"
    )
    state = models.CharField(max_length=8, choices=State.choices, default=State.DUE, db_index=True)
    created_at = models.DateTimeField(default=timezone.now)
    run_at = models.DateTimeField(default=timezone.now)
    lease_until = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveIntegerField(default=0)
    last_error = models.CharField(max_length=300, blank=True)

    class Meta:
        permissions = [("resend_notice", "Can send a mail once more")]

    def __str__(self) -> str:
        return self.key


class NoticeContent(models.Model):
    """To whom and what: personal data, erasable without touching the record that it was sent."""

    notice = models.OneToOneField(Notice, on_delete=models.CASCADE, related_name="content")
    recipient = models.EmailField()
    subject = models.CharField(max_length=255)
    text = models.TextField()
    html = models.TextField(blank=True)

    def __str__(self) -> str:
        return self.subject
