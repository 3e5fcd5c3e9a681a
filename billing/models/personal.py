"""Names every column of billing that may hold something personal, and empties them for one organization (rule G3).

A new column with free text, an e-mail, an address or JSON belongs here, or into the test's list of those that hold
nothing personal. Sums, states, dates and Stripe's ids stay: they are the books.
"""

from dataclasses import dataclass
from typing import Any

from django.db.models import Model

from billing.models.api_key import ApiKey
from billing.models.api_request import ApiRequest
from billing.models.audit import AuditNote
from billing.models.billing_email import BillingEmailChange
from billing.models.cancellation import CancelRequest
from billing.models.charge import ChargeAttempt
from billing.models.checkout import CheckoutIntent
from billing.models.credit_note import CreditNote
from billing.models.customer import Customer
from billing.models.customer_credit import CustomerCredit
from billing.models.customer_note import CustomerNote
from billing.models.details import BillingDetails, CustomerDetails, DetailsRequest, TaxId
from billing.models.dunning import DunningAttempt, DunningCase
from billing.models.dunning_request import CaseRequest
from billing.models.entitlement import EntitlementOverride
from billing.models.evidence import EvidenceDraft, EvidenceFile, EvidenceSubmission
from billing.models.invoice import Invoice
from billing.models.invoice_terms import InvoiceTermsChange
from billing.models.notice import Notice, NoticeContent
from billing.models.payment_method_change import CardSetup
from billing.models.refund_request import RefundRequest
from billing.models.staff_task import StaffTask
from billing.models.trial_card import TrialAllowance
from billing.models.trial_change import TrialChange
from billing.models.webhook_endpoint import OutgoingEvent, WebhookAttempt, WebhookDelivery, WebhookEndpoint


@dataclass(frozen=True, slots=True)
class Personal:
    """Columns of one model; `path` leads from its rows to the organization. Without `values` the rows are deleted."""

    model: type[Model]
    path: str = "organization"
    values: dict[str, Any] | None = None


PERSONAL: tuple[Personal, ...] = (
    Personal(NoticeContent, "notice__organization"),
    Personal(ApiRequest),
    Personal(ApiKey),
    Personal(CustomerNote),
    Personal(CustomerCredit, values={"reason": ""}),
    Personal(BillingDetails),
    Personal(AuditNote, "entry__organization"),
    Personal(CustomerDetails, "customer__organization"),
    Personal(TaxId, "customer__organization"),
    Personal(Notice, values={"last_error": ""}),
    Personal(Customer, values={"creation_name": "", "creation_email": ""}),
    Personal(DetailsRequest, values={"values": {}, "failure": ""}),
    Personal(BillingEmailChange, values={"old_email": "", "new_email": ""}),
    Personal(CancelRequest, values={"comment": ""}),
    Personal(TrialAllowance, values={"reason": ""}),
    Personal(TrialChange, values={"reason": ""}),
    Personal(TrialChange, values={"reason": ""}),
    Personal(CaseRequest, values={"reason": ""}),
    Personal(EvidenceDraft, "dispute__organization"),
    Personal(EvidenceFile, "dispute__organization"),
    Personal(EvidenceSubmission, "dispute__organization", values={"texts": {}, "files": {}}),
    Personal(EntitlementOverride, values={"reason": "", "end_reason": ""}),
    Personal(RefundRequest, values={"note": "", "decision_note": ""}),
    Personal(InvoiceTermsChange, values={"reason": ""}),
    Personal(CheckoutIntent, values={"url": ""}),
    Personal(CardSetup, values={"url": ""}),
    Personal(Invoice, values={"hosted_invoice_url": "", "invoice_pdf_url": ""}),
    Personal(CreditNote, values={"pdf_url": ""}),
    Personal(ChargeAttempt, values={"card_fingerprint": ""}),
    Personal(DunningCase, values={"card_fingerprint": ""}),
    Personal(DunningAttempt, "case__organization", values={"card_fingerprint": ""}),
    Personal(WebhookAttempt, "delivery__endpoint__organization"),
    Personal(WebhookDelivery, "endpoint__organization"),
    Personal(WebhookEndpoint),
    Personal(OutgoingEvent),
)


def empty_personal_columns(organization_id: int) -> None:
    """Empty or delete all of the table, in the caller's transaction. Safe to repeat."""
    for personal in PERSONAL:
        rows = personal.model._default_manager.filter(**{f"{personal.path}_id": organization_id})
        if personal.values is None:
            rows.delete()
        else:
            rows.update(**personal.values)


def rename_in_tasks(organization_id: int, *, name: str, pseudonym: str) -> None:
    """Staff's tasks name the organization in words."""
    for task in StaffTask.objects.filter(organization_id=organization_id, summary__contains=name):
        task.summary = task.summary.replace(name, pseudonym)[: StaffTask._meta.get_field("summary").max_length]
        task.save(update_fields=["summary"])
