"""Events that hold no object, only the name of one. They may come by mistake to an address for whole events.

https://docs.stripe.com/event-destinations (read 2026-11-20)
"""

from billing.services.sync import ObjectRef
from billing.terms import ObjectKind
from webhooks.handlers.payload import Event, id_at

_KINDS = {kind.value: kind for kind in ObjectKind}


def is_thin(event_type: str) -> bool:
    """Their types begin with the version of the API; those of whole events begin with a noun."""
    return event_type.startswith(("v1.", "v2."))


def related_object(event: Event) -> list[ObjectRef]:
    """The object that the event names, if it is of a kind that we keep."""
    related = event.get("related_object")
    kind = _KINDS.get(str(related.get("type"))) if isinstance(related, dict) else None
    found = id_at(related, ("id",))
    return [ObjectRef(kind, found)] if kind and found else []
