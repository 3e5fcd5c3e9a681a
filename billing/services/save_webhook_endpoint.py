"""Use case: a customer says where its programs want to hear of changes, and of which."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction

from accounts.models import Organization, User
from billing import audit, outgoing
from billing.errors import InvalidInput, NotFound, TooManyEndpoints, WebhookUrlRefused
from billing.gateway.webhook_sender import refuse_private_address
from billing.models import WebhookEndpoint
from billing.models.sealed import seal
from billing.rules.webhook_url import UrlRefused
from billing.terms.outgoing import CHOOSABLE_KINDS

MOST_ENDPOINTS = 10
LONGEST_DESCRIPTION = 200


@dataclass(frozen=True, slots=True)
class SavedEndpoint:
    """`secret` is empty where the same form had made the address before: it is shown once."""

    endpoint: WebhookEndpoint
    secret: str


def add_webhook_endpoint(
    organization: Organization,
    *,
    url: str,
    description: str,
    kinds: Iterable[str],
    request_key: UUID,
    actor: User | None,
) -> SavedEndpoint:
    """Add an address; its secret (`whsec_…`) is in the answer and never shown again.

    The first thing that it is told is the whole state, within seconds. Raises InvalidInput, WebhookUrlRefused or
    TooManyEndpoints. Safe to repeat with the same `request_key`.
    """
    values: dict[str, Any] = {"kinds": _chosen(kinds), "description": _description(description), "url": _url(url)}
    secret = outgoing.new_secret()
    try:
        with transaction.atomic():
            Organization.objects.select_for_update().get(pk=organization.pk, erased_at=None)
            rows = WebhookEndpoint.objects.filter(organization=organization)
            made = rows.filter(request_key=request_key).first()
            if made is not None:
                return SavedEndpoint(made, "")
            if rows.count() >= MOST_ENDPOINTS:
                raise TooManyEndpoints()
            endpoint = WebhookEndpoint.objects.create(
                organization=organization,
                livemode=settings.STRIPE_LIVE_MODE,
                request_key=request_key,
                **values,
                sealed_secret=seal(secret),
                created_by=actor,
            )
            audit.record("webhook_endpoint_added", subject=str(endpoint.uuid), organization=organization, actor=actor)
    except IntegrityError:
        return SavedEndpoint(WebhookEndpoint.objects.get(organization=organization, request_key=request_key), "")
    except Organization.DoesNotExist:
        raise NotFound() from None
    return SavedEndpoint(endpoint, secret)


def change_webhook_endpoint(
    organization: Organization,
    endpoint_uuid: UUID,
    *,
    actor: User | None,
    url: str | None = None,
    description: str | None = None,
    kinds: Iterable[str] | None = None,
) -> WebhookEndpoint:
    """Change an address, its name, or what it is told from now on; None leaves as it is.

    What waits goes to the new address. Raises NotFound, InvalidInput or WebhookUrlRefused. Safe to repeat: the same
    values write nothing.
    """
    changed: dict[str, Any] = {}
    if kinds is not None:
        changed["kinds"] = _chosen(kinds)
    if description is not None:
        changed["description"] = _description(description)
    if url is not None:
        changed["url"] = _url(url)
    with transaction.atomic():
        endpoint = outgoing.lock_endpoint(organization, endpoint_uuid)
        changed = {name: value for name, value in changed.items() if getattr(endpoint, name) != value}
        if not changed:
            return endpoint
        for name, value in changed.items():
            setattr(endpoint, name, value)
        endpoint.save(update_fields=list(changed))
        audit.record("webhook_endpoint_changed", subject=str(endpoint.uuid), organization=organization, actor=actor)
    return endpoint


def _chosen(kinds: Iterable[str]) -> list[str]:
    """The kinds in their own order, each once."""
    wanted = set(kinds)
    chosen = [kind.value for kind in CHOOSABLE_KINDS if kind.value in wanted]
    if not chosen or wanted - set(chosen):
        raise InvalidInput("Choose one type of event at least, of those that there are.", field="kinds")
    return chosen


def _description(text: str) -> str:
    if len(text) > LONGEST_DESCRIPTION:
        raise InvalidInput(f"The name is longer than {LONGEST_DESCRIPTION} characters.", field="description")
    return text


def _url(url: str) -> str:
    """Looks the name up, so no transaction may be open."""
    try:
        refuse_private_address(url)
    except UrlRefused as refusal:
        raise WebhookUrlRefused(f"{refusal} Nothing was saved.", field="url") from None
    return url
