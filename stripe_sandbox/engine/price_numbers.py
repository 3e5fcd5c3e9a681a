"""Decides how the amounts of prices are read and shown: exact decimals of minor units; no float, no object.

Documented: an amount is given either whole or as a decimal with at most 12 places; the whole form is null where the
decimal is no whole number. Assumed: the words of the refusals.
"""

from decimal import Decimal
from typing import Any

from stripe_sandbox.engine.amounts import ZERO_DECIMAL, format_amount
from stripe_sandbox.errors import ApiError, invalid_parameter

MOST_PLACES = 12


def read(params: dict[str, Any], name: str, *, path: str | None = None) -> Decimal | None:
    """The amount under `name` or `name_decimal`; None where neither is given.

    Raises ApiError when both are, below 0, or with too many places. `path` is where the table stands in the form.
    """
    whole, exact = params.get(name), params.get(f"{name}_decimal")
    param = f"{path}[{name}]" if path else name
    if whole is not None and exact is not None:
        raise ApiError(
            f"You may only specify one of these parameters: {name}, {name}_decimal.", param=param, is_executed=True
        )
    if whole is None and exact is None:
        return None
    amount = Decimal(str(exact if whole is None else whole))
    if amount < 0:
        raise invalid_parameter(
            "This value must be greater than or equal to 0.", param=param, code="parameter_invalid_integer"
        )
    if -int(amount.normalize().as_tuple().exponent) > MOST_PLACES:
        raise invalid_parameter(
            f"Invalid decimal: at most {MOST_PLACES} decimal places are allowed.",
            param=f"{param.rstrip(']')}_decimal",
        )
    return amount


def shown(amount: Decimal | None, name: str) -> dict[str, Any]:
    """The two keys under which an amount is shown: `name`, null unless whole, and `name_decimal`."""
    if amount is None:
        return {name: None, f"{name}_decimal": None}
    is_whole = amount == amount.to_integral_value()
    return {name: int(amount) if is_whole else None, f"{name}_decimal": plain(amount)}


def plain(number: Decimal) -> str:
    """`2500`, `0.05`: no exponent and no zeros at the end."""
    return format(number.normalize(), "f")


def as_text(amount: Decimal, *, currency: str) -> str:
    """`$25.00`, `$0.005`, `¥2.5`."""
    whole = int(amount)
    places = plain(amount - whole).partition(".")[2]
    point = "." if places and currency in ZERO_DECIMAL else ""
    return format_amount(whole, currency=currency) + point + places


def kept(table: dict[str, Any], name: str) -> Decimal | None:
    """The amount that `shown` wrote; state files of older sandboxes have the whole form alone."""
    text = table.get(f"{name}_decimal")
    value = table.get(name) if text is None else text
    return None if value is None else Decimal(str(value))
