"""`python -m tests.servers [--no-fsync] command …`: runs a command with a PostgreSQL and a Redis of its own.

The command finds them through DATABASE_URL and CELERY_BROKER_URL; its exit code becomes ours. However it ends, both
servers are stopped and their data are removed.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Sequence

from tests.servers.postgresql import PostgreSQL
from tests.servers.redis_server import RedisServer
from tests.servers.server import Server, ServerFailed

_NO_FSYNC = "--no-fsync"


def main(arguments: Sequence[str]) -> int:
    absent = [kind for kind in (PostgreSQL, RedisServer) if kind.programs() is None]
    if absent:
        return _complain(missing_line(absent))
    has_fsync = _NO_FSYNC not in arguments[:1]
    command = list(arguments if has_fsync else arguments[1:])
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda number, frame: sys.exit(128 + number))
    try:
        with PostgreSQL(fsync=has_fsync) as database, RedisServer() as broker:
            return run(command, database_url=database.url, broker_url=broker.url)
    except ServerFailed as fault:
        return _complain(str(fault))


def missing_line(absent: Sequence[type[Server]]) -> str:
    """One line that names what is not installed, and the command that installs it."""
    names = " and ".join(kind.name for kind in absent)
    return f"missing {names}: apt install {' '.join(kind.package for kind in absent)}"


def run(command: Sequence[str], *, database_url: str, broker_url: str) -> int:
    """The command's exit code, or 128 and the number of the signal that ended it."""
    environment = {**os.environ, "DATABASE_URL": database_url, "CELERY_BROKER_URL": broker_url}
    process = subprocess.Popen(command, env=environment)
    try:
        code = process.wait()
    except KeyboardInterrupt:
        code = process.wait()  # The terminal has interrupted the command, too; it has something to say yet.
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait()
    return code if code >= 0 else 128 - code


def _complain(line: str) -> int:
    print(line, file=sys.stderr, flush=True)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
