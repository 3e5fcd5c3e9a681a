"""Events about charges and their refunds: a refund changes what the charge says of itself."""

from billing.services.sync import ObjectRef
from billing.terms import ObjectKind
from webhooks.handlers.payload import Event, perhaps, subject


def charge_succeeded(event: Event) -> list[ObjectRef]:
    return [subject(event, ObjectKind.CHARGE), *perhaps(event, ObjectKind.INVOICE, "invoice")]


def charge_failed(event: Event) -> list[ObjectRef]:
    return [subject(event, ObjectKind.CHARGE), *perhaps(event, ObjectKind.INVOICE, "invoice")]


def charge_pending(event: Event) -> list[ObjectRef]:
    return [subject(event, ObjectKind.CHARGE), *perhaps(event, ObjectKind.INVOICE, "invoice")]


def charge_updated(event: Event) -> list[ObjectRef]:
    return [subject(event, ObjectKind.CHARGE), *perhaps(event, ObjectKind.INVOICE, "invoice")]


def charge_captured(event: Event) -> list[ObjectRef]:
    return [subject(event, ObjectKind.CHARGE), *perhaps(event, ObjectKind.INVOICE, "invoice")]


def charge_expired(event: Event) -> list[ObjectRef]:
    return [subject(event, ObjectKind.CHARGE), *perhaps(event, ObjectKind.INVOICE, "invoice")]


def charge_refunded(event: Event) -> list[ObjectRef]:
    return [subject(event, ObjectKind.CHARGE), *perhaps(event, ObjectKind.INVOICE, "invoice")]


def charge_refund_updated(event: Event) -> list[ObjectRef]:
    return perhaps(event, ObjectKind.CHARGE, "charge")


def refund_created(event: Event) -> list[ObjectRef]:
    return perhaps(event, ObjectKind.CHARGE, "charge")


def refund_updated(event: Event) -> list[ObjectRef]:
    return perhaps(event, ObjectKind.CHARGE, "charge")


def refund_failed(event: Event) -> list[ObjectRef]:
    return perhaps(event, ObjectKind.CHARGE, "charge")
