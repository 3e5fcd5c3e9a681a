"""What stands in rows on the page of a dunning case: our tries with their answers, and what staff asked for."""

from django.utils.safestring import SafeString
from unfold.decorators import display

from billing.admin.case_words import trigger_text
from billing.admin.objects import page_of
from billing.admin.read_only import ReadOnlyInline
from billing.admin.shown import NOTHING, amount
from billing.models import CaseRequest, DunningAttempt
from billing.terms import ObjectKind


def answer_text(row: DunningAttempt) -> str:
    """What Stripe, the bank or our last look said."""
    return " · ".join(part for part in (row.decline_code, row.failure) if part) or NOTHING


class AttemptInline(ReadOnlyInline):
    model = DunningAttempt
    verbose_name_plural = "Our tries"
    ordering = ["seq"]
    fields = readonly_fields = ["seq", "why", "state", "sum", "planned_at", "sent_at", "answer", "charge"]

    @display(description="Because of", ordering="trigger")
    def why(self, row: DunningAttempt) -> str:
        return trigger_text(row.trigger)

    @display(description="Amount")
    def sum(self, row: DunningAttempt) -> str:
        return amount(row.amount_minor, row.currency)

    @display(description="Answer")
    def answer(self, row: DunningAttempt) -> str:
        return answer_text(row)

    @display(description="Charge")
    def charge(self, row: DunningAttempt) -> SafeString | str:
        return page_of(ObjectKind.CHARGE.value, row.stripe_charge_id) or NOTHING


class RequestInline(ReadOnlyInline):
    model = CaseRequest
    verbose_name_plural = "What staff asked for"
    ordering = ["id"]
    fields = readonly_fields = ["created_at", "action", "until", "reason", "requested_by", "state", "failure"]
