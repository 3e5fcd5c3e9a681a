"""Routes of products and prices."""

from typing import Any

from stripe_sandbox.engine.prices import claim_key, create_price, own_id, set_currency_options
from stripe_sandbox.errors import ApiError, invalid
from stripe_sandbox.resources.updates import merge_metadata, take
from stripe_sandbox.shapes import blank
from stripe_sandbox.store.unit import StripeObject, Unit
from stripe_sandbox.wire.expand import empty_list
from stripe_sandbox.wire.listing import Filter, page
from stripe_sandbox.wire.routing import route

PRODUCT = (
    "active",
    "description",
    "images",
    "marketing_features",
    "name",
    "package_dimensions",
    "shippable",
    "statement_descriptor",
    "tax_code",
    "unit_label",
    "url",
)


@route("POST", "/v1/products", schema="product_create")
def create_product(unit: Unit, params: dict[str, Any]) -> StripeObject:
    """A product, with a default price if asked; the caller may choose the id."""
    product = blank("product", id=own_id(unit, "product", params.get("id")), updated=unit.now)
    take(product, params, *PRODUCT)
    product["type"] = params.get("type") or "service"
    product["metadata"] = merge_metadata({}, params.get("metadata") or {})
    unit.add(product)
    unit.emit("product.created", product)
    if params.get("default_price_data"):
        price = create_price(unit, {**params["default_price_data"], "product": product["id"]})
        product["default_price"] = price["id"]
        unit.emit("product.updated", product)
    return product


def make_product(unit: Unit, data: dict[str, Any]) -> StripeObject:
    """The product that is made along with its price, with its event."""
    product = blank("product", id=own_id(unit, "product", data.get("id")), updated=unit.now)
    take(product, data, *PRODUCT)
    unit.add(product)
    unit.emit("product.created", product)
    return product


@route("GET", "/v1/products/{product}", schema="product_retrieve")
def retrieve_product(unit: Unit, params: dict[str, Any], product: str) -> StripeObject:
    """One product."""
    return unit.get("product", product)


@route("POST", "/v1/products/{product}", schema="product_update")
def update_product(unit: Unit, params: dict[str, Any], product: str) -> StripeObject:
    """Change the given keys."""
    found = unit.get("product", product)
    if params.get("default_price"):
        price = unit.get("price", params["default_price"], param="default_price", status=400)
        if price["product"] != product:
            raise invalid(
                f"The price `{price['id']}` does not belong to the product `{product}`.", param="default_price"
            )
    take(found, params, *PRODUCT, "default_price")
    found["updated"] = unit.now
    unit.emit("product.updated", found)
    return found


@route("DELETE", "/v1/products/{product}")
def delete_product(unit: Unit, params: dict[str, Any], product: str) -> StripeObject:
    """Delete a product that never had a price."""
    found = unit.get("product", product)
    if unit.select("price", where="json_extract(data, '$.product') = ?", values=[product]):
        raise invalid("This product cannot be deleted because it has one or more user-created prices.", param="id")
    unit.emit("product.deleted", found)
    found["_is_deleted"] = True
    return {"id": product, "object": "product", "deleted": True}


@route("GET", "/v1/products", schema="product_list")
def list_products(unit: Unit, params: dict[str, Any]) -> StripeObject:
    """Products."""
    where = Filter().created(params.get("created")).equals("active", params.get("active"))
    where.equals("shippable", params.get("shippable")).equals("url", params.get("url"))
    _one_of(where, "id", params.get("ids"))
    return page(unit, "product", params, url="/v1/products", where=where)


def _one_of(where: Filter, column: str, names: list[str] | None) -> None:
    if names:
        where.add(f"{column} IN ({', '.join('?' for _ in names)})", *names)


@route("GET", "/v1/products/{product}/features", schema="product_list_features")
def list_features(unit: Unit, params: dict[str, Any], product: str) -> StripeObject:
    """Entitlement features are not built: there are none."""
    unit.get("product", product)
    return empty_list(f"/v1/products/{product}/features")


@route("POST", "/v1/prices", schema="price_create", extra=("id",))
def create(unit: Unit, params: dict[str, Any]) -> StripeObject:
    """A price; `product_data` makes its product as well."""
    if params.get("product_data"):
        params["product"] = make_product(unit, params.pop("product_data"))["id"]
    elif not params.get("product"):
        raise ApiError("You must specify either `product` or `product_data` when creating a price.")
    return create_price(unit, params)


@route("GET", "/v1/prices/{price}", schema="price_retrieve")
def retrieve(unit: Unit, params: dict[str, Any], price: str) -> StripeObject:
    """One price."""
    return unit.get("price", price, param="price")


@route("POST", "/v1/prices/{price}", schema="price_update")
def update(unit: Unit, params: dict[str, Any], price: str) -> StripeObject:
    """Change what may change: amounts never do."""
    found = unit.get("price", price, param="price")
    set_currency_options(found, params.get("currency_options") or {})
    if params.get("lookup_key"):
        claim_key(unit, params["lookup_key"], owner=price, may_move=bool(params.get("transfer_lookup_key")))
    take(found, params, "active", "nickname", "tax_behavior", "lookup_key")
    unit.emit("price.updated", found)
    return found


@route("GET", "/v1/prices", schema="price_list")
def listed(unit: Unit, params: dict[str, Any]) -> StripeObject:
    """Prices by product, lookup keys, type, currency, interval."""
    where = Filter().created(params.get("created")).equals("active", params.get("active"))
    for key in ("currency", "product", "type"):
        where.equals(key, params.get(key))
    recurring = params.get("recurring") or {}
    for key in ("interval", "meter", "usage_type"):
        where.equals(f"recurring.{key}", recurring.get(key))
    _one_of(where, "json_extract(data, '$.lookup_key')", params.get("lookup_keys"))
    return page(unit, "price", params, url="/v1/prices", where=where)
