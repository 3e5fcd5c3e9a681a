"""What somebody on the staff asked of a dunning case, with the reason and what became of it."""

from django.db import models

from billing.models.choices import choices_of
from billing.models.intent import Intent
from billing.terms import CaseAction


class CaseRequest(Intent):
    """Unique per form that was sent. `until` (business time) is the end of a hold, or the new deadline.

    Only forgiving asks Stripe, under `{uuid}:void`; all others are done with the row.
    """

    organization = models.ForeignKey("accounts.Organization", on_delete=models.PROTECT, related_name="case_requests")
    case = models.ForeignKey("billing.DunningCase", on_delete=models.PROTECT, related_name="requests")
    action = models.CharField(max_length=20, choices=choices_of(CaseAction))
    reason = models.CharField(max_length=300)
    until = models.DateTimeField(null=True, blank=True)
    moves_deadline = models.BooleanField(default=False)
    attempt = models.OneToOneField("billing.DunningAttempt", on_delete=models.PROTECT, null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case", "request_key"], name="one_case_request_per_request"),
            models.UniqueConstraint(
                fields=["case"],
                condition=models.Q(action="forgive", state="recorded"),
                name="one_open_forgiving_per_case",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_action_display()} {self.case.stripe_invoice_id}"
