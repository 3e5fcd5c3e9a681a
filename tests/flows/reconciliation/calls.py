"""What was asked of the sandbox during a test."""

from tests.sandbox_fixture import Sandbox


class Calls:
    """The calls of Stripe's API since this was made."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox
        self._before = {call["id"] for call in self._all()}

    def _all(self) -> list[dict[str, str]]:
        found: list[dict[str, str]] = self._sandbox.requests(limit=1000)["data"]
        return found

    def made(self) -> list[tuple[str, str]]:
        """Method and path of each."""
        return [(call["method"], call["path"]) for call in self._all() if call["id"] not in self._before]
