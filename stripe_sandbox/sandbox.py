"""Decides how the parts of the sandbox hang together: state, clock, faults, courier, timers."""

import hashlib
import json
import logging
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from stripe_sandbox import settings
from stripe_sandbox.clock import Clock
from stripe_sandbox.engine import accounts
from stripe_sandbox.faults import Faults
from stripe_sandbox.store.database import Database
from stripe_sandbox.store.schema import READY
from stripe_sandbox.store.unit import Cause, Unit
from stripe_sandbox.time_engine import TimeEngine
from stripe_sandbox.webhooks.courier import Courier

logger = logging.getLogger(__name__)

MERCHANT_NAME = "Sandbox Merchant"


class Sandbox:
    """Everything that one running sandbox holds."""

    def __init__(
        self,
        state: Path,
        *,
        base_url: str,
        endpoints: list[tuple[str, str]] | None = None,
        merchant_name: str = MERCHANT_NAME,
        token: str = "",
    ) -> None:
        self.database = Database(state)
        self.base_url = base_url
        self.token = token
        self.clock = Clock(self.database)
        self.faults = Faults()
        self.requests: deque[dict[str, Any]] = deque(maxlen=500)
        self.settings = self._read_settings()
        self._endpoints = endpoints or []
        self._merchant_name = merchant_name
        self._accounts: set[str] = set()
        self._accounts_lock = threading.Lock()
        self.courier = Courier(self)
        self.time_engine = TimeEngine(self)

    def start(self) -> None:
        """Begin delivering and watching the clock."""
        self.time_engine.start()
        self.courier.wake()

    def stop(self) -> None:
        """End the background threads."""
        self.time_engine.stop()
        self.courier.stop()

    # Work

    @contextmanager
    def unit(self, account_id: str, *, cause: Cause | None = None, now: int | None = None) -> Iterator[Unit]:
        """A change, committed as one when the block ends well; deliveries start after it."""
        with self.database.writing() as connection:
            unit = Unit(
                connection,
                account_id=account_id,
                now=self.clock.now() if now is None else now,
                cause=cause or Cause(),
                base_url=self.base_url,
                faults=self.faults,
                settings=self.settings,
            )
            yield unit
            unit.flush()
        if unit.has_events:
            self.courier.wake()
        if unit.has_timers:
            self.time_engine.wake()
        if unit.advanced_clock is not None:
            self.time_engine.send_off(account_id, unit.advanced_clock)

    def reader(self, account_id: str) -> Unit:
        """A view of what was committed last; changes made in it are never written."""
        return Unit(
            self.database.reading(),
            account_id=account_id,
            now=self.clock.now(),
            cause=Cause(),
            base_url=self.base_url,
            faults=self.faults,
            settings=self.settings,
            is_read_only=True,
        )

    # Accounts

    def account_for(self, key: str) -> str:
        """The account of an API key; made, with the command line's endpoints, when the key is first used."""
        account_id = "acct_1" + hashlib.sha256(key.encode()).hexdigest()[:15]
        with self._accounts_lock:
            if account_id not in self._accounts:
                if self.reader(account_id).find("account", account_id) is None:
                    with self.unit(account_id) as unit:
                        accounts.create(unit, merchant_name=self._merchant_name, endpoints=self._endpoints)
                self._accounts.add(account_id)
        return account_id

    def owner_of(self, kind: str, object_id: str) -> str | None:
        """The account that holds this object; hosted pages know an object but no key."""
        row = (
            self.database.reading()
            .execute("SELECT account FROM objects WHERE kind = ? AND id = ?", (kind, object_id))
            .fetchone()
        )
        return None if row is None else str(row["account"])

    # Control

    def reset(self) -> None:
        """Forget all state, faults and the clock's offset; the command line's endpoints stay."""
        with self.time_engine.exclusive(), self._accounts_lock:
            self.courier.quiesce()
            self.database.clear()
            self.clock.restart()
            self.faults.clear()
            self.requests.clear()
            self.courier.is_paused = False
            self.settings.clear()
            self.settings.update(settings.defaults())
            self._accounts.clear()

    def change_settings(self, values: dict[str, Any]) -> None:
        """Change switches by name, all or none. Raises ValueError for an unknown one or a value that cannot be."""
        kept = settings.checked(values)
        self.settings.update(kept)
        self.database.put_meta("settings", value=json.dumps(self.settings))

    # Looking in

    def clock_body(self) -> dict[str, Any]:
        """What GET /_sandbox/clock answers."""
        return {
            **self.clock.body(),
            "next_due": self.time_engine.next_moment(),
            "pending_deliveries": self._pending(),
        }

    def _pending(self) -> int:
        row = self.database.reading().execute(
            f"SELECT count(*) AS n FROM deliveries WHERE {READY} AND due_at <= ?", (self.clock.now(),)
        )
        return int(row.fetchone()["n"])

    def overview(self) -> dict[str, Any]:
        """How many objects of each kind there are, and the state of clock, faults and courier."""
        rows = self.database.reading().execute(
            "SELECT account, kind, count(*) AS n FROM objects GROUP BY account, kind ORDER BY account, kind"
        )
        counts: dict[str, dict[str, int]] = {}
        for row in rows.fetchall():
            counts.setdefault(row["account"], {})[row["kind"]] = row["n"]
        return {
            "accounts": counts,
            "clock": self.clock_body(),
            "faults": self.faults.listed(),
            "is_paused": self.courier.is_paused,
            "settings": dict(self.settings),
        }

    def recent_events(self, *, limit: int = 50) -> list[dict[str, Any]]:
        """The latest events of all accounts, newest first."""
        rows = self.database.reading().execute("SELECT body FROM events ORDER BY seq DESC LIMIT ?", (limit,))
        return [json.loads(row["body"]) for row in rows.fetchall()]

    def recent_deliveries(self, *, limit: int = 50) -> list[dict[str, Any]]:
        """The latest deliveries of all accounts, newest first; `attempted_at` is system time."""
        rows = self.database.reading().execute("SELECT * FROM deliveries ORDER BY seq DESC LIMIT ?", (limit,))
        return [dict(row) for row in rows.fetchall()]

    def recent_requests(self, *, limit: int = 50) -> list[dict[str, Any]]:
        """The latest API calls since the start, newest first; `at` is system time."""
        return list(self.requests)[:limit]

    def _read_settings(self) -> dict[str, Any]:
        kept = json.loads(self.database.get_meta("settings", default="{}"))
        return {**settings.defaults(), **{name: value for name, value in kept.items() if name in settings.SWITCHES}}
