"""How much is run: a few crashes and one kill in `make test`, all of them in `make test-full`, some by name."""

import os

_FEW_CRASHES = 8
_FEW_KILLS = 1


def seeds() -> list[int]:
    """DUNNING_SEEDS names stories (`17,44`), or says from which to which (`0-19`); without it they begin with 0."""
    named = os.environ.get("DUNNING_SEEDS", "")
    if "-" in named:
        first, last = named.split("-")
        return list(range(int(first), int(last) + 1))
    return [int(seed) for seed in named.split(",")] if named else []


def crashes() -> int:
    """How many crashes all stories together have to live through, as DUNNING_CRASHES says."""
    return int(os.environ.get("DUNNING_CRASHES", str(_FEW_CRASHES)))


def kills() -> int:
    """How many processes are killed in each flow."""
    return int(os.environ.get("DUNNING_KILLS", str(_FEW_KILLS)))


def is_full() -> bool:
    return bool({"DUNNING_SEEDS", "DUNNING_CRASHES"} & set(os.environ))
