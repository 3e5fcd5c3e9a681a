"""Reads saved policies by their keys, for whoever tries them out; it must not know which cases have them."""

from collections.abc import Sequence

from billing.errors import NotFound
from billing.rules.dunning.facts import Policy
from billing.rules.dunning.policy import parse_policy
from billing.selectors.dunning_policy import newest


def stored_policies(keys: Sequence[str]) -> list[tuple[Policy, object]]:
    """The newest version under each of `keys`, in their order, with the text that it was read from.

    Raises NotFound for a key that nothing is saved under.
    """
    found: list[tuple[Policy, object]] = []
    for key in keys:
        row = newest(key)
        if row is None:
            raise NotFound(f"There is no saved dunning policy with the key {key}.")
        found.append((parse_policy(row.key, row.version, row.body), row.body))
    return found
