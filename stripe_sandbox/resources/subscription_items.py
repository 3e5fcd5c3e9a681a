"""Routes of subscription items: each is changed by the same rules as through its subscription."""

from typing import Any

from stripe_sandbox.engine import changes, schedule_states
from stripe_sandbox.errors import invalid, no_such
from stripe_sandbox.resources.item_params import TERMS, item_change
from stripe_sandbox.resources.price_terms import take_item_terms
from stripe_sandbox.resources.updates import refuse
from stripe_sandbox.store.unit import StripeObject, Unit
from stripe_sandbox.wire.expand import shown
from stripe_sandbox.wire.routing import route


@route("POST", "/v1/subscription_items", schema="subscription_item_create")
def create(unit: Unit, params: dict[str, Any]) -> StripeObject:
    """One more item of a subscription."""
    subscription = unit.get("subscription", params["subscription"], param="subscription", status=400)
    known = {item["id"] for item in subscription["items"]["data"]}
    _apply(unit, subscription, {key: value for key, value in params.items() if key != "subscription"})
    [made] = [item for item in subscription["items"]["data"] if item["id"] not in known]
    return shown(made)


@route("GET", "/v1/subscription_items/{item}", schema="subscription_item_retrieve")
def retrieve(unit: Unit, params: dict[str, Any], item: str) -> StripeObject:
    """One item."""
    return shown(_find(unit, item)[1])


@route("POST", "/v1/subscription_items/{item}", schema="subscription_item_update")
def update(unit: Unit, params: dict[str, Any], item: str) -> StripeObject:
    """Change the price, the quantity or the notes of one item."""
    subscription, _ = _find(unit, item)
    _apply(unit, subscription, {**params, "id": item})
    return shown(_find(unit, item)[1])


@route("DELETE", "/v1/subscription_items/{item}", schema="subscription_item_delete")
def delete(unit: Unit, params: dict[str, Any], item: str) -> StripeObject:
    """Take one item off; the last one stays, for that is the subscription's end."""
    subscription, _ = _find(unit, item)
    _apply(unit, subscription, {**params, "id": item, "deleted": True})
    return {"id": item, "object": "subscription_item", "deleted": True}


@route("GET", "/v1/subscription_items", schema="subscription_item_list")
def listed(unit: Unit, params: dict[str, Any]) -> StripeObject:
    """The items of one subscription."""
    found = unit.get("subscription", params["subscription"], param="subscription", status=400)
    items = found["items"]["data"][: params.get("limit") or 10]
    return {
        "object": "list",
        "data": items,
        "has_more": len(items) < len(found["items"]["data"]),
        "url": "/v1/subscription_items",
    }


def _find(unit: Unit, item_id: str) -> tuple[StripeObject, dict[str, Any]]:
    where = (
        "EXISTS (SELECT 1 FROM json_each(data, '$.items.data') AS item WHERE json_extract(item.value, '$.id') = ?)"
    )
    for subscription in unit.select("subscription", where=where, values=[item_id]):
        for item in subscription["items"]["data"]:
            if item["id"] == item_id:
                return subscription, item
    raise no_such("subscription_item", item_id, param="item")


def _apply(unit: Unit, subscription: StripeObject, entry: dict[str, Any]) -> None:
    if subscription["status"] in {"canceled", "incomplete_expired", "incomplete"}:
        raise invalid(f"The items of a subscription with status {subscription['status']} cannot be changed.")
    if entry.get("payment_behavior") == changes.DEFERRED:
        refuse(entry, *TERMS)
    else:
        entry = take_item_terms(unit, subscription, entry, prefix=None)
    changes.apply(
        unit,
        subscription,
        changes.Change(
            item_changes=[item_change(unit, subscription, entry, prefix=None)],
            proration_behavior=entry.get("proration_behavior") or "create_prorations",
            proration_at=entry.get("proration_date"),
            payment_behavior=entry.get("payment_behavior") or "allow_incomplete",
        ),
    )
    schedule_states.follow(unit, subscription)
