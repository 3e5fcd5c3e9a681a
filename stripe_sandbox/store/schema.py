"""Decides the tables of the state file."""

TABLES = """
CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS accounts (id TEXT PRIMARY KEY, created INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS objects (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    account TEXT NOT NULL,
    kind TEXT NOT NULL,
    id TEXT NOT NULL,
    customer TEXT,
    created INTEGER NOT NULL,
    data TEXT NOT NULL,
    UNIQUE (account, kind, id)
);
CREATE INDEX IF NOT EXISTS objects_by_customer ON objects (account, kind, customer);
CREATE INDEX IF NOT EXISTS objects_by_id ON objects (kind, id);
CREATE TABLE IF NOT EXISTS events (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    account TEXT NOT NULL,
    id TEXT NOT NULL UNIQUE,
    type TEXT NOT NULL,
    object_id TEXT,
    created INTEGER NOT NULL,
    body TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS events_by_account ON events (account, seq);
CREATE INDEX IF NOT EXISTS events_by_object ON events (account, object_id);
CREATE TABLE IF NOT EXISTS deliveries (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    account TEXT NOT NULL,
    event_id TEXT NOT NULL,
    event_type TEXT NOT NULL,
    endpoint_id TEXT NOT NULL,
    url TEXT NOT NULL,
    due_at INTEGER NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    state TEXT NOT NULL DEFAULT 'pending',
    last_status INTEGER,
    last_error TEXT,
    attempted_at INTEGER,
    not_before_wall REAL NOT NULL DEFAULT 0
);
CREATE INDEX IF NOT EXISTS deliveries_pending ON deliveries (state, url, due_at, seq);
CREATE INDEX IF NOT EXISTS deliveries_by_event ON deliveries (event_id);
CREATE TABLE IF NOT EXISTS timers (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    account TEXT NOT NULL,
    kind TEXT NOT NULL,
    object_id TEXT NOT NULL,
    due_at INTEGER NOT NULL,
    UNIQUE (account, kind, object_id)
);
CREATE INDEX IF NOT EXISTS timers_due ON timers (due_at, seq);
CREATE TABLE IF NOT EXISTS clock_timers (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    account TEXT NOT NULL,
    clock TEXT NOT NULL,
    kind TEXT NOT NULL,
    object_id TEXT NOT NULL,
    due_at INTEGER NOT NULL,
    UNIQUE (account, kind, object_id)
);
CREATE INDEX IF NOT EXISTS clock_timers_due ON clock_timers (clock, due_at, seq);
CREATE TABLE IF NOT EXISTS idempotency (
    account TEXT NOT NULL,
    key TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    status INTEGER NOT NULL,
    body TEXT NOT NULL,
    request_id TEXT NOT NULL,
    created_wall REAL NOT NULL,
    PRIMARY KEY (account, key)
);
"""

# Columns that a state file of an older version lacks.
ADDED = (("deliveries", "not_before_wall", "REAL NOT NULL DEFAULT 0"),)
# A delivery that waits for billing time alone; `not_before_wall` holds one back until a moment of system time.
READY = "state = 'pending' AND not_before_wall <= (julianday('now') - 2440587.5) * 86400.0"

NAMES = ("meta", "accounts", "objects", "events", "deliveries", "timers", "clock_timers", "idempotency")
