"""Routes of searches, one for each kind of object that Stripe searches."""

from typing import Any

from stripe_sandbox.store.unit import StripeObject, Unit
from stripe_sandbox.wire.routing import route
from stripe_sandbox.wire.search import FIELDS, search


def _register(kind: str) -> None:
    url = f"/v1/{kind}s/search"

    @route("GET", url, schema=f"{kind}_search")
    def found(unit: Unit, params: dict[str, Any]) -> StripeObject:
        """What the query finds."""
        return search(unit, kind, params, url=url)


for _kind in FIELDS:
    _register(_kind)
