"""Decides what the phases in a form mean: dates, prices, taxes, trials; what is not acted on is refused."""

from typing import Any

from stripe_sandbox.engine import metered, periods, schedule_states, schedule_terms, tax
from stripe_sandbox.errors import invalid_parameter, missing_parameter
from stripe_sandbox.resources.item_params import check_quantity, read_added, wanted_price
from stripe_sandbox.resources.updates import merge_metadata, refuse
from stripe_sandbox.shapes import blank
from stripe_sandbox.store.unit import StripeObject, Unit

NOT_BUILT = ("application_fee_percent", "billing_thresholds", "on_behalf_of", "transfer_data")
PLAIN = ("billing_cycle_anchor", "collection_method", "default_payment_method", "description")
NO_DISCOUNT = {"coupon": None, "discount": None, "promotion_code": None}


def read(
    unit: Unit, given: list[dict[str, Any]], *, begins_at: int, default_currency: str | None
) -> list[dict[str, Any]]:
    """The phases as they are stored: each begins where the one before ends. Raises ApiError 400 with the place."""
    phases: list[dict[str, Any]] = []
    for index, entry in enumerate(given):
        prefix = f"phases[{index}]"
        wanted = entry.get("start_date")
        if isinstance(wanted, int) and wanted != begins_at:
            raise invalid_parameter(
                "Each phase must begin where the one before it ends.", param=f"{prefix}[start_date]"
            )
        following = given[index + 1].get("start_date") if index + 1 < len(given) else None
        phase = _phase(unit, {"_following": following, **entry}, prefix=prefix, begins_at=begins_at)
        phase["currency"] = entry.get("currency") or default_currency or phase["currency"]
        phases.append(phase)
        begins_at = phase["end_date"]
    return phases


def _phase(unit: Unit, entry: dict[str, Any], *, prefix: str, begins_at: int) -> dict[str, Any]:
    refuse(entry, *NOT_BUILT)
    items, first = _items(unit, entry, prefix=prefix)
    ends_at = _end(entry, first, prefix=prefix, begins_at=begins_at)
    param = f"{prefix}[default_tax_rates]"
    return blank(
        "subscription_schedule_phase",
        **{key: entry[key] for key in PLAIN if entry.get(key)},
        automatic_tax=schedule_terms.automatic_tax(entry["automatic_tax"]) if entry.get("automatic_tax") else None,
        add_invoice_items=read_added(unit, entry.get("add_invoice_items"), path=f"{prefix}[add_invoice_items]"),
        currency=first["currency"],
        default_tax_rates=tax.resolve(unit, entry.get("default_tax_rates"), param=param),
        discounts=[{**NO_DISCOUNT, **each} for each in entry.get("discounts") or []],
        items=items,
        invoice_settings=invoice_settings(entry.get("invoice_settings"), prefix=prefix),
        # An empty value stays: it removes the key from the subscription when the phase begins.
        metadata=dict(entry.get("metadata") or {}),
        proration_behavior=entry.get("proration_behavior") or "create_prorations",
        start_date=begins_at,
        end_date=ends_at,
        trial_end=_trial_end(entry, prefix=prefix, begins_at=begins_at, ends_at=ends_at),
    )


def _items(unit: Unit, entry: dict[str, Any], *, prefix: str) -> tuple[list[dict[str, Any]], StripeObject]:
    items = []
    found: list[StripeObject] = []
    for place, item in enumerate(entry.get("items") or []):
        where = f"{prefix}[items][{place}]"
        refuse(item, "billing_thresholds", "discounts", "trial")
        price = wanted_price(unit, item, prefix=where)
        if price is None:
            raise missing_parameter(f"{where}[price]")
        check_quantity(price, item.get("quantity"), prefix=where)
        rates = tax.resolve(unit, item.get("tax_rates"), param=f"{where}[tax_rates]")
        metadata = merge_metadata({}, item.get("metadata") or {})
        counted = metered.counted(price, item.get("quantity"))
        items.append({**schedule_states.phase_item(price["id"], counted, metadata), "tax_rates": rates})
        found.append(price)
    if not found:
        raise missing_parameter(f"{prefix}[items]")
    return items, found[0]


def invoice_settings(given: dict[str, Any] | None, *, prefix: str) -> dict[str, Any] | None:
    """The invoice settings of a phase or of the schedule; only the days until one is due are acted on."""
    if not given:
        return None
    refuse(given, "account_tax_ids", "issuer")
    return {"account_tax_ids": None, "days_until_due": given.get("days_until_due"), "issuer": None}


def _trial_end(entry: dict[str, Any], *, prefix: str, begins_at: int, ends_at: int) -> int | None:
    if entry.get("trial") and entry.get("trial_end"):
        raise invalid_parameter(
            "You may only specify one of these parameters: trial, trial_end.", param=f"{prefix}[trial_end]"
        )
    if not entry.get("trial") and entry.get("trial_end") is None:
        return None
    if entry.get("billing_cycle_anchor") == "phase_start":
        raise invalid_parameter(
            "The billing_cycle_anchor cannot be `phase_start` in a phase with a trial.",
            param=f"{prefix}[billing_cycle_anchor]",
        )
    trial_end = ends_at if entry.get("trial") else int(entry["trial_end"])
    if not begins_at < trial_end <= ends_at:
        raise invalid_parameter("A trial must end within its phase.", param=f"{prefix}[trial_end]")
    return trial_end


def _end(entry: dict[str, Any], price: StripeObject, *, prefix: str, begins_at: int) -> int:
    """The phase's end: given, by its length, where the next begins; else its first price's interval (assumed)."""
    given = entry.get("end_date")
    duration = entry.get("duration")
    if given is not None and duration is not None:
        raise invalid_parameter(
            "You may only specify one of these parameters: duration, end_date.", param=f"{prefix}[end_date]"
        )
    if given is None and duration is None and isinstance(entry["_following"], int):
        given = entry["_following"]
    if isinstance(given, int):
        if given <= begins_at:
            raise invalid_parameter("A phase must end after it begins.", param=f"{prefix}[end_date]")
        return given
    rhythm = duration or price["recurring"]
    count = rhythm.get("interval_count") or 1
    return periods.boundary(begins_at, interval=rhythm["interval"], interval_count=count, steps=1)
