"""The subscriber's pages."""

from django.urls import path

from billing.web import (
    app,
    billing,
    billing_email,
    cancellation,
    checkout,
    choosing,
    deletion,
    details,
    discounts,
    history,
    paying,
    portal,
    pricing,
    returning,
)

app_name = "billing"
urlpatterns = [
    path("", pricing.pricing, name="pricing"),
    path("start/<str:lookup_key>/", choosing.start, name="start"),
    path("billing/", billing.overview, name="overview"),
    path("billing/invoices/", billing.invoices, name="invoices"),
    path("billing/confirm/", paying.confirm, name="confirm"),
    path("pay/<str:signed>/", paying.pay, name="pay"),
    path("billing/history/", history.history, name="history"),
    path("team/organization/delete/", deletion.delete, name="delete"),
    path("billing/details/", details.details, name="details"),
    path("billing/details/email/", details.change_email, name="change_email"),
    path("billing/details/tax-ids/", details.new_tax_id, name="new_tax_id"),
    path("billing/details/tax-ids/<str:stripe_tax_id>/remove/", details.drop_tax_id, name="drop_tax_id"),
    path("billing/email/<str:signed>/", billing_email.confirm_email, name="confirm_email"),
    path("billing/choose/<str:lookup_key>/", choosing.choose, name="choose"),
    path("billing/trial/", checkout.trial, name="trial"),
    path("billing/checkout/", checkout.checkout, name="checkout"),
    path("billing/return/", returning.checkout_return, name="checkout_return"),
    path("billing/return/status/", returning.checkout_status, name="checkout_status"),
    path("billing/portal/", portal.portal, name="portal"),
    path("billing/portal/return/", portal.portal_return, name="portal_return"),
    path("billing/discount/", discounts.discount, name="discount"),
    path("billing/discount/apply/", discounts.apply, name="apply_discount"),
    path("billing/discount/remove/", discounts.remove, name="remove_discount"),
    path("billing/cancel/", cancellation.cancel, name="cancel"),
    path("billing/cancel/day/", cancellation.cancel_on_day, name="cancel_on_day"),
    path("billing/cancel/now/", cancellation.cancel_at_once, name="cancel_now"),
    path("billing/cancel/undo/", cancellation.undo_cancel, name="undo_cancel"),
    path("app/", app.app, name="app"),
]
