"""Decides how far an ISO 8601 duration reaches from a moment."""

import re

from stripe_sandbox.engine import periods

_DURATION = re.compile(
    r"^P(?:(?P<years>\d+)Y)?(?:(?P<months>\d+)M)?(?:(?P<weeks>\d+)W)?(?:(?P<days>\d+)D)?"
    r"(?:T(?:(?P<hours>\d+)H)?(?:(?P<minutes>\d+)M)?(?:(?P<seconds>\d+)S)?)?$"
)


def after(moment: float, *, duration: str) -> float:
    """The moment plus `P35D`, `PT1H30M`, `P1M` … Raises ValueError for anything else."""
    match = _DURATION.match(duration)
    if match is None or not any(match.groupdict().values()):
        raise ValueError(f"not an ISO 8601 duration: {duration}")
    parts = {name: int(value or 0) for name, value in match.groupdict().items()}
    whole = int(moment)
    moved = periods.boundary(whole, interval="month", interval_count=1, steps=parts["years"] * 12 + parts["months"])
    days = parts["weeks"] * 7 + parts["days"]
    seconds = parts["hours"] * 3600 + parts["minutes"] * 60 + parts["seconds"]
    return moved + (moment - whole) + days * periods.DAY_SECONDS + seconds
