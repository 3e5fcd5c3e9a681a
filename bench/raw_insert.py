"""Writes events as fast as PostgreSQL takes single rows over some connections: what no webhook inbox can exceed.

`python -m bench.raw_insert URL ROWS START` is one connection of them; it begins at START (Unix seconds) and prints
when it began and ended.
"""

import json
import subprocess
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime

import psycopg

from bench.events import event_body
from bench.small_stripe import SmallStripe

_COLUMNS = {
    "provider": "stripe",
    "endpoint": "stripe",
    "event_id": "",
    "type": "customer.subscription.updated",
    "account": "",
    "livemode": False,
    "api_version": "2026-05-27.dahlia",
    "object_id": "sub_0",
    "object_key": "",
    "created_at": datetime.now(UTC),
    "received_at": datetime.now(UTC),
    "body": b"",
    "state": "ignored",
    "error": "",
    "source": "push",
}
_SQL = (
    f"INSERT INTO webhooks_inboxevent ({', '.join(_COLUMNS)}) VALUES ({', '.join(f'%({c})s' for c in _COLUMNS)})"  # noqa: S608
    " ON CONFLICT (provider, endpoint, event_id) DO NOTHING"
)
_START_SECONDS = 3.0


def raw_rate(url: str, *, rows: int, connections: int) -> float:
    """Rows a second over so many connections, each in a process of its own, one commit a row."""
    start_at = time.time() + _START_SECONDS
    words = [sys.executable, "-m", "bench.raw_insert", url, str(rows // connections), str(start_at)]
    processes = [subprocess.Popen(words, stdout=subprocess.PIPE, text=True) for _ in range(connections)]
    spans = [json.loads(process.communicate()[0]) for process in processes]
    return rows / (max(end for _, end in spans) - min(begin for begin, _ in spans))


def main(arguments: Sequence[str]) -> None:
    url, rows, start_at = arguments[0], int(arguments[1]), float(arguments[2])
    bodies = [event_body(SmallStripe(subscriptions=1).subscription("sub_0")) for _ in range(rows)]
    values = [{**_COLUMNS, "event_id": json.loads(body)["id"], "body": body} for body in bodies]
    with psycopg.connect(url, autocommit=True) as connection:
        time.sleep(max(0.0, start_at - time.time()))
        begin = time.time()
        for row in values:
            connection.execute(_SQL, row)
        print(json.dumps([begin, time.time()]))


if __name__ == "__main__":
    main(sys.argv[1:])
