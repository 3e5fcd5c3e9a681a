"""Decides how HTTP requests reach the API, the controls and the pages."""

import json
import logging
from typing import Any

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.types import Receive, Scope, Send

import stripe_sandbox.resources  # noqa: F401 - registers the API's routes
from stripe_sandbox import pages
from stripe_sandbox.control.actions import ACTIONS
from stripe_sandbox.door import OWN_SITES, Door
from stripe_sandbox.sandbox import Sandbox
from stripe_sandbox.wire import uploads
from stripe_sandbox.wire.dispatch import Answer, Call, Dispatcher
from stripe_sandbox.wire.keys import read_key

logger = logging.getLogger(__name__)


class CutResponse(Response):
    """Ends the connection without a word: the client cannot know what happened."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope["sandbox.abort"]()
        while (await receive())["type"] != "http.disconnect":
            continue


def build_application(sandbox: Sandbox) -> "ConnectionCutter":
    """The ASGI application of one sandbox."""
    dispatcher = Dispatcher(sandbox)

    async def api(request: Request) -> Response:
        call = Call(
            method=request.method,
            path=request.url.path,
            query=request.url.query,
            form=await uploads.read_form(request),
            headers={name.lower(): value for name, value in request.headers.items()},
        )
        return _response(await run_in_threadpool(dispatcher.answer, call))

    def account_of(request: Request) -> str:
        return sandbox.account_for(read_key(request.headers.get("authorization", "")))

    routes: list[BaseRoute] = [
        *uploads.routes(account_of=account_of),
        Route("/v1", api),
        Route("/v1/{rest:path}", api, methods=["GET", "POST", "DELETE", "PUT", "PATCH"]),
        Route("/v2/{rest:path}", api, methods=["GET"]),
        *_control_routes(sandbox),
        *pages.routes(),
    ]
    application = Starlette(routes=routes)
    application.state.sandbox = sandbox
    return ConnectionCutter(application, public_url=sandbox.base_url)


def _response(answer: Answer) -> Response:
    if answer.is_cut:
        return CutResponse()
    return Response(answer.body, answer.status, headers=answer.headers, media_type="application/json")


def _control_routes(sandbox: Sandbox) -> list[BaseRoute]:
    names: dict[str, list[str]] = {}
    for method, name in ACTIONS:
        names.setdefault(name, []).append(method)

    async def control(request: Request) -> Response:
        if request.headers.get("Sec-Fetch-Site", "none") not in OWN_SITES:
            # Another page of the person's browser must not move time or break things here, nor look.
            return JSONResponse({"error": "not from another site"}, status_code=403)
        name = request.url.path.removeprefix("/_sandbox/")
        try:
            body = await _control_body(request)
            return JSONResponse(await run_in_threadpool(ACTIONS[(request.method, name)], sandbox, body))
        except RecursionError:
            return JSONResponse({"error": "the body is nested too deep"}, status_code=400)
        except (ValueError, TypeError, OverflowError) as error:
            return JSONResponse({"error": str(error)}, status_code=400)
        except LookupError as error:
            return JSONResponse({"error": str(error)}, status_code=404)

    return [_ExactRoute(f"/_sandbox/{name}", control, methods=methods) for name, methods in names.items()]


class _ExactRoute(Route):
    """A control route without Starlette's silent HEAD, so that pages may use other methods of the same path."""

    def __init__(self, path: str, endpoint: Any, *, methods: list[str]) -> None:
        super().__init__(path, endpoint, methods=methods)
        self.methods = set(methods)


async def _control_body(request: Request) -> dict[str, Any]:
    raw = await request.body()
    if not raw:
        return dict(request.query_params)
    body = json.loads(raw)
    if not isinstance(body, dict):
        raise ValueError("the body is a JSON table")
    json.dumps(body, ensure_ascii=False).encode()  # Half a character cannot be kept, nor shown again.
    return {**request.query_params, **body}


class ConnectionCutter:
    """Hands each request the way to break its own connection, which a fault may ask for."""

    def __init__(self, application: Starlette, *, public_url: str) -> None:
        self._application = Door(application, public_url=public_url)
        self.state = application.state

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            # uvicorn's `send` is a method of the request's cycle, the only way to its socket.
            scope["sandbox.abort"] = lambda: send.__self__.transport.abort()  # type: ignore[attr-defined]
        await self._application(scope, receive, send)
