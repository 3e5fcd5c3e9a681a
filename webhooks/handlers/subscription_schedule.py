"""Events about schedules; most of them change the subscription, too."""

from billing.services.sync import ObjectRef
from billing.terms import ObjectKind
from webhooks.handlers.payload import Event, Handlers, perhaps, subject


def subscription_schedule(event: Event) -> list[ObjectRef]:
    return [
        subject(event, ObjectKind.SUBSCRIPTION_SCHEDULE),
        *(
            perhaps(event, ObjectKind.SUBSCRIPTION, "subscription")
            or perhaps(event, ObjectKind.SUBSCRIPTION, "released_subscription")
        ),
    ]


HANDLERS: Handlers = {
    "subscription_schedule.created": subscription_schedule,
    "subscription_schedule.updated": subscription_schedule,
    "subscription_schedule.released": subscription_schedule,
    "subscription_schedule.completed": subscription_schedule,
    "subscription_schedule.canceled": subscription_schedule,
    "subscription_schedule.aborted": subscription_schedule,
    "subscription_schedule.expiring": subscription_schedule,
}
