"""The outbox of events for customers' own programs: an event is a row, and a row for each address, before it is sent.

An event is built from committed state when it is recorded, in the order in which it was recorded, and not changed
after that: each try sends the same bytes.
"""

import base64
import hashlib
import json
import secrets
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings

from accounts.models import Organization
from billing import clock
from billing.errors import NotFound
from billing.models import OutgoingEvent, WebhookDelivery, WebhookEndpoint
from billing.selectors.customer_state import CustomerState, customer_state
from billing.selectors.webhook_endpoints import told_in
from billing.terms.outgoing import OutgoingKind

LOOK_AGAIN_AFTER = timedelta(minutes=10)
_SECRET_BYTES = 32
# What moves without anything having happened to the customer.
_UNTOLD = ("as_of",)


def lock_endpoints(organization_id: int) -> list[WebhookEndpoint]:
    """The addresses that are told something now, locked until the caller's transaction ends.

    Who records an event reads what it tells only after this: so a later event never tells of an earlier state.
    """
    rows = WebhookEndpoint.objects.select_for_update().filter(
        organization_id=organization_id, livemode=settings.STRIPE_LIVE_MODE, disabled_at=None
    )
    return list(rows.order_by("pk"))


def lock_endpoint(organization: Organization, endpoint_uuid: UUID) -> WebhookEndpoint:
    """One address, locked until the caller's transaction ends. Raises NotFound, as for another's."""
    rows = WebhookEndpoint.objects.select_for_update().filter(organization=organization, uuid=endpoint_uuid)
    endpoint = rows.first()
    if endpoint is None:
        raise NotFound()
    return endpoint


def new_secret() -> str:
    """A secret as Standard Webhooks writes it: `whsec_` and 32 random bytes in base64."""
    return f"whsec_{base64.b64encode(secrets.token_bytes(_SECRET_BYTES)).decode()}"


def record(
    kind: OutgoingKind,
    *,
    cause: str,
    organization_id: int,
    data: dict[str, Any],
    to: list[WebhookEndpoint],
    at: datetime,
) -> OutgoingEvent | None:
    """Record an event for the addresses among `to` (locked) that want it; None where none does.

    `cause` is what it tells of (`transition:12`): a second event of the same kind and cause is not made. `at` is
    business time.
    """
    wanting = [endpoint for endpoint in to if kind in endpoint.kinds]
    if not wanting:
        return None
    event, is_new = OutgoingEvent.objects.get_or_create(
        cause=cause,
        kind=kind.value,
        defaults={
            "organization_id": organization_id,
            "livemode": settings.STRIPE_LIVE_MODE,
            "data": data,
            "business_at": at,
        },
    )
    if is_new:
        for endpoint in wanting:
            add_delivery(endpoint, event)
    return event


def record_state(
    organization: Organization, *, cause: str, to: list[WebhookEndpoint], now: datetime
) -> OutgoingEvent | None:
    """Record `customer.state_changed` for the addresses (locked) that were told another state last.

    `now` is business time. Several transitions that one act of a person leads to make one event.
    """
    kind = OutgoingKind.CUSTOMER_STATE_CHANGED
    wanting = [endpoint for endpoint in to if kind in endpoint.kinds]
    if not wanting:
        return None
    state = customer_state(organization, now)
    told = state.as_dict()
    digest = _digest(told)
    others = [endpoint for endpoint in wanting if endpoint.state_digest != digest]
    event = record(kind, cause=cause, organization_id=organization.pk, data=told, to=others, at=now)
    look_at = _look_again_at(state, now=now)
    for endpoint in wanting:
        endpoint.state_digest, endpoint.state_check_at = digest, look_at
        endpoint.save(update_fields=["state_digest", "state_check_at"])
    return event


def add_delivery(endpoint: WebhookEndpoint, event: OutgoingEvent, **more: Any) -> WebhookDelivery:
    """Give an event the next place in the order of an address, whose row the caller has locked."""
    endpoint.last_sequence += 1
    endpoint.save(update_fields=["last_sequence"])
    return WebhookDelivery.objects.create(endpoint=endpoint, event=event, sequence=endpoint.last_sequence, **more)


def body_of(event: OutgoingEvent) -> str:
    """What is sent, the same at each try: JSON with `id`, `type`, `timestamp` (business time, UTC) and `data`."""
    return json.dumps(told_in(event), ensure_ascii=False, separators=(",", ":"), sort_keys=True)


def _digest(told: dict[str, Any]) -> str:
    steady = {name: value for name, value in told.items() if name not in _UNTOLD}
    steady["features"] = {
        code: {name: value for name, value in feature.items() if name != "used"}
        for code, feature in told["features"].items()
    }
    return hashlib.sha256(json.dumps(steady, sort_keys=True).encode()).hexdigest()


def _look_again_at(state: CustomerState, *, now: datetime) -> datetime:
    """System time: when access changes by itself, else after a while, for what no transition tells of."""
    turns = [at for at in (state.access.until, state.access.read_only_at) if at is not None and at > now]
    return clock.system_now() + min([LOOK_AGAIN_AFTER, *(at - now for at in turns)])
