"""Counts what the product asks of Stripe, for `/metrics`: memory of this process only, no database.

Every name ends in its unit. What a row of the database can tell is read from there instead, when somebody asks.
"""

from prometheus_client import Counter

_fetches = Counter("stripe_fetches", "Objects fetched to bring our copy up to date.", ["kind"])
_failed_fetches = Counter("stripe_failed_fetches", "Refreshes that were given back, by the error's code.", ["code"])
_rate_limited = Counter("stripe_rate_limited", "Calls that Stripe answered with 429.")


def fetched(kind: str) -> None:
    """An object of that kind is being fetched: divided by events dispatched, how well fetches are shared."""
    _fetches.labels(kind).inc()


def fetch_failed(code: str) -> None:
    """A refresh failed and comes again. `code` is one of our own codes or the name of an exception's class."""
    _failed_fetches.labels(code).inc()


def rate_limited() -> None:
    """Stripe has answered 429."""
    _rate_limited.inc()
