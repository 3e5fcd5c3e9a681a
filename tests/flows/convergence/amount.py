"""How much is run: few orders in `make test`, all of them in `make test-full`, some by name."""

import os

_FEW = 5


def seeds() -> list[int]:
    """CONVERGENCE_SEEDS names some (`17,44`); else CONVERGENCE_ORDERS says how many, as `make test-full` does."""
    named = os.environ.get("CONVERGENCE_SEEDS", "")
    return [int(seed) for seed in named.split(",")] if named else list(range(_orders()))


def is_full() -> bool:
    """Whether the long stories are played, too, and the planted mistakes."""
    return bool({"CONVERGENCE_ORDERS", "CONVERGENCE_SEEDS"} & set(os.environ))


def _orders() -> int:
    return int(os.environ.get("CONVERGENCE_ORDERS", str(_FEW)))
