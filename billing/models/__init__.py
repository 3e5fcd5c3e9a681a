"""Our rows: one file a concept. Mirror rows hold what Stripe said, intent rows hold what we decided."""

from billing.models.api_key import ApiKey
from billing.models.api_request import ApiRequest
from billing.models.audit import AuditEntry, AuditNote
from billing.models.billing_email import BillingEmailChange
from billing.models.cancellation import CancelRequest
from billing.models.catalogue import Feature, Plan, PlanFeature, Price
from billing.models.charge import ChargeAttempt
from billing.models.checkout import CheckoutIntent, CheckoutSession
from billing.models.credit_note import CreditNote
from billing.models.customer import Customer
from billing.models.customer_credit import CustomerCredit
from billing.models.customer_note import CustomerNote
from billing.models.details import BillingDetails, CustomerDetails, DetailsRequest, TaxId
from billing.models.discount import Discount, DiscountChange, PromotionCodeUse
from billing.models.dispute import Dispute, EarlyFraudWarning
from billing.models.dunning import CardBlock, CaseEvent, DunningAttempt, DunningCase
from billing.models.dunning_policy import CollectionConfirmation, DunningPolicy, DunningRule
from billing.models.dunning_request import CaseRequest
from billing.models.entitlement import AccessFact, EntitlementOverride
from billing.models.erasure import Erasure
from billing.models.evidence import EvidenceDraft, EvidenceFile, EvidenceSubmission
from billing.models.invoice import Invoice
from billing.models.invoice_payment import InvoicePayment
from billing.models.invoice_terms import InvoiceTermsChange
from billing.models.notice import Notice, NoticeContent
from billing.models.pause import PauseRequest
from billing.models.payment_method import PaymentMethod
from billing.models.payment_method_change import CardSetup, PaymentMethodChange
from billing.models.plan_change import (
    ChangePreview,
    PlanChange,
    end_change,
    let_go_of_change,
    scheduled_change,
    settle_change,
)
from billing.models.portal import PortalConfiguration
from billing.models.reconciliation import Drift, Reconciliation
from billing.models.refund import Refund
from billing.models.refund_request import RefundLimit, RefundPart, RefundRequest
from billing.models.reservations import give_back_reservations, reserve_code
from billing.models.schedule import SubscriptionSchedule
from billing.models.seats import SeatChange, SeatSync
from billing.models.staff_task import StaffTask, open_staff_task, resolve_staff_tasks
from billing.models.stripe_account import StripeAccount
from billing.models.subscription import Subscription, SubscriptionItem
from billing.models.transition import Handled, Transition
from billing.models.trial import LocalTrial, TrialRedemption
from billing.models.trial_card import TrialAllowance, TrialCard, TrialRefusal
from billing.models.trial_change import TrialChange
from billing.models.webhook_endpoint import OutgoingEvent, WebhookAttempt, WebhookDelivery, WebhookEndpoint
from billing.models.work import Work

__all__ = [
    "ApiKey",
    "ApiRequest",
    "AccessFact",
    "AuditEntry",
    "AuditNote",
    "BillingDetails",
    "BillingEmailChange",
    "CancelRequest",
    "ChangePreview",
    "CardBlock",
    "CardSetup",
    "CaseEvent",
    "CaseRequest",
    "ChargeAttempt",
    "CheckoutIntent",
    "CheckoutSession",
    "CollectionConfirmation",
    "CreditNote",
    "Customer",
    "CustomerCredit",
    "CustomerDetails",
    "CustomerNote",
    "DetailsRequest",
    "Discount",
    "DiscountChange",
    "Dispute",
    "Drift",
    "DunningAttempt",
    "DunningCase",
    "DunningPolicy",
    "DunningRule",
    "EarlyFraudWarning",
    "EntitlementOverride",
    "Erasure",
    "EvidenceDraft",
    "EvidenceFile",
    "EvidenceSubmission",
    "Feature",
    "Handled",
    "Invoice",
    "InvoicePayment",
    "InvoiceTermsChange",
    "LocalTrial",
    "Notice",
    "NoticeContent",
    "OutgoingEvent",
    "PauseRequest",
    "PaymentMethod",
    "PaymentMethodChange",
    "Plan",
    "PlanChange",
    "PlanFeature",
    "PortalConfiguration",
    "Price",
    "PromotionCodeUse",
    "Reconciliation",
    "Refund",
    "RefundLimit",
    "RefundPart",
    "RefundRequest",
    "SeatChange",
    "SeatSync",
    "StaffTask",
    "StripeAccount",
    "Subscription",
    "SubscriptionItem",
    "SubscriptionSchedule",
    "TaxId",
    "Transition",
    "TrialAllowance",
    "TrialCard",
    "TrialChange",
    "TrialRedemption",
    "TrialRefusal",
    "WebhookAttempt",
    "WebhookDelivery",
    "WebhookEndpoint",
    "Work",
    "give_back_reservations",
    "open_staff_task",
    "reserve_code",
    "resolve_staff_tasks",
    "end_change",
    "let_go_of_change",
    "scheduled_change",
    "settle_change",
]
