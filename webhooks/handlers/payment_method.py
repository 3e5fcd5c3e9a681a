"""Events about cards and other payment methods."""

from billing.services.sync import ObjectRef
from billing.terms import ObjectKind
from webhooks.handlers.payload import Event, Handlers, formerly, perhaps, subject


def payment_method(event: Event) -> list[ObjectRef]:
    return [subject(event, ObjectKind.PAYMENT_METHOD)]


def attached(event: Event) -> list[ObjectRef]:
    return [subject(event, ObjectKind.PAYMENT_METHOD), *perhaps(event, ObjectKind.CUSTOMER, "customer")]


def detached(event: Event) -> list[ObjectRef]:
    """A detached method names its customer no longer; the default may have gone with it."""
    return [subject(event, ObjectKind.PAYMENT_METHOD), *formerly(event, ObjectKind.CUSTOMER, "customer")]


HANDLERS: Handlers = {
    "payment_method.attached": attached,
    "payment_method.updated": payment_method,
    "payment_method.automatically_updated": payment_method,
    "payment_method.detached": detached,
}
