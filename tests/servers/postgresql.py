"""A PostgreSQL cluster that lives as long as one run: made by initdb, open to this machine only."""

import shutil
import signal
import subprocess
from pathlib import Path

import psycopg

from tests.servers.server import Server, ServerFailed, unprivileged

_USER = "billing"
_DATABASE = "billing"
# Debian keeps the programs of each version out of the PATH, so that several may stand side by side.
_DEBIAN = Path("/usr/lib/postgresql")


class PostgreSQL(Server):
    """Keeps what is committed through a power cut, as in production, unless `fsync` is off: then it is faster."""

    name = "PostgreSQL"
    package = "postgresql"
    stop_signal = signal.SIGINT  # Its "fast" way: clients are sent away, what is committed is kept.

    def __init__(self, *, fsync: bool = True) -> None:
        super().__init__()
        self.fsync = fsync

    @classmethod
    def programs(cls) -> Path | None:
        found = [path.parent for path in _DEBIAN.glob("*/bin/initdb")]
        if found:
            return max(found, key=lambda folder: int(folder.parent.name))
        on_path = shutil.which("initdb")
        return Path(on_path).resolve().parent if on_path else None

    @property
    def url(self) -> str:
        return self.url_of(_DATABASE)

    def url_of(self, database: str) -> str:
        return f"postgres://{_USER}@127.0.0.1:{self.port}/{database}"

    def start(self) -> None:
        is_new = not self._data.exists()
        if is_new:
            self._make_cluster()
        super().start()
        if is_new:
            with psycopg.connect(self.url_of("postgres"), autocommit=True) as connection:
                connection.execute(f"CREATE DATABASE {_DATABASE}")

    @property
    def _data(self) -> Path:
        return self.folder / "data"

    def _make_cluster(self) -> None:
        options = ["--pgdata", str(self._data), "--username", _USER, "--auth", "trust", "--encoding", "UTF8"]
        done = subprocess.run(
            [str(self._program("initdb")), *options, "--no-locale", "--no-sync"],
            cwd=self.folder,
            capture_output=True,
            text=True,
            check=False,
            **unprivileged(),
        )
        if done.returncode:
            raise ServerFailed(f"initdb failed:\n{done.stdout}{done.stderr}")

    def _command(self) -> list[str]:
        settings = {
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": "",
            "fsync": "on" if self.fsync else "off",
        }
        options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        return [str(self._program("postgres")), "-D", str(self._data), "-p", str(self.port), *options]

    def _answers(self) -> bool:
        try:
            psycopg.connect(self.url_of("postgres"), connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True

    def _program(self, name: str) -> Path:
        folder = self.programs()
        if folder is None:
            raise ServerFailed(f"missing {self.name}: apt install {self.package}")
        return folder / name
