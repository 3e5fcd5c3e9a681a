"""Staff's view of billing: to look at, not to change; what may be done here is done by a service."""

from billing.admin.api_keys import ApiKeyAdmin, ApiRequestAdmin
from billing.admin.audit import AuditEntryAdmin
from billing.admin.cancellations import CancelRequestAdmin
from billing.admin.case_rows import CardBlockAdmin, CaseRequestAdmin, DunningAttemptAdmin
from billing.admin.cases import DunningCaseAdmin
from billing.admin.catalogue import FeatureAdmin, PlanAdmin, PriceAdmin
from billing.admin.change_previews import ChangePreviewAdmin
from billing.admin.charges import ChargeAttemptAdmin
from billing.admin.checkouts import CheckoutIntentAdmin
from billing.admin.credit_notes import CreditNoteAdmin
from billing.admin.customer_credits import CustomerCreditAdmin
from billing.admin.customer_notes import CustomerNoteAdmin
from billing.admin.customers import CustomerAdmin
from billing.admin.details import BillingEmailChangeAdmin, DetailsRequestAdmin, ErasureAdmin
from billing.admin.discounts import DiscountAdmin, DiscountChangeAdmin
from billing.admin.disputes import DisputeAdmin, EarlyFraudWarningAdmin
from billing.admin.drift import DriftAdmin, ReconciliationAdmin
from billing.admin.entitlement_overrides import EntitlementOverrideAdmin
from billing.admin.invoice_payments import InvoicePaymentAdmin
from billing.admin.invoice_terms import InvoiceTermsChangeAdmin
from billing.admin.invoices import InvoiceAdmin
from billing.admin.notices import NoticeAdmin
from billing.admin.pauses import PauseRequestAdmin
from billing.admin.payment_methods import CardSetupAdmin, PaymentMethodChangeAdmin
from billing.admin.plan_changes import PlanChangeAdmin
from billing.admin.policies import DunningPolicyAdmin, DunningRuleAdmin
from billing.admin.refund_limits import RefundLimitAdmin
from billing.admin.refund_requests import RefundRequestAdmin
from billing.admin.refunds import RefundAdmin
from billing.admin.schedule import PeriodicTaskAdmin
from billing.admin.seats import SeatChangeAdmin
from billing.admin.staff_tasks import StaffTaskAdmin
from billing.admin.stripe_accounts import StripeAccountAdmin
from billing.admin.subscription_schedules import SubscriptionScheduleAdmin
from billing.admin.subscriptions import SubscriptionAdmin
from billing.admin.taken_out import take_out
from billing.admin.transitions import TransitionAdmin
from billing.admin.trial_cards import TrialAllowanceAdmin, TrialRedemptionAdmin, TrialRefusalAdmin
from billing.admin.trials import LocalTrialAdmin, TrialChangeAdmin
from billing.admin.webhook_endpoints import OutgoingEventAdmin, WebhookDeliveryAdmin, WebhookEndpointAdmin
from billing.admin.work import WorkAdmin

__all__ = [
    "ApiKeyAdmin",
    "ApiRequestAdmin",
    "AuditEntryAdmin",
    "BillingEmailChangeAdmin",
    "CancelRequestAdmin",
    "CardBlockAdmin",
    "CardSetupAdmin",
    "CaseRequestAdmin",
    "ChangePreviewAdmin",
    "ChargeAttemptAdmin",
    "CheckoutIntentAdmin",
    "CreditNoteAdmin",
    "CustomerAdmin",
    "CustomerCreditAdmin",
    "CustomerNoteAdmin",
    "DetailsRequestAdmin",
    "DiscountAdmin",
    "DiscountChangeAdmin",
    "DisputeAdmin",
    "DriftAdmin",
    "DunningAttemptAdmin",
    "DunningCaseAdmin",
    "DunningPolicyAdmin",
    "EntitlementOverrideAdmin",
    "DunningRuleAdmin",
    "EarlyFraudWarningAdmin",
    "ErasureAdmin",
    "FeatureAdmin",
    "InvoiceAdmin",
    "InvoicePaymentAdmin",
    "InvoiceTermsChangeAdmin",
    "LocalTrialAdmin",
    "NoticeAdmin",
    "PauseRequestAdmin",
    "PaymentMethodChangeAdmin",
    "PeriodicTaskAdmin",
    "PlanAdmin",
    "PlanChangeAdmin",
    "PriceAdmin",
    "ReconciliationAdmin",
    "RefundAdmin",
    "RefundLimitAdmin",
    "RefundRequestAdmin",
    "SeatChangeAdmin",
    "StaffTaskAdmin",
    "StripeAccountAdmin",
    "SubscriptionAdmin",
    "SubscriptionScheduleAdmin",
    "TransitionAdmin",
    "TrialAllowanceAdmin",
    "TrialChangeAdmin",
    "TrialRedemptionAdmin",
    "TrialRefusalAdmin",
    "OutgoingEventAdmin",
    "WebhookDeliveryAdmin",
    "WebhookEndpointAdmin",
    "WorkAdmin",
]

take_out("djstripe")
