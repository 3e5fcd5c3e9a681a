"""Decides what belongs to one change: objects, events, deliveries and timers that are committed together."""

import json
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from stripe_sandbox import API_VERSION, ids
from stripe_sandbox.errors import no_such
from stripe_sandbox.faults import Faults
from stripe_sandbox.store.changes import previous_attributes

StripeObject = dict[str, Any]
# Timers that no test clock holds back: a bank books a charge some seconds after it, whatever time billing keeps, and
# a test card brings about its dispute or warning as soon.
COMMON_TIME = frozenset({"card_dispute", "card_fraud_warning", "charge_settlement"})


@dataclass(frozen=True)
class Cause:
    """The API call that leads to a change; both None for what time alone brings about."""

    request_id: str | None = None
    idempotency_key: str | None = None


def render(thing: StripeObject) -> StripeObject:
    """What clients may see: private keys (leading underscore) are left out."""
    return {key: value for key, value in thing.items() if not key.startswith("_")}


def dump(thing: Any) -> str:
    """JSON as it is stored and sent."""
    return json.dumps(thing, separators=(",", ":"), ensure_ascii=False)


class Unit:
    """One unit of work on one account. Loaded objects are plain dicts; changes to them are written by flush."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        *,
        account_id: str,
        now: int,
        cause: Cause,
        base_url: str,
        faults: Faults,
        settings: dict[str, Any],
        is_read_only: bool = False,
    ) -> None:
        self.connection = connection
        self.account_id = account_id
        self.now = now
        self.cause = cause
        self.base_url = base_url
        self.faults = faults
        self.settings = settings
        self._is_read_only = is_read_only
        self.has_events = False
        self.has_timers = False
        # What is only imagined is never paid: cards, switches and faults would remember it.
        self.is_imagined = False
        # Set for what happens on a test clock; `advanced_clock` is one that sets off when this is committed.
        self.clock_id: str | None = None
        self.advanced_clock: str | None = None
        self._deliver_at = now
        self._endpoints: list[StripeObject] | None = None
        self._loaded: dict[tuple[str, str], StripeObject] = {}
        self._stored: dict[tuple[str, str], str] = {}
        self._shown: dict[tuple[str, str], str] = {}

    def move_to_clock(self, clock_id: str, *, now: int) -> None:
        """From here on this change happens on that test clock, at its moment; deliveries keep the common time."""
        self.clock_id, self.now = clock_id, now

    # Objects

    def find(self, kind: str, object_id: str) -> StripeObject | None:
        """The object, or None. The same dict each time within one unit."""
        known = self._loaded.get((kind, object_id))
        if known is not None:
            return known
        row = self.connection.execute(
            "SELECT data FROM objects WHERE account = ? AND kind = ? AND id = ?",
            (self.account_id, kind, object_id),
        ).fetchone()
        return None if row is None else self._remember(kind, row["data"])

    def get(self, kind: str, object_id: str, *, param: str = "id", status: int = 404) -> StripeObject:
        """The object. Raises ApiError "No such …" when there is none or it was deleted."""
        thing = self.find(kind, object_id)
        if thing is None or thing.get("_is_deleted"):
            raise no_such(kind, object_id, param=param, status=status)
        return thing

    def _remember(self, kind: str, data: str) -> StripeObject:
        thing: StripeObject = json.loads(data)
        key = (kind, thing["id"])
        if key in self._loaded:
            return self._loaded[key]
        self._loaded[key] = thing
        self._stored[key] = data
        self._shown[key] = dump(render(thing))
        return thing

    def add(self, thing: StripeObject) -> StripeObject:
        """Make a new object part of this unit; `created` is now if it has none."""
        if thing.get("created") is None and "created" in thing:
            thing["created"] = self.now
        if self.clock_id is not None and "test_clock" in thing:
            thing["test_clock"] = self.clock_id
        self._loaded[(thing["object"], thing["id"])] = thing
        if thing["object"] == "webhook_endpoint":
            self._endpoints = None
        return thing

    def select(self, kind: str, *, where: str = "", values: Iterable[Any] = ()) -> list[StripeObject]:
        """Objects of a kind, newest first; `where` is a condition on columns and json_extract(data, …)."""
        self.flush()
        condition = f" AND {where}" if where else ""
        rows = self.connection.execute(
            f"SELECT data FROM objects WHERE account = ? AND kind = ?{condition} ORDER BY seq DESC",
            (self.account_id, kind, *values),
        ).fetchall()
        return [self._remember(kind, row["data"]) for row in rows]

    def flush(self) -> None:
        """Write every new or changed object; a reading unit writes nothing."""
        if self._is_read_only:
            return
        for key, thing in self._loaded.items():
            data = dump(thing)
            if self._stored.get(key) == data:
                continue
            customer = thing.get("customer")
            if key in self._stored:
                self.connection.execute(
                    "UPDATE objects SET data = ?, customer = ? WHERE account = ? AND kind = ? AND id = ?",
                    (data, customer, self.account_id, *key),
                )
            else:
                self.connection.execute(
                    "INSERT INTO objects (account, kind, id, customer, created, data) VALUES (?, ?, ?, ?, ?, ?)",
                    (self.account_id, *key, customer, thing.get("created") or self.now, data),
                )
            self._stored[key] = data

    @contextmanager
    def imagined(self) -> Iterator[None]:
        """What happens in this block is undone at its end, events and timers included; copy out what is to stay."""
        self.flush()
        self.connection.execute("SAVEPOINT imagined")
        now, self.is_imagined = self.now, True
        try:
            yield
        finally:
            self.now, self.is_imagined = now, False
            self.forget()
            self.connection.execute("ROLLBACK TO imagined")
            self.connection.execute("RELEASE imagined")

    def forget(self) -> None:
        """Drop what was loaded and not written; the caller rolls the database back."""
        self._loaded.clear()
        self._stored.clear()
        self._shown.clear()
        self._endpoints = None

    # Events

    def emit(
        self,
        event_type: str,
        thing: StripeObject,
        *,
        previous: dict[str, Any] | None = None,
        twin: str | None = None,
    ) -> None:
        """Record an event with the object as it is now, and a delivery for each endpoint that wants it.

        An `*.updated` event names what changed since the object was created, loaded or last updated; without a
        change there is none. `previous` gives the old values for an event of another name, or of an object that takes
        another's place; `twin` is a second name under which Stripe tells the same.
        """
        key = (thing["object"], thing.get("id", ""))
        shown = render(thing)
        data: dict[str, Any] = {"object": shown}
        if event_type.endswith(".updated"):
            before = self._shown.get(key)
            changed = previous or (previous_attributes(json.loads(before), after=shown) if before else {})
            if not changed:
                return
            data["previous_attributes"] = changed
        elif previous:
            data["previous_attributes"] = previous
        # Only these two are a new starting point: `invoice.updated` after `invoice.payment_failed` names it all.
        if event_type.endswith((".updated", ".created")):
            self._shown[key] = dump(shown)
        for name in (event_type, twin):
            if name is not None:
                self._record_event(name, data, object_id=thing.get("id"))

    def _record_event(self, event_type: str, data: dict[str, Any], *, object_id: str | None) -> None:
        self.has_events = True
        endpoints = [
            endpoint
            for endpoint in self._all_endpoints()
            if _wants(endpoint, event_type) and not endpoint.get("_is_deleted")
        ]
        event = {
            "id": ids.new_id("event"),
            "object": "event",
            "api_version": API_VERSION,
            "created": self.now,
            "data": data,
            "livemode": False,
            "pending_webhooks": len(endpoints),
            "request": {"id": self.cause.request_id, "idempotency_key": self.cause.idempotency_key},
            "type": event_type,
        }
        self.connection.execute(
            "INSERT INTO events (account, id, type, object_id, created, body) VALUES (?, ?, ?, ?, ?, ?)",
            (self.account_id, event["id"], event_type, object_id, self.now, dump(event)),
        )
        for endpoint in reversed(endpoints):
            self.connection.execute(
                "INSERT INTO deliveries (account, event_id, event_type, endpoint_id, url, due_at)"
                " VALUES (?, ?, ?, ?, ?, ?)",
                (self.account_id, event["id"], event_type, endpoint["id"], endpoint["url"], self._deliver_at),
            )

    def _all_endpoints(self) -> list[StripeObject]:
        """The account's endpoints, newest first; read once, for an event is made at every step."""
        if self._endpoints is None:
            self._endpoints = self.select("webhook_endpoint")
        return self._endpoints

    # Timers

    def schedule(self, kind: str, object_id: str, *, due_at: int) -> None:
        """Have the named handler run for this object at that moment; an earlier plan of this kind is replaced."""
        self.unschedule(kind, object_id)
        if self.clock_id is not None and kind not in COMMON_TIME:
            self.connection.execute(
                "INSERT INTO clock_timers (account, clock, kind, object_id, due_at) VALUES (?, ?, ?, ?, ?)",
                (self.account_id, self.clock_id, kind, object_id, due_at),
            )
            return
        if self.clock_id is not None:
            due_at += self._deliver_at - self.now
        self.has_timers = True
        self.connection.execute(
            "INSERT INTO timers (account, kind, object_id, due_at) VALUES (?, ?, ?, ?)",
            (self.account_id, kind, object_id, due_at),
        )

    def unschedule(self, kind: str, object_id: str) -> None:
        """Drop the plan, if there is one."""
        for table in ("timers", "clock_timers"):
            self.connection.execute(
                f"DELETE FROM {table} WHERE account = ? AND kind = ? AND object_id = ?",
                (self.account_id, kind, object_id),
            )


def _wants(endpoint: StripeObject, event_type: str) -> bool:
    wanted = endpoint["enabled_events"]
    return endpoint["status"] == "enabled" and ("*" in wanted or event_type in wanted)
