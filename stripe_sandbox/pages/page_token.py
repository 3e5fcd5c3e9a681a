"""Decides the token that a page's forms must carry, so that no other site can post them."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from stripe_sandbox.sandbox import Sandbox

META_NAME = "page_secret"
CONSOLE = "/_sandbox"

_making = threading.Lock()


def page_token(sandbox: Sandbox, *, path: str) -> str:
    """Return the token for a path; all pages of one session, invoice or console share theirs."""
    key = _secret(sandbox).encode()
    return hmac.new(key, _scope(path).encode(), hashlib.sha256).hexdigest()[:40]


def _scope(path: str) -> str:
    """`/c/pay/cs_1`, `/p/session/bps_1` and `/3ds/pi_1` are scopes; so is the whole console."""
    return CONSOLE if path.startswith(CONSOLE) else "/".join(path.split("/")[:4])


def _secret(sandbox: Sandbox) -> str:
    """Return the secret of this state file; it is made with the first page and lives until a reset."""
    secret = sandbox.database.get_meta(META_NAME, default="")
    if secret:
        return secret
    with _making:
        secret = sandbox.database.get_meta(META_NAME, default="") or secrets.token_urlsafe(32)
        sandbox.database.put_meta(META_NAME, value=secret)
    return secret
