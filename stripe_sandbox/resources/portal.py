"""Routes of the customer portal's configurations and sessions."""

import time
from typing import Any

from stripe_sandbox import ids
from stripe_sandbox.errors import invalid, missing_parameter, not_built
from stripe_sandbox.resources.portal_features import take_features
from stripe_sandbox.resources.portal_flows import read_flow
from stripe_sandbox.resources.updates import merge_metadata, refuse, take, take_into
from stripe_sandbox.shapes import blank
from stripe_sandbox.store.unit import StripeObject, Unit
from stripe_sandbox.wire.listing import Filter, page
from stripe_sandbox.wire.routing import route

KIND = "billing_portal.configuration"


def _fill(unit: Unit, configuration: StripeObject, params: dict[str, Any]) -> None:
    if (params.get("login_page") or {}).get("enabled"):
        raise not_built("login_page")
    take_features(unit, configuration, params.get("features") or {})
    take_into(configuration["business_profile"], params.get("business_profile"))
    take(configuration, params, "default_return_url", "active", "name")


@route("POST", "/v1/billing_portal/configurations", schema="billing_portal/configuration_create")
def create(unit: Unit, params: dict[str, Any]) -> StripeObject:
    """A portal configuration; the first one of an account is its default."""
    configuration = blank(KIND, id=ids.new_id(KIND), updated=unit.now, is_default=not unit.select(KIND), metadata={})
    _fill(unit, configuration, params)
    configuration["metadata"] = merge_metadata({}, params.get("metadata") or {})
    unit.add(configuration)
    unit.emit("billing_portal.configuration.created", configuration)
    return configuration


@route("GET", "/v1/billing_portal/configurations/{name}", schema="billing_portal/configuration_retrieve")
def retrieve(unit: Unit, params: dict[str, Any], name: str) -> StripeObject:
    """One configuration."""
    return unit.get(KIND, name, param="configuration")


@route("POST", "/v1/billing_portal/configurations/{name}", schema="billing_portal/configuration_update")
def update(unit: Unit, params: dict[str, Any], name: str) -> StripeObject:
    """Change the given features."""
    found = unit.get(KIND, name, param="configuration")
    if found["is_default"] and params.get("active") is False:
        raise invalid("The default configuration cannot be deactivated.", param="active")
    _fill(unit, found, params)
    found["updated"] = unit.now
    unit.emit("billing_portal.configuration.updated", found)
    return found


@route("GET", "/v1/billing_portal/configurations", schema="billing_portal/configuration_list")
def listed(unit: Unit, params: dict[str, Any]) -> StripeObject:
    """Configurations."""
    where = Filter().equals("active", params.get("active")).equals("is_default", params.get("is_default"))
    return page(unit, KIND, params, url="/v1/billing_portal/configurations", where=where)


@route("POST", "/v1/billing_portal/sessions", schema="billing_portal/session_create")
def create_session(unit: Unit, params: dict[str, Any]) -> StripeObject:
    """A portal session for one customer."""
    refuse(params, "on_behalf_of", "customer_account")
    if not params.get("customer"):
        raise missing_parameter("customer")
    customer = unit.get("customer", params["customer"], param="customer", status=400)
    configuration = _configuration(unit, params.get("configuration"))
    return_url = params.get("return_url") or configuration["default_return_url"]
    if not return_url:
        raise missing_parameter("return_url")
    session = blank(
        "billing_portal.session",
        id=ids.new_id("billing_portal.session"),
        configuration=configuration["id"],
        customer=customer["id"],
        flow=read_flow(unit, params.get("flow_data"), customer=customer, configuration=configuration),
        locale=params.get("locale"),
        return_url=return_url,
        _made_wall=time.time(),
    )
    session["url"] = f"{unit.base_url}/p/session/{session['id']}"
    unit.add(session)
    unit.emit("billing_portal.session.created", session)
    return session


def _configuration(unit: Unit, name: str | None) -> StripeObject:
    if name:
        found = unit.get(KIND, name, param="configuration", status=400)
        if not found["active"]:
            raise invalid(f"The configuration `{name}` is not active.", param="configuration")
        return found
    for found in unit.select(KIND):
        if found["is_default"]:
            return found
    raise invalid(
        "You can't create a portal session in test mode until you save your customer portal settings in test mode "
        "at https://dashboard.stripe.com/test/settings/billing/portal. Either save them there or create a "
        "configuration with the API."
    )
