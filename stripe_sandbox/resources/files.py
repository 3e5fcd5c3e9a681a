"""Routes of uploaded files and links to them."""

import base64
from typing import Any

from stripe_sandbox import ids
from stripe_sandbox.errors import ApiError, invalid_parameter
from stripe_sandbox.resources.updates import merge_metadata, take
from stripe_sandbox.shapes import blank
from stripe_sandbox.store.unit import StripeObject, Unit
from stripe_sandbox.wire import uploads
from stripe_sandbox.wire.expand import shown
from stripe_sandbox.wire.listing import Filter, page
from stripe_sandbox.wire.routing import route

LARGEST_FILE_BYTES = 5_000_000  # Assumed for evidence; other purposes may allow more.
_MAGIC = {b"%PDF": "pdf", b"\x89PNG": "png", b"\xff\xd8\xff": "jpg"}
PURPOSES = frozenset(
    {
        "account_requirement",
        "additional_verification",
        "business_icon",
        "business_logo",
        "customer_signature",
        "dispute_evidence",
        "identity_document",
        "pci_document",
        "tax_document_user_upload",
    }
)


@route("POST", "/v1/files", schema="file_create", optional=("file",), extra=("file",))
def create(unit: Unit, params: dict[str, Any]) -> StripeObject:
    """Keep an upload; evidence is a PDF, JPEG or PNG of at most five megabytes."""
    if not params.get("file"):
        raise ApiError("Missing required param: file.", param="file", code="parameter_missing")
    if params["purpose"] not in PURPOSES:
        raise invalid_parameter(f"Invalid purpose: must be one of {', '.join(sorted(PURPOSES))}", param="purpose")
    name, content = uploads.decode(params["file"])
    kind = next((kind for magic, kind in _MAGIC.items() if content.startswith(magic)), None)
    _check(params["purpose"], content, kind=kind)
    file_id = ids.new_id("file")
    made = unit.add(
        blank(
            "file",
            id=file_id,
            filename=name,
            purpose=params["purpose"],
            size=len(content),
            type=kind or name.rpartition(".")[2].lower(),
            url=f"{unit.base_url}/v1/files/{file_id}/contents",
            _content=base64.b64encode(content).decode("ascii"),
        )
    )
    link = params.get("file_link_data") or {}
    if link.get("create"):
        _link(unit, made, expires_at=link.get("expires_at"), metadata=link.get("metadata"))
    return _with_links(unit, made)


def _check(purpose: str, content: bytes, *, kind: str | None) -> None:
    if not content:
        raise invalid_parameter("The file is empty.", param="file")
    if len(content) > LARGEST_FILE_BYTES:
        raise ApiError("The file is too large: at most 5 MB are allowed.", status=413, param="file")
    if purpose == "dispute_evidence" and kind is None:
        raise invalid_parameter(
            "The file type is not supported for this purpose: send PDF, JPEG or PNG.", param="file"
        )


def _with_links(unit: Unit, found: StripeObject) -> StripeObject:
    answer = shown(found)
    links = unit.select("file_link", where="json_extract(data, '$.file') = ?", values=[found["id"]])
    answer["links"] = {
        "object": "list",
        "data": [shown(link) for link in links],
        "has_more": False,
        "url": f"/v1/file_links?file={found['id']}",
    }
    return answer


@route("GET", "/v1/files/{file}", schema="file_retrieve")
def retrieve(unit: Unit, params: dict[str, Any], file: str) -> StripeObject:
    """One file."""
    return _with_links(unit, unit.get("file", file, param="file"))


@route("GET", "/v1/files", schema="file_list")
def listed(unit: Unit, params: dict[str, Any]) -> StripeObject:
    """Files, by purpose."""
    where = Filter().created(params.get("created")).equals("purpose", params.get("purpose"))
    return page(
        unit,
        "file",
        params,
        url="/v1/files",
        where=where,
        read=lambda row: _with_links(unit, unit.get("file", row["id"])),
    )


@route("POST", "/v1/file_links", schema="file_link_create")
def create_link(unit: Unit, params: dict[str, Any]) -> StripeObject:
    """An address at which anybody can have the file."""
    found = unit.get("file", params["file"], param="file", status=400)
    return _link(unit, found, expires_at=params.get("expires_at"), metadata=params.get("metadata"))


def _link(
    unit: Unit, found: StripeObject, *, expires_at: int | None, metadata: dict[str, str] | None
) -> StripeObject:
    if expires_at is not None and expires_at <= unit.now:
        raise invalid_parameter("The expiry must lie in the future.", param="expires_at")
    link_id = ids.new_id("file_link")
    return unit.add(
        blank(
            "file_link",
            id=link_id,
            expires_at=expires_at,
            file=found["id"],
            metadata=merge_metadata({}, metadata or {}),
            url=f"{unit.base_url}/links/{link_id}",
        )
    )


def _aged(unit: Unit, link: StripeObject) -> StripeObject:
    return {**link, "expired": link["expires_at"] is not None and link["expires_at"] <= unit.now}


@route("GET", "/v1/file_links/{link}", schema="file_link_retrieve")
def retrieve_link(unit: Unit, params: dict[str, Any], link: str) -> StripeObject:
    """One link."""
    return _aged(unit, unit.get("file_link", link, param="link"))


@route("POST", "/v1/file_links/{link}", schema="file_link_update")
def update_link(unit: Unit, params: dict[str, Any], link: str) -> StripeObject:
    """Change metadata or expiry; `now` ends the link."""
    found = unit.get("file_link", link, param="link")
    if params.get("expires_at") == "now":
        params["expires_at"] = unit.now
    take(found, params, "expires_at")
    return _aged(unit, found)


@route("GET", "/v1/file_links", schema="file_link_list")
def list_links(unit: Unit, params: dict[str, Any]) -> StripeObject:
    """Links, by file."""
    where = Filter().created(params.get("created")).equals("file", params.get("file"))
    return page(unit, "file_link", params, url="/v1/file_links", where=where)
