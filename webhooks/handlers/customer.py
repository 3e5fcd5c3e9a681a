"""Events about customers, their tax ids and discounts: each changes the customer."""

from billing.services.sync import ObjectRef
from billing.terms import ObjectKind
from webhooks.handlers.payload import Event, named, perhaps, subject


def customer_created(event: Event) -> list[ObjectRef]:
    return [subject(event, ObjectKind.CUSTOMER)]


def customer_updated(event: Event) -> list[ObjectRef]:
    return [subject(event, ObjectKind.CUSTOMER)]


def customer_deleted(event: Event) -> list[ObjectRef]:
    return [subject(event, ObjectKind.CUSTOMER)]


def customer_tax_id_created(event: Event) -> list[ObjectRef]:
    return [named(event, ObjectKind.CUSTOMER, "customer")]


def customer_tax_id_updated(event: Event) -> list[ObjectRef]:
    return [named(event, ObjectKind.CUSTOMER, "customer")]


def customer_tax_id_deleted(event: Event) -> list[ObjectRef]:
    return [named(event, ObjectKind.CUSTOMER, "customer")]


def customer_discount_created(event: Event) -> list[ObjectRef]:
    return [named(event, ObjectKind.CUSTOMER, "customer"), *perhaps(event, ObjectKind.SUBSCRIPTION, "subscription")]


def customer_discount_updated(event: Event) -> list[ObjectRef]:
    return [named(event, ObjectKind.CUSTOMER, "customer"), *perhaps(event, ObjectKind.SUBSCRIPTION, "subscription")]


def customer_discount_deleted(event: Event) -> list[ObjectRef]:
    return [named(event, ObjectKind.CUSTOMER, "customer"), *perhaps(event, ObjectKind.SUBSCRIPTION, "subscription")]
