"""The list of event types, and the way from a type to its handler."""

import re
from importlib import import_module
from pkgutil import iter_modules

import pytest
import stripe

from billing.services.sync import ObjectRef
from billing.terms import ObjectKind
from tests.webhooks.deliveries import event_body
from webhooks import handlers, registry


def test_no_event_type_has_two_handlers() -> None:
    modules = [import_module(f"webhooks.handlers.{found.name}") for found in iter_modules(handlers.__path__)]

    types = [event_type for module in modules for event_type in getattr(module, "HANDLERS", {})]

    assert sorted(types) == registry.event_types()


def test_every_event_type_is_one_that_stripe_sends() -> None:
    enabled_events = stripe.params.WebhookEndpointCreateParams.__annotations__["enabled_events"]

    known = set(re.findall(r"'([a-z0-9_.]+)'|\"([a-z0-9_.]+)\"", str(enabled_events)))

    assert set(registry.event_types()) <= {first or second for first, second in known}


def test_the_list_for_the_endpoint_is_sorted_and_names_each_type_once() -> None:
    types = registry.event_types()

    assert types == sorted(set(types))


@pytest.mark.fault("W16")
@pytest.mark.parametrize(
    "needed",
    [
        *(
            f"customer.subscription.{what}"
            for what in ["created", "updated", "deleted", "trial_will_end", "paused", "resumed"]
        ),
        *(f"invoice.{what}" for what in ["finalized", "paid", "payment_failed", "payment_action_required"]),
        *(f"invoice.{what}" for what in ["updated", "voided", "marked_uncollectible", "upcoming"]),
        *(f"checkout.session.{what}" for what in ["completed", "async_payment_succeeded", "async_payment_failed"]),
        *(f"payment_method.{what}" for what in ["attached", "updated", "automatically_updated", "detached"]),
        *("customer.updated", "customer.deleted", "checkout.session.expired", "charge.succeeded", "charge.updated"),
        *("invoice_payment.paid", "charge.refunded", "radar.early_fraud_warning.created"),
        *(f"refund.{what}" for what in ["created", "updated", "failed"]),
        *(f"charge.dispute.{what}" for what in ["created", "updated", "closed"]),
        *(f"charge.dispute.funds_{what}" for what in ["withdrawn", "reinstated"]),
        *(f"credit_note.{what}" for what in ["created", "updated", "voided"]),
        *(f"subscription_schedule.{what}" for what in ["created", "updated", "released", "completed", "canceled"]),
    ],
)
def test_types_that_move_money_or_access_are_acted_upon(needed: str) -> None:
    assert needed in registry.event_types()


def test_a_type_without_a_handler_names_no_object() -> None:
    assert registry.objects_of("tax.settings.updated", body=b"not even JSON") == []


def test_a_type_with_a_handler_names_its_objects() -> None:
    refs = registry.objects_of("customer.updated", body=event_body(obj={"id": "cus_7"}))

    assert refs == [ObjectRef(ObjectKind.CUSTOMER, "cus_7")]
