"""Decides how an uploaded file travels: as a data URL among the other form values, and as bytes on its way out."""

import base64
import binascii
from collections.abc import Callable
from typing import Any
from urllib.parse import quote, unquote, urlencode

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from stripe_sandbox.errors import ApiError, no_such
from stripe_sandbox.store.unit import StripeObject

MULTIPART = "multipart/form-data"


async def read_form(request: Request) -> str:
    """The body as form text, whichever of the two encodings it came in."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip()
    if kind != MULTIPART:
        return (await request.body()).decode("utf-8", errors="replace")
    pairs = []
    async with request.form() as form:
        for name, value in form.multi_items():
            pairs.append((name, await _as_url(value) if isinstance(value, UploadFile) else value))
    return urlencode(pairs)


async def _as_url(upload: UploadFile) -> str:
    content = base64.b64encode(await upload.read()).decode("ascii")
    return f"data:application/octet-stream;name={quote(upload.filename or 'blob', safe='')};base64,{content}"


def decode(url: str) -> tuple[str, bytes]:
    """The file's name (without folders) and its bytes. Raises ApiError for what is no upload."""
    head, _, content = url.partition(";base64,")
    _, is_named, name = head.partition(";name=")
    try:
        raw = base64.b64decode(content, validate=True)
    except binascii.Error:
        is_named = ""
    if not is_named:
        raise ApiError("You must provide a file as part of a multipart/form-data request.", param="file")
    return unquote(name).replace("\\", "/").rpartition("/")[2] or "blob", raw


_TYPES = {"pdf": "application/pdf", "png": "image/png", "jpg": "image/jpeg"}


def routes(*, account_of: Callable[[Request], str]) -> list[Route]:
    """Where the bytes of files are had: by key at `file.url`, by anybody who knows a link's address."""

    def own(request: Request) -> Response:
        try:
            unit = request.app.state.sandbox.reader(account_of(request))
            return _download(unit.get("file", request.path_params["file"]))
        except ApiError as error:
            return JSONResponse(error.body(request_id=""), error.status)

    def linked(request: Request) -> Response:
        sandbox: Any = request.app.state.sandbox
        link_id = request.path_params["link"]
        account_id = sandbox.owner_of("file_link", link_id)
        if account_id is None:
            return JSONResponse(no_such("file_link", link_id).body(request_id=""), 404)
        unit = sandbox.reader(account_id)
        link = unit.get("file_link", link_id)
        if link["expires_at"] is not None and link["expires_at"] <= unit.now:
            return Response("This link has expired.", 410)
        return _download(unit.get("file", link["file"]))

    async def in_thread_own(request: Request) -> Response:
        return await run_in_threadpool(own, request)

    async def in_thread_linked(request: Request) -> Response:
        return await run_in_threadpool(linked, request)

    return [Route("/v1/files/{file}/contents", in_thread_own), Route("/links/{link}", in_thread_linked)]


def _download(found: StripeObject) -> Response:
    headers = {"X-Content-Type-Options": "nosniff", "Content-Disposition": "attachment"}
    media_type = _TYPES.get(found["type"], "application/octet-stream")
    return Response(base64.b64decode(found["_content"]), headers=headers, media_type=media_type)
