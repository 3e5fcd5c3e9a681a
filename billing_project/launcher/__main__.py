"""`python -m billing_project.launcher`: prepares and runs the product for development.

PORT, SANDBOX_PORT and BILLING_DATA_DIR move it, so that several can run side by side.
"""

import os
import secrets
import signal
import sys
from pathlib import Path

from billing_project.launcher import machine
from billing_project.launcher.stack import Stack


def main() -> int:
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
    os.chdir(machine.ROOT)
    try:
        machine.require_python()
        lock = machine.DirectoryLock(machine.data_dir())
        lock.take()
        machine.require_free_ports()
    except machine.NotReady as fault:
        return _complain(str(fault))
    lock.record({})
    set_environment()
    try:
        return start(lock)
    except KeyboardInterrupt:
        return 130
    finally:
        lock.release()


def set_environment() -> None:
    """What the children inherit. START_TOKEN tells this start's processes from an earlier one's."""
    os.environ.update(
        {
            "DJANGO_SETTINGS_MODULE": "billing_project.settings",
            "START_TOKEN": secrets.token_hex(8),
            "BILLING_DATA_DIR": str(machine.data_dir()),
            "PYTHONUNBUFFERED": "1",
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}",
        }
    )


def start(lock: machine.DirectoryLock) -> int:
    """Prepare the database, then run the Procfile until it stops."""
    # Only now may Django's settings be read: they come from the environment set above.
    from billing_project.launcher import preparation

    try:
        preparation.prepare()
    except preparation.FAILURES as fault:
        return _complain(f"Preparing failed: {fault}")
    stack = Stack(preparation.procfile(), companion=preparation.finish, record=lock.record)
    exit_code = stack.run()
    return _complain(stack.fault) if stack.fault else exit_code


def _complain(line: str) -> int:
    print(line, file=sys.stderr, flush=True)
    return 1


if __name__ == "__main__":
    sys.exit(main())
