"""Decides whether the virtual environment fits the lock file and brings it there; standard library only.

The lock's hashes are checked for everything, uv itself included.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
ENVIRONMENT = ROOT / ".venv"
PYTHON = ENVIRONMENT / "bin" / "python"


def install(lock_name: str) -> None:
    """Make `.venv` hold what the lock names. Safe to repeat: an unchanged lock costs nothing."""
    lock = ROOT / lock_name
    if is_installed(lock):
        return
    if not PYTHON.exists():
        print("Making the virtual environment .venv …", flush=True)
        venv.create(ENVIRONMENT, with_pip=True, clear=True)
    if not (ENVIRONMENT / "bin" / "uv").exists():
        _install_uv()
    print(f"Installing {lock_name} …", flush=True)
    arguments = ["pip", "install", "--quiet", "--python", str(PYTHON), "--require-hashes", "-r", str(lock)]
    subprocess.run([str(ENVIRONMENT / "bin" / "uv"), *arguments], check=True, env={**_pip_index(), **os.environ})
    _stamp(lock).write_text(_mark(lock))


def is_installed(lock: Path) -> bool:
    return PYTHON.exists() and _stamp(lock).is_file() and _stamp(lock).read_text() == _mark(lock)


def _stamp(lock: Path) -> Path:
    return ENVIRONMENT / f"{lock.stem}.installed"


def _mark(lock: Path) -> str:
    return hashlib.sha256(lock.read_bytes()).hexdigest()


def _install_uv() -> None:
    """Install the uv that the development lock pins, hashes checked."""
    lines = (ROOT / "requirements-dev.txt").read_text().splitlines()
    first = next(number for number, line in enumerate(lines) if line.startswith("uv=="))
    after = next(number for number in range(first + 1, len(lines)) if not lines[number].startswith("    "))
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as pinned:
        pinned.write("\n".join(lines[first:after]) + "\n")
        pinned.flush()
        arguments = ["-m", "pip", "install", "--quiet", "--require-hashes", "-r", pinned.name]
        subprocess.run([str(PYTHON), *arguments], check=True)


def _pip_index() -> dict[str, str]:
    """A company's own index, set up for pip, serves uv as well, which does not read pip's configuration."""
    arguments = [str(PYTHON), "-m", "pip", "config", "get", "global.index-url"]
    answer = subprocess.run(arguments, check=False, capture_output=True, text=True)
    url = os.environ.get("PIP_INDEX_URL") or answer.stdout.strip()
    return {"UV_DEFAULT_INDEX": url} if url else {}


if __name__ == "__main__":
    try:
        install(sys.argv[1])
    except subprocess.CalledProcessError as fault:
        sys.exit(f"Installing failed: {' '.join(fault.cmd[:4])} … ended with exit code {fault.returncode}.")
