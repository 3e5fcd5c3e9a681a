"""Decides which beginning of its cycle a new subscription may have: an anchor, parts of a date, a start in the past.

Documented: the anchor lies in the future and not beyond the first natural billing date; parts of a date need monthly
or yearly prices and mean their next occurrence. Stripe's words for a late anchor are known from others; the other
words, and that hours left out are those of the moment, are assumed.
"""

import calendar
from datetime import UTC, datetime
from typing import Any

from stripe_sandbox.engine import periods
from stripe_sandbox.engine.first_periods import Beginning
from stripe_sandbox.errors import ApiError, invalid_parameter, missing_parameter, not_built
from stripe_sandbox.store.unit import StripeObject

RANGES = {"day_of_month": (1, 31), "month": (1, 12), "hour": (0, 23), "minute": (0, 59), "second": (0, 59)}
MOST_MONTHS = 13


def read_beginning(
    params: dict[str, Any], *, prices: list[StripeObject], trial_end: int | None, now: int
) -> Beginning:
    """What the parameters ask for. Raises ApiError 400 for a moment that cannot be."""
    config = params.get("billing_cycle_anchor_config")
    anchor = params.get("billing_cycle_anchor")
    if config and anchor is not None:
        raise ApiError(
            "You may only specify one of these parameters: billing_cycle_anchor, billing_cycle_anchor_config."
        )
    if config:
        anchor = _from_config(config, prices=prices, now=now)
    if anchor is not None:
        _check_anchor(anchor, prices=prices, trial_end=trial_end, now=now)
    return Beginning(
        anchor=anchor,
        config={key: config.get(key) for key in RANGES} if config else None,
        backdated_to=_backdated_to(params, trial_end=trial_end, now=now),
        is_prorated=params.get("proration_behavior") != "none",
    )


def _check_anchor(anchor: Any, *, prices: list[StripeObject], trial_end: int | None, now: int) -> None:
    name = "billing_cycle_anchor"
    if not isinstance(anchor, int):
        raise invalid_parameter(
            f"Invalid {name}: `{anchor}` can only be used with an existing subscription.", param=name
        )
    if anchor <= now:
        raise invalid_parameter("Invalid timestamp: must be an integer Unix timestamp in the future.", param=name)
    latest = min(_natural_date(price, now=now) for price in prices)
    if anchor > latest:
        raise invalid_parameter(
            f"{name} cannot be later than next natural billing date ({latest}) for plan", param=name
        )
    if trial_end is not None and trial_end > anchor:
        raise invalid_parameter(f"The trial must end before the {name}.", param="trial_end")


def _natural_date(price: StripeObject, *, now: int) -> int:
    recurring = price["recurring"]
    return periods.boundary(now, interval=recurring["interval"], interval_count=recurring["interval_count"], steps=1)


def _from_config(config: dict[str, Any], *, prices: list[StripeObject], now: int) -> int:
    """The next moment that has these parts, in UTC; a day that its month does not have is the month's last."""
    name = "billing_cycle_anchor_config"
    if config.get("day_of_month") is None:
        raise missing_parameter(f"{name}[day_of_month]")
    for key, (least, most) in RANGES.items():
        if config.get(key) is not None and not least <= config[key] <= most:
            raise invalid_parameter(f"Invalid {key}: must be from {least} to {most}.", param=f"{name}[{key}]")
    if any(price["recurring"]["interval"] not in {"month", "year"} for price in prices):
        raise invalid_parameter(f"{name} can only be used with monthly and yearly prices.", param=name)
    present = datetime.fromtimestamp(now, tz=UTC)
    for ahead in range(MOST_MONTHS):
        year, month = divmod(present.year * 12 + present.month - 1 + ahead, 12)
        moment = present.replace(
            year=year,
            month=month + 1,
            day=min(config["day_of_month"], calendar.monthrange(year, month + 1)[1]),
            **{key: config[key] for key in ("hour", "minute", "second") if config.get(key) is not None},
        )
        if moment > present and config.get("month") in {None, month + 1}:
            return int(moment.timestamp())
    raise AssertionError("every month comes within thirteen")


def _backdated_to(params: dict[str, Any], *, trial_end: int | None, now: int) -> int | None:
    start = params.get("backdate_start_date")
    if start is None:
        return None
    if start >= now:
        raise invalid_parameter("The `backdate_start_date` must lie in the past.", param="backdate_start_date")
    if trial_end is not None:
        raise not_built("backdate_start_date")
    return int(start)
