"""What the sandbox is measured against: the same web server and store, one table, no rules of billing at all."""

import json
import sqlite3
import sys
import threading
import uuid
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route


def build(state: Path) -> Starlette:
    """An application that keeps a JSON body under a new id, durably, and gives it back."""
    connection = sqlite3.connect(state, check_same_thread=False, isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=NORMAL")
    connection.execute("CREATE TABLE things (id TEXT PRIMARY KEY, data TEXT NOT NULL)")
    turn = threading.Lock()

    def keep(form: str) -> dict[str, str]:
        thing = {"id": uuid.uuid4().hex, "form": form}
        with turn:
            connection.execute("INSERT INTO things VALUES (?, ?)", (thing["id"], json.dumps(thing)))
        return thing

    def give(name: str) -> dict[str, str]:
        with turn:
            row = connection.execute("SELECT data FROM things WHERE id = ?", (name,)).fetchone()
        thing: dict[str, str] = json.loads(row[0])
        return thing

    async def write(request: Request) -> JSONResponse:
        return JSONResponse(await run_in_threadpool(keep, (await request.body()).decode()))

    async def read(request: Request) -> JSONResponse:
        return JSONResponse(await run_in_threadpool(give, request.path_params["name"]))

    return Starlette(
        routes=[
            Route("/v1/customers", write, methods=["POST"]),
            Route("/v1/customers/{name}", read, methods=["GET"]),
        ]
    )


if __name__ == "__main__":
    uvicorn.run(build(Path(sys.argv[2])), host="127.0.0.1", port=int(sys.argv[1]), log_level="warning")
