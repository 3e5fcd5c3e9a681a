"""Which handler an event type has; types without one are stored and left alone."""

from collections.abc import Callable

import orjson

from billing.services.sync import ObjectRef
from webhooks.handlers import (
    charge,
    checkout_session,
    customer,
    invoice,
    payment_method,
    price,
    product,
    subscription,
)
from webhooks.handlers.payload import Event

Handler = Callable[[Event], list[ObjectRef]]

HANDLERS: dict[str, Handler] = {
    "customer.created": customer.customer_created,
    "customer.updated": customer.customer_updated,
    "customer.deleted": customer.customer_deleted,
    "customer.tax_id.created": customer.customer_tax_id_created,
    "customer.tax_id.updated": customer.customer_tax_id_updated,
    "customer.tax_id.deleted": customer.customer_tax_id_deleted,
    "customer.discount.created": customer.customer_discount_created,
    "customer.discount.updated": customer.customer_discount_updated,
    "customer.discount.deleted": customer.customer_discount_deleted,
    "customer.subscription.created": subscription.customer_subscription_created,
    "customer.subscription.updated": subscription.customer_subscription_updated,
    "customer.subscription.deleted": subscription.customer_subscription_deleted,
    "customer.subscription.paused": subscription.customer_subscription_paused,
    "customer.subscription.resumed": subscription.customer_subscription_resumed,
    "customer.subscription.trial_will_end": subscription.customer_subscription_trial_will_end,
    "customer.subscription.pending_update_applied": subscription.customer_subscription_pending_update_applied,
    "customer.subscription.pending_update_expired": subscription.customer_subscription_pending_update_expired,
    "invoice.created": invoice.invoice_created,
    "invoice.updated": invoice.invoice_updated,
    "invoice.finalized": invoice.invoice_finalized,
    "invoice.sent": invoice.invoice_sent,
    "invoice.overdue": invoice.invoice_overdue,
    "invoice.will_be_due": invoice.invoice_will_be_due,
    "invoice.deleted": invoice.invoice_deleted,
    "invoice.finalization_failed": invoice.invoice_finalization_failed,
    "invoice.paid": invoice.invoice_paid,
    "invoice.payment_succeeded": invoice.invoice_payment_succeeded,
    "invoice.payment_failed": invoice.invoice_payment_failed,
    "invoice.payment_action_required": invoice.invoice_payment_action_required,
    "invoice.voided": invoice.invoice_voided,
    "invoice.marked_uncollectible": invoice.invoice_marked_uncollectible,
    "invoice.upcoming": invoice.invoice_upcoming,
    "invoice_payment.paid": invoice.invoice_payment_paid,
    "charge.succeeded": charge.charge_succeeded,
    "charge.failed": charge.charge_failed,
    "charge.pending": charge.charge_pending,
    "charge.updated": charge.charge_updated,
    "charge.captured": charge.charge_captured,
    "charge.expired": charge.charge_expired,
    "charge.refunded": charge.charge_refunded,
    "charge.refund.updated": charge.charge_refund_updated,
    "refund.created": charge.refund_created,
    "refund.updated": charge.refund_updated,
    "refund.failed": charge.refund_failed,
    "payment_method.attached": payment_method.payment_method_attached,
    "payment_method.updated": payment_method.payment_method_updated,
    "payment_method.automatically_updated": payment_method.payment_method_automatically_updated,
    "payment_method.detached": payment_method.payment_method_detached,
    "checkout.session.completed": checkout_session.checkout_session_completed,
    "checkout.session.async_payment_succeeded": checkout_session.checkout_session_async_payment_succeeded,
    "checkout.session.async_payment_failed": checkout_session.checkout_session_async_payment_failed,
    "checkout.session.expired": checkout_session.checkout_session_expired,
    "product.created": product.product_created,
    "product.updated": product.product_updated,
    "product.deleted": product.product_deleted,
    "price.created": price.price_created,
    "price.updated": price.price_updated,
    "price.deleted": price.price_deleted,
}


def event_types() -> list[str]:
    """The event types that this product acts upon: the list for the endpoint at Stripe."""
    return sorted(HANDLERS)


def objects_of(event_type: str, *, body: bytes) -> list[ObjectRef]:
    """The objects to refresh after an event of this type, its own first; none if the type has no handler.

    Raises whatever a handler raises over a payload that it does not understand, and ValueError if it is no JSON.
    """
    handler = HANDLERS.get(event_type)
    return handler(orjson.loads(body)) if handler else []
