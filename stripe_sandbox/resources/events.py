"""Routes of events, webhook endpoints and the account."""

import json
import secrets
from typing import Any
from urllib.parse import urlsplit

from stripe_sandbox.engine import accounts
from stripe_sandbox.errors import ApiError, invalid_parameter, missing_parameter, no_such
from stripe_sandbox.resources.updates import merge_metadata, refuse, take
from stripe_sandbox.store.unit import StripeObject, Unit
from stripe_sandbox.wire.expand import empty_list
from stripe_sandbox.wire.listing import Filter, page
from stripe_sandbox.wire.routing import route

MOST_TYPES = 20
KEPT_SECONDS = 30 * 86400


def _event(unit: Unit, body: str) -> StripeObject:
    event: StripeObject = json.loads(body)
    row = unit.connection.execute(
        "SELECT count(*) AS n FROM deliveries WHERE event_id = ? AND state != 'succeeded'", (event["id"],)
    ).fetchone()
    event["pending_webhooks"] = row["n"]
    return event


@route("GET", "/v1/events/{event}", schema="event_retrieve")
def retrieve(unit: Unit, params: dict[str, Any], event: str) -> StripeObject:
    """One event of the last thirty days."""
    row = unit.connection.execute(
        "SELECT body FROM events WHERE account = ? AND id = ? AND created >= ?",
        (unit.account_id, event, unit.now - KEPT_SECONDS),
    ).fetchone()
    if row is None:
        raise no_such("event", event)
    return _event(unit, row["body"])


@route("GET", "/v1/events", schema="event_list")
def listed(unit: Unit, params: dict[str, Any]) -> StripeObject:
    """Events by type, time and whether every endpoint took them."""
    types = params.get("types")
    if types and params.get("type"):
        raise ApiError("You may only specify one of these parameters: type, types.")
    if types and len(types) > MOST_TYPES:
        raise invalid_parameter(f"You may pass up to {MOST_TYPES} types.", param="types")
    where = Filter().created(params.get("created")).add("created >= ?", unit.now - KEPT_SECONDS)
    if types:
        where.add(f"type IN ({', '.join('?' for _ in types)})", *types)
    if params.get("type"):
        where.add("type GLOB ?", params["type"])
    if params.get("delivery_success") is not None:
        negation = "NOT " if params["delivery_success"] else ""
        where.add(
            f"{negation}EXISTS (SELECT 1 FROM deliveries d WHERE d.event_id = events.id AND d.state != 'succeeded')"
        )
    return page(
        unit,
        "event",
        params,
        url="/v1/events",
        where=where,
        table="events",
        read=lambda row: _event(unit, row["body"]),
    )


@route("POST", "/v1/webhook_endpoints", schema="webhook_endpoint_create")
def create_endpoint(unit: Unit, params: dict[str, Any]) -> StripeObject:
    """An endpoint; its secret is shown in this answer only."""
    refuse(params, "connect")
    _check_url(params["url"] or "")
    _check_types(params["enabled_events"])
    secret = "whsec_" + secrets.token_urlsafe(24)
    endpoint = accounts.add_endpoint(unit, url=params["url"], secret=secret, enabled_events=params["enabled_events"])
    if params.get("api_version"):
        _check_version(params["api_version"], pinned=endpoint["api_version"])
    endpoint["description"] = params.get("description")
    endpoint["metadata"] = merge_metadata({}, params.get("metadata") or {})
    return {**endpoint, "secret": secret}


def _check_version(wanted: str, *, pinned: str) -> None:
    if wanted != pinned:
        raise invalid_parameter(
            f"This sandbox renders events at {pinned} only; the request asked for {wanted}.", param="api_version"
        )


def _check_types(types: list[str] | None) -> None:
    if not types:
        raise missing_parameter("enabled_events")


def _check_url(url: str) -> None:
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise invalid_parameter("Invalid URL: an explicit scheme (such as https) must be provided.", param="url")


@route("GET", "/v1/webhook_endpoints/{endpoint}", schema="webhook_endpoint_retrieve")
def retrieve_endpoint(unit: Unit, params: dict[str, Any], endpoint: str) -> StripeObject:
    """One endpoint, without its secret."""
    return unit.get("webhook_endpoint", endpoint)


@route("POST", "/v1/webhook_endpoints/{endpoint}", schema="webhook_endpoint_update")
def update_endpoint(unit: Unit, params: dict[str, Any], endpoint: str) -> StripeObject:
    """Change address, event types or whether it is enabled."""
    found = unit.get("webhook_endpoint", endpoint)
    if params.get("url"):
        _check_url(params["url"])
    if "enabled_events" in params:
        _check_types(params["enabled_events"])
    take(found, params, "enabled_events", "description")
    if params.get("url"):
        found["url"] = params["url"]
    if "disabled" in params:
        found["status"] = "disabled" if params["disabled"] else "enabled"
    return found


@route("DELETE", "/v1/webhook_endpoints/{endpoint}")
def delete_endpoint(unit: Unit, params: dict[str, Any], endpoint: str) -> StripeObject:
    """Remove an endpoint; what is pending for it is given up."""
    unit.get("webhook_endpoint", endpoint)["_is_deleted"] = True
    return {"id": endpoint, "object": "webhook_endpoint", "deleted": True}


@route("GET", "/v1/webhook_endpoints", schema="webhook_endpoint_list")
def list_endpoints(unit: Unit, params: dict[str, Any]) -> StripeObject:
    """Endpoints."""
    return page(unit, "webhook_endpoint", params, url="/v1/webhook_endpoints")


@route("GET", "/v1/account", schema="account_retrieve_current")
def account(unit: Unit, params: dict[str, Any]) -> StripeObject:
    """The account of this key."""
    return unit.get("account", unit.account_id)


@route("GET", "/v1/accounts", schema="account_list")
def list_accounts(unit: Unit, params: dict[str, Any]) -> StripeObject:
    """Connected accounts, of which there are none."""
    return empty_list("/v1/accounts")


@route("GET", "/v1/accounts/{account_id}", schema="account_retrieve")
def other_account(unit: Unit, params: dict[str, Any], account_id: str) -> StripeObject:
    """The key's own account by id; the wire lets no other id come here."""
    return unit.get("account", account_id)
