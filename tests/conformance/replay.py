"""Decides how a story is replayed: seeded, in its own time, ids translated, each exchange judged or skipped."""

import time
from dataclasses import dataclass, field
from datetime import UTC, datetime

from tests.conformance.client import Client
from tests.conformance.comparing import Comparison
from tests.conformance.recordings import Exchange, Story, is_moment, times
from tests.conformance.seeding import Prices, prices_in, seed

_HAPPENS = frozenset({"created", "canceled_at", "ended_at", "finalized_at", "paid_at", "updated_at", "voided_at"})
_CONNECT = ("application_fee_amount", "on_behalf_of", "transfer_data", "stripe_account")


@dataclass
class Verdict:
    """What became of one exchange: "passed", "failed" or "skipped", and why."""

    exchange: Exchange
    outcome: str
    reasons: list[str] = field(default_factory=list)
    allowed: list[str] = field(default_factory=list)


def replay(client: Client, stories: list[Story]) -> list[Verdict]:
    """The verdict on every exchange of the stories. Resets the sandbox before each."""
    prices: Prices = {}
    for story in stories:
        prices |= prices_in(story)
    return [verdict for story in stories for verdict in _Replay(client, story, prices=prices).run()]


class _Replay:
    def __init__(self, client: Client, story: Story, *, prices: Prices) -> None:
        self._prices = prices
        self._client = client
        self._story = story
        self._shift = _shift(story)
        self._comparison = Comparison(shift_seconds=self._shift)
        self._known_moments: set[int] = set()
        self._now = 0
        self._made: set[str] = set()

    def run(self) -> list[Verdict]:
        self._client.control("reset", {})
        self._client.control("clock", {"freeze": True})
        if any(exchange.is_readable for exchange in self._story.exchanges):
            seed(self._client, self._story, elsewhere=self._prices)
        return [self._verdict(exchange) for exchange in self._story.exchanges]

    def _verdict(self, exchange: Exchange) -> Verdict:
        reason = self._skip_reason(exchange)
        if reason:
            return Verdict(exchange, "skipped", [reason])
        self._travel(exchange)
        query, form = (
            [(name, self._ours(value)) for name, value in side] for side in (exchange.query, exchange.form)
        )
        path = "/".join(self._ours(part) for part in exchange.path.split("/"))
        key = f"{exchange.name}" if "idempotency-key" in exchange.headers else None
        reply = self._client.send(exchange.method, path, form, query=query, key=key)
        differences, allowed = self._comparison.compare(exchange, reply)
        if exchange.method == "POST" and exchange.status == 200 and exchange.response.get("id"):
            self._made.add(exchange.response["id"])
        return Verdict(exchange, "failed" if differences else "passed", differences, allowed)

    def _ours(self, value: str) -> str:
        return self._comparison.ids.get(value, value)

    def _skip_reason(self, exchange: Exchange) -> str | None:
        if not exchange.is_readable:
            return f"older API version {exchange.version}"
        if _is_connect(exchange) or self._is_of_another_account(exchange):
            return "Connect: the exchange needs a second account"
        strange = {name for name in exchange.named_ids - self._comparison.ids.keys() if _matters(exchange, name)}
        if strange:
            return "an object whose creation is not recorded"
        return None

    def _is_of_another_account(self, exchange: Exchange) -> bool:
        """Stripe did not know what it had just made: the recording asked in another account's name."""
        path_ids = set(exchange.path.split("/")) & self._made
        is_unknown = exchange.status == 404 and exchange.response.get("error", {}).get("param") in {"id", None}
        return is_unknown and bool(path_ids) and exchange.method == "GET"

    def _travel(self, exchange: Exchange) -> None:
        """Stand where the recording stood: at the earliest moment that this answer is the first to show."""
        moments = {moment for name, moment in times(exchange.response) if name in _HAPPENS}
        fresh = [moment for moment in moments - self._known_moments if moment > self._now]
        self._known_moments |= {moment for _, moment in times(exchange.response)}
        if exchange.method != "GET" and fresh:
            self._now = min(fresh)
            self._client.control("clock", {"set": self._now + self._shift})


def _is_connect(exchange: Exchange) -> bool:
    names = [name.partition("[")[0] for name, _ in exchange.form + exchange.query]
    # An object made in a connected account's name says which platform made it.
    is_of_platform = bool(exchange.response.get("application"))
    return exchange.path.startswith("/v1/accounts/") or is_of_platform or any(name in _CONNECT for name in names)


def _matters(exchange: Exchange, name: str) -> bool:
    """An unknown id is no obstacle where Stripe did not know it either, or where a list was only filtered by it."""
    if exchange.status >= 400 or name.startswith("pm_card_"):
        return False
    return name in exchange.path.split("/") or f'"{name}"' in repr(exchange.response).replace("'", '"')


def _shift(story: Story) -> int:
    """Seconds from the recording's time to a later year with the same calendar ahead, leap day included."""
    first = next((e.first_moment for e in story.exchanges if e.is_readable and e.first_moment), None)
    if first is None or not is_moment(first):
        return 0
    start = datetime.fromtimestamp(first, tz=UTC)
    for year in range(start.year, start.year + 12):
        moved = start.replace(year=year, day=min(start.day, 28) if (start.month, start.day) == (2, 29) else start.day)
        is_alike = moved.replace(year=year + 1) - moved == start.replace(year=start.year + 1) - start
        if is_alike and moved.timestamp() > time.time() + 60:
            return int(moved.timestamp() - first)
    raise ValueError("no later year has the same calendar")
