"""What a catalogue is and which catalogues make sense; it must not know a file, a database or Stripe."""

from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

from billing.errors import CatalogueError
from billing.money import Money
from billing.terms import Interval


class FeatureKind(StrEnum):
    FLAG = "flag"
    LIMIT = "limit"


@dataclass(frozen=True, slots=True)
class Feature:
    """Something that a plan switches on (a flag) or counts (a limit). `counted` holds `{limit}`."""

    code: str
    name: str
    kind: FeatureKind
    counted: str = ""
    unlimited: str = ""


@dataclass(frozen=True, slots=True)
class Grant:
    """What a plan gives of one feature: a flag that is on, a number, or without limit. No grant: off, or none.

    With `is_per_seat` the number is for each seat that is bought.
    """

    feature_code: str
    limit: int | None = None
    is_unlimited: bool = False
    is_per_seat: bool = False


@dataclass(frozen=True, slots=True)
class SeatTerms:
    """How many seats of a plan may be bought; its prices are for one seat."""

    minimum: int
    maximum: int


@dataclass(frozen=True, slots=True)
class PlanPrice:
    """A price for one interval: of the whole organization, or of one seat where the plan has seats."""

    lookup_key: str
    interval: Interval
    money: Money


@dataclass(frozen=True, slots=True)
class Plan:
    code: str
    name: str
    tagline: str = ""
    trial_days: int = 0
    is_free: bool = False
    is_recommended: bool = False
    seats: SeatTerms | None = None
    grants: tuple[Grant, ...] = ()
    prices: tuple[PlanPrice, ...] = ()


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Everything on sale. Features and plans stand in the order of the pages, plans from low to high."""

    currencies: tuple[str, ...] = ()
    features: tuple[Feature, ...] = ()
    plans: tuple[Plan, ...] = ()


def lookup_key(plan_code: str, *, interval: Interval, currency: str) -> str:
    """The name under which Stripe and we find the price that is on sale now, such as `growth_month_eur`."""
    return f"{plan_code}_{interval}_{currency}"


def check_catalogue(catalogue: Catalogue) -> None:
    """Refuse a catalogue that cannot be sold as it stands. Raises CatalogueError with the place in `key`.

    Checked are the rules that need more than one plan: exactly one is free, and that one stands first; at most one
    is recommended; every paid plan is dearer than the one before in each interval and currency, where a plan with
    seats costs what its fewest seats cost.
    """
    _check_free_plan(catalogue.plans)
    recommended = [plan.code for plan in catalogue.plans if plan.is_recommended]
    if len(recommended) > 1:
        raise refusal(f"plans.{recommended[1]}.recommended", "only one plan can be recommended")
    for lower, higher in pairwise(plan for plan in catalogue.plans if not plan.is_free):
        _check_order(lower, higher)


def refusal(key: str, reason: str) -> CatalogueError:
    return CatalogueError(f"{key}: {reason}.", key=key)


def _check_free_plan(plans: tuple[Plan, ...]) -> None:
    free = [plan.code for plan in plans if plan.is_free]
    if not free:
        raise refusal("plans", "exactly one plan must be free, and none is")
    if len(free) > 1:
        raise refusal(f"plans.{free[1]}.free", f"only one plan can be free, and {free[0]} is")
    if not plans[0].is_free:
        raise refusal(f"plans.{free[0]}", "the free plan comes first, because plans stand from low to high")


def _check_order(lower: Plan, higher: Plan) -> None:
    for below, above in zip(lower.prices, higher.prices, strict=True):
        if _least_minor(higher, above) <= _least_minor(lower, below):
            raise refusal(
                f"plans.{higher.code}.prices.{above.interval}.{above.money.currency}",
                f"it must cost more than {lower.code}, which stands before it",
            )


def _least_minor(plan: Plan, price: PlanPrice) -> int:
    return price.money.amount_minor * (plan.seats.minimum if plan.seats else 1)
