"""Decides how a recipe is written down; it must not know any recipe."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.stripe_sandbox.driver import Driver

Flow = Callable[[Driver], Any]
DESCRIPTION = "made by a recipe"
NOT_STORED = "the recipe itself could not be read: the flow is what its event's name says"
NOTE = {"metadata": {"colour": "green"}}


NO_SOURCE = "the customer's card is a payment method, where theirs is a legacy source"


@dataclass(frozen=True)
class Recipe:
    """One flow that ends in an event.

    `name` is the name that stripe-cli gives to its trigger, `event` the event that it is about. `flow` answers the
    object of that event; where that is a deletion, as the API showed it last. `differs` says where our flow takes
    another way than theirs, and why.
    """

    name: str
    event: str
    flow: Flow
    differs: str | None


RECIPES: dict[str, Recipe] = {}


def recipe(name: str, *, event: str | None = None, differs: str | None = None) -> Callable[[Flow], Flow]:
    """Write a flow down under its name. Each name is written once."""

    def write_down(flow: Flow) -> Flow:
        if name in RECIPES:
            raise ValueError(f"the recipe {name} is written down twice")
        RECIPES[name] = Recipe(name=name, event=event or name, flow=flow, differs=differs)
        return flow

    return write_down
