"""Use case: an address for webhooks is switched off or on by hand, gets a new secret, or is removed."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from accounts.models import Organization, User
from billing import audit, outgoing
from billing.models import WebhookDelivery, WebhookEndpoint
from billing.models.sealed import seal
from billing.rules.webhook_retry import SECRET_OVERLAP
from billing.terms.outgoing import DeliveryState, DisabledReason


@dataclass(frozen=True, slots=True)
class NewSecret:
    """`secret` is empty where the same form had replaced it before: it is shown once."""

    endpoint: WebhookEndpoint
    secret: str


@transaction.atomic
def disable_webhook_endpoint(
    organization: Organization, endpoint_uuid: UUID, *, actor: User | None, now: datetime
) -> WebhookEndpoint:
    """Send nothing to it from now on; what happens meanwhile is not kept for it. Raises NotFound. Safe to repeat."""
    endpoint = outgoing.lock_endpoint(organization, endpoint_uuid)
    if endpoint.is_disabled:
        return endpoint
    endpoint.disabled_at, endpoint.disabled_reason = now, DisabledReason.BY_HAND.value
    endpoint.save(update_fields=["disabled_at", "disabled_reason"])
    audit.record("webhook_endpoint_disabled", subject=str(endpoint.uuid), organization=organization, actor=actor)
    return endpoint


@transaction.atomic
def enable_webhook_endpoint(
    organization: Organization, endpoint_uuid: UUID, *, actor: User | None, now: datetime
) -> WebhookEndpoint:
    """Send to it again: what had waited, in order, then the whole state as it is. `now` is system time.

    Raises NotFound. Safe to repeat.
    """
    endpoint = outgoing.lock_endpoint(organization, endpoint_uuid)
    if not endpoint.is_disabled:
        return endpoint
    endpoint.disabled_at, endpoint.disabled_reason = None, ""
    endpoint.failures_in_a_row, endpoint.failing_since = 0, None
    # It may have missed anything: the next look finds another state than that of no digest.
    endpoint.state_digest, endpoint.state_check_at = "", now
    endpoint.save()
    waiting = WebhookDelivery.objects.filter(endpoint=endpoint, state=DeliveryState.WAITING.value)
    waiting.update(run_at=now, tries=0)
    audit.record("webhook_endpoint_enabled", subject=str(endpoint.uuid), organization=organization, actor=actor)
    return endpoint


@transaction.atomic
def rotate_webhook_secret(
    organization: Organization, endpoint_uuid: UUID, *, request_key: UUID, actor: User | None, now: datetime
) -> NewSecret:
    """Replace the secret; for 24 hours from `now` (system time) the old one signs as well.

    A second replacement within that time ends the oldest one at once. Raises NotFound. Safe to repeat with the same
    `request_key`: nothing is replaced twice.
    """
    endpoint = outgoing.lock_endpoint(organization, endpoint_uuid)
    if endpoint.rotation_key == request_key:
        return NewSecret(endpoint, "")
    secret = outgoing.new_secret()
    endpoint.sealed_previous_secret = endpoint.sealed_secret
    endpoint.previous_secret_until = now + SECRET_OVERLAP
    endpoint.sealed_secret, endpoint.rotation_key = seal(secret), request_key
    endpoint.save(update_fields=["sealed_secret", "sealed_previous_secret", "previous_secret_until", "rotation_key"])
    audit.record("webhook_secret_replaced", subject=str(endpoint.uuid), organization=organization, actor=actor)
    return NewSecret(endpoint, secret)


@transaction.atomic
def remove_webhook_endpoint(organization: Organization, endpoint_uuid: UUID, *, actor: User | None) -> None:
    """Remove an address with its secrets and its log. Raises NotFound, as for one that is removed already."""
    endpoint = outgoing.lock_endpoint(organization, endpoint_uuid)
    audit.record("webhook_endpoint_removed", subject=str(endpoint.uuid), organization=organization, actor=actor)
    endpoint.delete()
