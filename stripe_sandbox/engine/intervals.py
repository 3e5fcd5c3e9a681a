"""Decides how often a price may bill."""

from typing import Any

from stripe_sandbox.errors import invalid_parameter

# Documented: three years at most.
MOST = {"day": 1095, "week": 156, "month": 36, "year": 3}


def count_of(given: dict[str, Any]) -> int:
    """How many intervals lie between two bills. Raises ApiError for none, or for more than three years."""
    count = given.get("interval_count")
    if count is None:
        return 1
    if count < 1:
        raise invalid_parameter(
            "This value must be greater than or equal to 1.",
            param="recurring[interval_count]",
            code="parameter_invalid_integer",
        )
    most = MOST[given["interval"]]
    if count > most:
        raise invalid_parameter(
            f"Invalid interval_count: at most {most} {given['interval']}s.", param="recurring[interval_count]"
        )
    return int(count)
