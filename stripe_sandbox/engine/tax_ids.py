"""Decides what a tax id says of itself; it must not know which route or page it came by."""

import re
from typing import Any

from stripe_sandbox import ids
from stripe_sandbox.errors import invalid
from stripe_sandbox.shapes import blank
from stripe_sandbox.store.unit import StripeObject, Unit

KIND = "tax_id"
MOST_PER_CUSTOMER = 5
# Stripe asks an authority about these alone; every other number stays "unavailable".
CHECKED_TYPES = frozenset({"au_abn", "eu_vat", "gb_vat"})
CHECK_SECONDS = 2
# Documented numbers of test mode and what the authority answers; it never answers about the others.
VERDICTS = {"000000000": "verified", "111111111": "unverified"}
TEST_NUMBERS = frozenset({*VERDICTS, "222222222"})
_EUROPEAN = "AT|BE|BG|CY|CZ|DE|DK|EE|EL|ES|FI|FR|HR|HU|IE|IT|LT|LU|LV|MT|NL|PL|PT|RO|SE|SI|SK|XI"
# Assumed (from memory of Stripe's list of formats): the types most sold to; any text passes for the others.
FORMATS = {
    "au_abn": r"\d{11}",
    "ca_bn": r"\d{9}",
    "ch_vat": r"CHE-?\d{3}\.?\d{3}\.?\d{3} ?(MWST|TVA|IVA)",
    "eu_vat": rf"({_EUROPEAN})[0-9A-Z+*]{{8,12}}",
    "gb_vat": r"(GB|XI)(\d{9}|\d{12}|(GD|HA)\d{3})",
    "no_vat": r"\d{9}MVA",
    "nz_gst": r"\d{8,9}",
    "us_ein": r"\d{2}-?\d{7}",
}
# Greece writes EL before its numbers.
_COUNTRIES = {"EL": "GR", "XI": "GB"}


def create(
    unit: Unit, *, type: str, value: str, customer: StripeObject | None, owner: dict[str, Any]
) -> StripeObject:  # noqa: A002 - Stripe's own word
    """A tax id with its event; the authority's answer about a test number comes some seconds later.

    Raises ApiError tax_id_invalid for a value that the type cannot have, and for a sixth id of a customer.
    """
    number = value.strip()
    if number not in TEST_NUMBERS and not re.fullmatch(FORMATS.get(type, r".+"), number.replace(" ", "").upper()):
        raise invalid(f"Invalid value for {type}.", param="value", code="tax_id_invalid")
    if customer is not None and len(of_customer(unit, customer["id"])) >= MOST_PER_CUSTOMER:
        raise invalid(f"A customer can have at most {MOST_PER_CUSTOMER} tax IDs.")
    made = blank(
        KIND,
        id=ids.new_id(KIND),
        country=_country(type, number),
        customer=None if customer is None else customer["id"],
        owner=owner,
        type=type,
        value=number,
    )
    status = "pending" if type in CHECKED_TYPES else "unavailable"
    if customer is not None:
        made["verification"] = {"status": status, "verified_address": None, "verified_name": None}
    unit.add(made)
    if customer is not None:
        unit.emit("customer.tax_id.created", made)
        if type in CHECKED_TYPES and number in VERDICTS:
            unit.schedule("tax_id_verification", made["id"], due_at=unit.now + CHECK_SECONDS)
    return made


def create_for_customer(unit: Unit, customer: StripeObject, *, type: str, value: str) -> StripeObject:  # noqa: A002 - Stripe's own word
    """A tax id of this customer; raises as `create` does."""
    owner = {"customer": customer["id"], "customer_account": None, "type": "customer"}
    return create(unit, type=type, value=value, customer=customer, owner=owner)


def _country(type: str, number: str) -> str | None:  # noqa: A002 - Stripe's own word
    prefix = number[:2].upper() if type == "eu_vat" else type.partition("_")[0].upper()
    if not prefix.isalpha() or type == "eu_oss_vat":
        return None
    return _COUNTRIES.get(prefix, prefix)


def verify_when_due(unit: Unit, tax_id: str) -> None:
    """The authority's answer about a number of test mode. A deleted id stays as it is."""
    found = unit.find(KIND, tax_id)
    if found is None or found.get("_is_deleted"):
        return
    found["verification"] = {**found["verification"], "status": VERDICTS[found["value"]]}
    unit.emit("customer.tax_id.updated", found)


def delete(unit: Unit, found: StripeObject) -> StripeObject:
    """Take an id away, with its event; invoices that are final keep it."""
    if found["customer"] is not None:
        unit.emit("customer.tax_id.deleted", found)
    found["_is_deleted"] = True
    unit.unschedule("tax_id_verification", found["id"])
    return {"id": found["id"], "object": KIND, "deleted": True}


def of_customer(unit: Unit, customer_id: str) -> list[StripeObject]:
    """A customer's ids, newest first."""
    where = "customer = ? AND json_extract(data, '$._is_deleted') IS NULL"
    return unit.select(KIND, where=where, values=[customer_id])


def on_invoice(unit: Unit, customer_id: str) -> list[dict[str, str]]:
    """What an invoice says of a customer's ids, oldest first."""
    return [{"type": each["type"], "value": each["value"]} for each in reversed(of_customer(unit, customer_id))]
