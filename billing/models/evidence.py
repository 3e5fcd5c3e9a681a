"""What staff say to a dispute: the draft, its files, and each sending of it to Stripe."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from billing.models.choices import choices_of
from billing.terms import FINAL_EVIDENCE_KINDS, DisputePhase, EvidenceKind, EvidenceState

_FINAL = [kind.value for kind in FINAL_EVIDENCE_KINDS]


class EvidenceDraft(models.Model):
    """The texts so far, by Stripe's names of fields. Kept here; nothing of it is at Stripe before it is staged."""

    dispute = models.OneToOneField("billing.Dispute", on_delete=models.PROTECT, related_name="draft")
    texts = models.JSONField(default=dict, blank=True)
    missing = models.JSONField(default=list, blank=True, help_text="Facts that we did not have for the pack.")
    version = models.PositiveIntegerField(default=0)
    updated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    updated_at = models.DateTimeField(default=timezone.now)
    pack_built_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"Draft for {self.dispute_id}"


class EvidenceFile(models.Model):
    """One document of a dispute; `{uuid}:file` is the key of its upload. Rows are replaced, never changed."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    dispute = models.ForeignKey("billing.Dispute", on_delete=models.PROTECT, related_name="evidence_files")
    field = models.CharField(max_length=40)
    name = models.CharField(max_length=200)
    content = models.BinaryField()
    size_bytes = models.PositiveIntegerField()
    pages = models.PositiveIntegerField(default=1)
    is_pack = models.BooleanField(default=False)
    is_current = models.BooleanField(default=True)
    stripe_file_id = models.CharField(max_length=255, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["dispute", "field"], condition=Q(is_current=True), name="one_current_file_per_evidence_field"
            )
        ]

    def __str__(self) -> str:
        return self.name


class EvidenceSubmission(models.Model):
    """Committed before Stripe is asked; `{uuid}:{kind}` is the key of the call, and the UUID goes into its metadata.

    `texts` and `files` (UUIDs by field) are what is sent, frozen with the row. One final answer a phase.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    dispute = models.ForeignKey("billing.Dispute", on_delete=models.PROTECT, related_name="submissions")
    kind = models.CharField(max_length=10, choices=choices_of(EvidenceKind))
    phase = models.CharField(max_length=10, choices=choices_of(DisputePhase))
    state = models.CharField(max_length=10, choices=choices_of(EvidenceState), default=EvidenceState.RECORDED.value)
    texts = models.JSONField(default=dict, blank=True)
    files = models.JSONField(default=dict, blank=True)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    request_key = models.UUIDField()
    failure = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    recorded_at = models.DateTimeField(null=True, blank=True, help_text="From then on Stripe may have been asked.")
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["dispute", "request_key"], name="one_submission_per_request"),
            models.UniqueConstraint(
                fields=["dispute", "phase"],
                condition=Q(kind__in=_FINAL) & ~Q(state=EvidenceState.FAILED.value),
                name="one_final_answer_per_dispute",
            ),
            models.CheckConstraint(
                condition=Q(approved_by=None) | Q(requested_by=None) | ~Q(approved_by=F("requested_by")),
                name="approved_by_a_second_person",
            ),
        ]
        indexes = [
            models.Index(
                fields=["recorded_at"],
                condition=Q(state=EvidenceState.RECORDED.value),
                name="evidence_on_its_way",
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.dispute_id} {self.state}"
