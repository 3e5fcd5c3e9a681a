"""The addresses of the billing resources, below `/api/v1/`."""

from django.urls import path

from billing.api.cancellation import CancelView, UndoCancelView
from billing.api.checkout_sessions import CheckoutSessionsView
from billing.api.customer_state import CustomerStateView
from billing.api.entitlements import EntitlementsView, EntitlementView, ExplanationView
from billing.api.invoices import InvoicesView, InvoiceView
from billing.api.organization import OrganizationView
from billing.api.pausing import PauseView, PreviewResumeView, ResumeView
from billing.api.payment_methods import (
    CardSessionsView,
    DefaultPaymentMethodView,
    PaymentMethodsView,
    RemovePaymentMethodView,
)
from billing.api.plan_changes import (
    ChangePlanView,
    GiveUpChangeView,
    PlanChangeView,
    PreviewChangeView,
    UndoPlannedChangeView,
)
from billing.api.plans import PlansView, PlanView
from billing.api.portal_sessions import PortalSessionsView
from billing.api.seats import ChangeSeatsView, PreviewSeatsView
from billing.api.subscription import SubscriptionView
from billing.api.webhook_deliveries import RedeliverView, WebhookDeliveriesView, WebhookDeliveryView
from billing.api.webhook_endpoints import (
    DisableWebhookView,
    EnableWebhookView,
    RotateWebhookView,
    TestWebhookView,
    WebhookEndpointsView,
    WebhookEndpointView,
)

urlpatterns = [
    path("organization/", OrganizationView.as_view(), name="organization"),
    path("plans/", PlansView.as_view(), name="plans"),
    path("plans/<str:code>/", PlanView.as_view(), name="plan"),
    path("customer-state/", CustomerStateView.as_view(), name="customer_state"),
    path("entitlements/", EntitlementsView.as_view(), name="entitlements"),
    path("entitlements/<str:feature>/", EntitlementView.as_view(), name="entitlement"),
    path("entitlements/<str:feature>/explain/", ExplanationView.as_view(), name="explain_entitlement"),
    path("subscription/", SubscriptionView.as_view(), name="subscription"),
    path("subscription/preview/", PreviewChangeView.as_view(), name="preview_change"),
    path("subscription/change/", ChangePlanView.as_view(), name="change_plan"),
    path("subscription/change/undo/", UndoPlannedChangeView.as_view(), name="undo_planned_change"),
    path("subscription/changes/<uuid:change_uuid>/", PlanChangeView.as_view(), name="plan_change"),
    path("subscription/changes/<uuid:change_uuid>/give-up/", GiveUpChangeView.as_view(), name="give_up_change"),
    path("subscription/cancel/", CancelView.as_view(), name="cancel"),
    path("subscription/cancel/undo/", UndoCancelView.as_view(), name="undo_cancel"),
    path("subscription/pause/", PauseView.as_view(), name="pause"),
    path("subscription/resume/preview/", PreviewResumeView.as_view(), name="preview_resume"),
    path("subscription/resume/", ResumeView.as_view(), name="resume"),
    path("subscription/seats/preview/", PreviewSeatsView.as_view(), name="preview_seats"),
    path("subscription/seats/", ChangeSeatsView.as_view(), name="change_seats"),
    path("checkout-sessions/", CheckoutSessionsView.as_view(), name="checkout_sessions"),
    path("portal-sessions/", PortalSessionsView.as_view(), name="portal_sessions"),
    path("payment-methods/", PaymentMethodsView.as_view(), name="payment_methods"),
    path("payment-methods/sessions/", CardSessionsView.as_view(), name="card_sessions"),
    path(
        "payment-methods/<str:payment_method>/default/",
        DefaultPaymentMethodView.as_view(),
        name="default_payment_method",
    ),
    path(
        "payment-methods/<str:payment_method>/remove/",
        RemovePaymentMethodView.as_view(),
        name="remove_payment_method",
    ),
    path("invoices/", InvoicesView.as_view(), name="invoices"),
    path("invoices/<str:invoice>/", InvoiceView.as_view(), name="invoice"),
    path("webhook-endpoints/", WebhookEndpointsView.as_view(), name="webhook_endpoints"),
    path("webhook-endpoints/<uuid:endpoint_uuid>/", WebhookEndpointView.as_view(), name="webhook_endpoint"),
    path("webhook-endpoints/<uuid:endpoint_uuid>/rotate/", RotateWebhookView.as_view(), name="rotate_webhook"),
    path("webhook-endpoints/<uuid:endpoint_uuid>/disable/", DisableWebhookView.as_view(), name="disable_webhook"),
    path("webhook-endpoints/<uuid:endpoint_uuid>/enable/", EnableWebhookView.as_view(), name="enable_webhook"),
    path("webhook-endpoints/<uuid:endpoint_uuid>/test/", TestWebhookView.as_view(), name="test_webhook"),
    path(
        "webhook-endpoints/<uuid:endpoint_uuid>/deliveries/",
        WebhookDeliveriesView.as_view(),
        name="webhook_deliveries",
    ),
    path("webhook-deliveries/<uuid:delivery_uuid>/", WebhookDeliveryView.as_view(), name="webhook_delivery"),
    path("webhook-deliveries/<uuid:delivery_uuid>/redeliver/", RedeliverView.as_view(), name="redeliver_webhook"),
]
