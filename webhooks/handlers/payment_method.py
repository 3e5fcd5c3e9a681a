"""Events about cards and other payment methods."""

from billing.services.sync import ObjectRef
from billing.terms import ObjectKind
from webhooks.handlers.payload import Event, formerly, perhaps, subject


def payment_method_attached(event: Event) -> list[ObjectRef]:
    return [subject(event, ObjectKind.PAYMENT_METHOD), *perhaps(event, ObjectKind.CUSTOMER, "customer")]


def payment_method_updated(event: Event) -> list[ObjectRef]:
    return [subject(event, ObjectKind.PAYMENT_METHOD)]


def payment_method_automatically_updated(event: Event) -> list[ObjectRef]:
    return [subject(event, ObjectKind.PAYMENT_METHOD)]


def payment_method_detached(event: Event) -> list[ObjectRef]:
    """A detached method names its customer no longer; the default may have gone with it."""
    return [subject(event, ObjectKind.PAYMENT_METHOD), *formerly(event, ObjectKind.CUSTOMER, "customer")]
