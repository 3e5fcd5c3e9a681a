"""Decides when a start is complete: web, sandbox and a task must all answer with this start's token.

An orphan of an earlier start also answers, but with another token.
"""

import json
import time
from http.client import HTTPException
from urllib.request import ProxyHandler, build_opener

POLL_SECONDS = 0.1
DEADLINE_SECONDS = 120

# A proxy of the environment must not come between the launcher and its own processes.
_opener = build_opener(ProxyHandler({}))


def wait_for(url: str, *, field: str, token: str, what: str, deadline_seconds: float = DEADLINE_SECONDS) -> None:
    """Return once the JSON at `url` carries the token in this field; raise TimeoutError saying `what` is missing."""
    deadline = time.monotonic() + deadline_seconds
    while _read(url).get(field) != token:
        if time.monotonic() > deadline:
            raise TimeoutError(f"Not ready after {deadline_seconds} seconds: {what}.")
        time.sleep(POLL_SECONDS)


def _read(url: str) -> dict[str, object]:
    try:
        with _opener.open(url, timeout=5) as response:
            answer = json.load(response)
    except (OSError, HTTPException, ValueError):
        return {}
    return answer if isinstance(answer, dict) else {}
