"""Use case: a customer's programs hear of a state that time has changed, or that no transition tells of."""

from datetime import datetime

from django.db import transaction

from accounts.models import Organization
from billing import clock, outgoing
from billing.models import WebhookEndpoint
from billing.terms.outgoing import OutgoingKind

_BATCH = 20


def record_changed_states(now: datetime, *, limit: int = _BATCH) -> int:
    """Compare the state of each organization that is due with what its addresses were told. How many events.

    The end of a trial, of a grace or of a comp passes without a word from Stripe. Addresses are looked at when their
    access changes by itself, and every ten minutes besides. `now` is business time. Safe to repeat and in parallel.
    """
    at = clock.system_now()
    due = WebhookEndpoint.objects.filter(disabled_at=None, state_check_at__lte=at, organization__erased_at=None)
    ids = list(due.order_by("state_check_at").values_list("organization_id", flat=True)[:limit])
    return sum(_compare(organization_id, now=now) for organization_id in dict.fromkeys(ids))


@transaction.atomic
def _compare(organization_id: int, *, now: datetime) -> bool:
    at = clock.system_now()
    endpoints = outgoing.lock_endpoints(organization_id)
    due = [endpoint for endpoint in endpoints if endpoint.state_check_at <= at]
    for endpoint in due:
        endpoint.state_check_at = at + outgoing.LOOK_AGAIN_AFTER
        endpoint.save(update_fields=["state_check_at"])
    wanting = [endpoint for endpoint in due if OutgoingKind.CUSTOMER_STATE_CHANGED in endpoint.kinds]
    if not wanting:
        return False
    organization = Organization.objects.get(pk=organization_id)
    sequence = max(endpoint.last_sequence for endpoint in endpoints)
    cause = f"look:{min(endpoint.pk for endpoint in wanting)}:{sequence}:{int(at.timestamp() * 1000)}"
    return outgoing.record_state(organization, cause=cause, to=wanting, now=now) is not None
