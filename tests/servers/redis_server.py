"""A Redis that lives as long as one run; enough databases for each test that starts a worker to have its own."""

import shutil
from pathlib import Path

import redis

from tests.servers.server import Server

_DATABASES = 1000


class RedisServer(Server):
    """Appends each order to a file once a second, as a broker in production would: a kill loses little."""

    name = "Redis"
    package = "redis-server"

    @classmethod
    def programs(cls) -> Path | None:
        found = shutil.which("redis-server")
        return Path(found).parent if found else None

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def _command(self) -> list[str]:
        settings = {
            "bind": "127.0.0.1",
            "port": str(self.port),
            "dir": str(self.folder),
            "databases": str(_DATABASES),
            "appendonly": "yes",
            "save": "",
        }
        return ["redis-server", *(word for name, value in settings.items() for word in (f"--{name}", value))]

    def _answers(self) -> bool:
        try:
            with redis.Redis.from_url(self.url, socket_timeout=2) as client:
                return bool(client.ping())
        except redis.RedisError:
            return False
