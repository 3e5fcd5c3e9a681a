"""A process that fills a fresh PostgreSQL and then opens the admin's pages as a member of staff, again and again.

`python -m bench.list_times ROWS ROUNDS` prints a JSON line a page: the page's queries, its median milliseconds on the
server (the answer rendered, no network), and those of a plain `SELECT … LIMIT 100` of the same table.
"""

import json
import os
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

import django
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

_WARM_UP = 2

LISTS = (
    *("accounts_organization", "accounts_user", "accounts_membership", "billing_customer", "billing_subscription"),
    *("billing_invoice", "billing_chargeattempt", "billing_refund", "billing_dispute", "billing_notice"),
    *("billing_transition", "billing_auditentry", "billing_dunningcase", "billing_dunningattempt"),
    *("billing_stafftask", "billing_customernote"),
)


def main(rows: int, rounds: int) -> None:
    call_command("migrate", run_syncdb=True, interactive=False, verbosity=0)
    from accounts.models import User
    from bench.list_rows import fill

    fill(rows)
    client = Client(headers={"host": "localhost"})
    client.force_login(User.objects.create_superuser("staff@bench.example", "correct horse battery"))
    for name, table, address in _pages(rows):
        queries = _queries(client, address)
        page_ms, cpu_ms = _spent_ms(lambda address=address: _open(client, address), rounds)
        plain_ms, _ = _spent_ms(lambda table=table: _plain(table), rounds)
        line = {"page": name, "queries": queries, "ms": page_ms, "cpu_ms": cpu_ms, "plain_ms": plain_ms}
        print(json.dumps(line), flush=True)


def _pages(rows: int) -> list[tuple[str, str, str]]:
    """Name, the table that it is measured by, and address: lists, searched lists, and the pages of one customer."""
    from accounts.models import Organization

    organization = Organization.objects.get(name=f"Studio {rows // 2}")
    lists = [(name, name, reverse(f"admin:{name}_changelist")) for name in LISTS]
    by_id = [
        (f"{table}?q={word}", table, f"{reverse(f'admin:{table}_changelist')}?q={word}")
        for table, word in (
            ("billing_invoice", f"in_{rows // 2}"),
            ("billing_invoice", "nowhere"),
            ("billing_subscription", f"Studio {rows // 2}"),
            ("billing_chargeattempt", f"cus_{rows // 2}"),
        )
    ]
    search = reverse("admin:billing_search")
    words = (f"Studio {rows // 2}", "4242", f"{rows // 2}@studio.example")
    return [
        *lists,
        *by_id,
        ("customer_page", "accounts_organization", reverse("admin:billing_customerpage", args=[organization.pk])),
        *((f"search?q={word}", "accounts_organization", f"{search}?q={word}") for word in words),
        ("front_page", "billing_stafftask", reverse("admin:index")),
    ]


def _open(client: Client, address: str) -> None:
    answer = client.get(address)
    if answer.status_code not in (200, 302):
        raise RuntimeError(f"{address} answered {answer.status_code}")


def _plain(table: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {table} LIMIT 100")  # noqa: S608  # A name from the list above.
        cursor.fetchall()


def _queries(client: Client, address: str) -> int:
    _open(client, address)
    with CaptureQueriesContext(connection) as queries:
        _open(client, address)
    return len(queries)


def _spent_ms(ask: Callable[[], None], rounds: int) -> tuple[float, float]:
    """Median milliseconds on the wall, and of the processor: this process and its connection's server process."""
    walls, cpus = [], []
    for _ in range(_WARM_UP + rounds):
        began, began_cpu = time.perf_counter(), _cpu_seconds()
        ask()
        walls.append((time.perf_counter() - began) * 1000)
        cpus.append((_cpu_seconds() - began_cpu) * 1000)
    return statistics.median(walls[_WARM_UP:]), statistics.mean(cpus[_WARM_UP:])


def _cpu_seconds() -> float:
    ticks = Path(f"/proc/{_backend()}/stat").read_text().rpartition(")")[2].split()[11:13]
    return time.process_time() + sum(map(int, ticks)) / os.sysconf("SC_CLK_TCK")


def _backend() -> int:
    pid: int = connection.connection.info.backend_pid
    return pid


if __name__ == "__main__":
    django.setup()
    main(int(sys.argv[1]), int(sys.argv[2]))
