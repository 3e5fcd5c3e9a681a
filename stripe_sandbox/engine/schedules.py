"""Decides what the phases of a subscription schedule do to its subscription, and when."""

from typing import Any

from stripe_sandbox import ids
from stripe_sandbox.engine import (
    added_items,
    changes,
    discounts,
    endings,
    invoice_items,
    metered,
    payment_methods,
    renewal,
    schedule_states,
    schedule_terms,
    subscriptions,
)
from stripe_sandbox.engine.items import ItemChange
from stripe_sandbox.errors import ApiError, invalid
from stripe_sandbox.shapes import blank
from stripe_sandbox.store.unit import StripeObject, Unit

KIND = "subscription_schedule"


def from_subscription(unit: Unit, subscription: StripeObject, **values: Any) -> StripeObject:
    """A schedule of one phase that is the subscription's present period. Raises ApiError when it has a schedule."""
    if subscription["status"] in subscriptions.ENDED or subscription["schedule"] is not None:
        raise invalid(
            "You cannot migrate a subscription that is already attached to a schedule, or that has ended.",
            param="from_subscription",
        )
    item = subscription["items"]["data"][0]
    phase = schedule_states.phase(
        subscription, start=item["current_period_start"], end=subscriptions.period_end(subscription)
    )
    schedule = _new(unit, customer_id=subscription["customer"], phases=[phase], **values)
    schedule["default_settings"].update({key: phase[key] for key in (*schedule_terms.KEYS, "automatic_tax")})
    schedule["subscription"] = subscription["id"]
    subscription["schedule"] = schedule["id"]
    schedule_states.enter(unit, schedule, phase)
    unit.emit("subscription_schedule.created", schedule)
    unit.emit("customer.subscription.updated", subscription)
    return schedule


def create(
    unit: Unit, *, customer_id: str, phases: list[dict[str, Any]], default_settings: dict[str, Any], **values: Any
) -> StripeObject:
    """A schedule that makes its subscription when the first phase begins: now, or when that time comes."""
    schedule = _new(unit, customer_id=customer_id, phases=phases, **values)
    schedule_terms.set_defaults(schedule, default_settings)
    if phases[0]["start_date"] <= unit.now:
        _begin(unit, schedule)
    else:
        unit.schedule(schedule_states.TIMER, schedule["id"], due_at=phases[0]["start_date"])
    unit.emit("subscription_schedule.created", schedule)
    return schedule


def _new(unit: Unit, *, customer_id: str, phases: list[dict[str, Any]], **values: Any) -> StripeObject:
    schedule = blank(KIND, id=ids.new_id(KIND), customer=customer_id, phases=phases, **values)
    schedule["created"] = schedule["billing_mode"]["updated_at"] = unit.now
    return unit.add(schedule)


def _begin(unit: Unit, schedule: StripeObject) -> None:
    """Make the subscription. Without a card its first invoice waits for a confirmation (assumed)."""
    phase = schedule["phases"][0]
    customer = unit.get("customer", schedule["customer"])
    terms = schedule_terms.of_phase(schedule, phase)
    card = terms.get("default_payment_method")
    has_card = card is not None or payment_methods.default_for(unit, customer=customer, subscription=None) is not None
    order = subscriptions.Order(
        customer=customer,
        items=[
            (unit.get("price", item["price"]), item["quantity"], dict(item["metadata"])) for item in phase["items"]
        ],
        currency=phase["currency"],
        payment_behavior="allow_incomplete" if has_card else "default_incomplete",
        redeemed=_wanted(unit, phase, customer_id=customer["id"]),
        added=phase["add_invoice_items"],
        phase_end=phase["end_date"],
        values={
            **terms,
            "metadata": schedule_terms.merged_notes({}, phase),
            "schedule": schedule["id"],
        },
        trial_end=_coming(phase["trial_end"], now=unit.now),
        item_tax_rates={index: list(item["tax_rates"]) for index, item in enumerate(phase["items"])},
    )
    schedule_states.enter(unit, schedule, phase)
    schedule["subscription"] = subscriptions.create(unit, order).subscription["id"]


def _coming(moment: int | None, *, now: int) -> int | None:
    return moment if moment is not None and moment > now else None


def act_on_subscription(unit: Unit, subscription_id: str) -> None:
    """Timer: a period ends. A phase that ends with it comes first, so that the new period bills the new phase."""
    schedule = schedule_states.schedule_of(unit, unit.get("subscription", subscription_id))
    if schedule is not None:
        advance(unit, schedule["id"])
    renewal.act_when_due(unit, subscription_id)


def advance(unit: Unit, schedule_id: str) -> None:
    """Timer: begin, or leave the phases that have ended. Safe to repeat."""
    schedule = unit.get(KIND, schedule_id)
    if schedule["status"] == "not_started":
        if schedule["phases"][0]["start_date"] <= unit.now:
            _begin(unit, schedule)
            unit.emit("subscription_schedule.updated", schedule)
        return
    while schedule["status"] == "active" and schedule["current_phase"]["end_date"] <= unit.now:
        _leave_phase(unit, schedule)


def _leave_phase(unit: Unit, schedule: StripeObject) -> None:
    ended_at = schedule["current_phase"]["end_date"]
    subscription = unit.get("subscription", schedule["subscription"])
    following = next((phase for phase in schedule["phases"] if phase["start_date"] == ended_at), None)
    if following is not None:
        schedule_states.enter(unit, schedule, following)
        end = following["end_date"]
        added_items.create(unit, subscription, following["add_invoice_items"], phase_end=end, is_late=True)
        apply_phase(unit, subscription, following)
        unit.emit("subscription_schedule.updated", schedule)
    elif schedule["end_behavior"] == "cancel":
        schedule_states.complete(unit, schedule)
        endings.cancel_now(unit, subscription)
        renewal.bill_last_usage(unit, subscription)
    else:
        schedule_states.release(unit, schedule, subscription)
        unit.emit("customer.subscription.updated", subscription)


def apply_phase(
    unit: Unit, subscription: StripeObject, phase: dict[str, Any], *, proration_behavior: str | None = None
) -> None:
    """Give the subscription the items, discounts and notes of a phase, prorated as the phase (or the call) says.

    A phase that names no discount ends those of the phase before
    (https://docs.stripe.com/billing/subscriptions/subscription-schedules, read 2026-11-30).
    At the end of a period nothing is left to prorate: the renewal bills the new items.
    """
    schedule = schedule_states.schedule_of(unit, subscription)
    schedule_terms.apply(subscription, schedule, phase)
    discounts.replace(unit, subscription, _wanted(unit, phase, customer_id=subscription["customer"]))
    is_boundary = all(item["current_period_end"] <= unit.now for item in subscription["items"]["data"])
    behavior = proration_behavior or phase["proration_behavior"]
    item_changes = _item_changes(unit, subscription, phase)
    if is_boundary and behavior != "none":
        _bill_usage(unit, subscription, item_changes)
    behavior = "none" if is_boundary else behavior
    change = changes.Change(
        item_changes=item_changes,
        proration_behavior=behavior,
        is_anchor_reset=schedule_terms.starts_anew(schedule, phase) and not is_boundary,
    )
    changes.apply(unit, subscription, change)


def _bill_usage(unit: Unit, subscription: StripeObject, item_changes: list[ItemChange]) -> None:
    """Entries for the usage of items that end, or change their price, with the period."""
    gone = {change.item_id for change in item_changes if change.is_deleted or change.price is not None}
    for item in subscription["items"]["data"]:
        if item["id"] in gone and metered.is_metered(item):
            entry = metered.entry_for_end(unit, subscription, item, is_restart=False)
            if entry is not None:
                invoice_items.create(unit, entry)


def _item_changes(unit: Unit, subscription: StripeObject, phase: dict[str, Any]) -> list[ItemChange]:
    """How the items become the phase's: the same price stays the same item; else items are taken over in order."""
    wanted = list(phase["items"])
    found = []
    spare = []
    for item in subscription["items"]["data"]:
        same = next((each for each in wanted if each["price"] == item["price"]["id"]), None)
        if same is None:
            spare.append(item)
        else:
            wanted.remove(same)
            item["tax_rates"] = list(same["tax_rates"])
            found.append(ItemChange(item_id=item["id"], quantity=same["quantity"], metadata=same["metadata"] or None))
    for each in wanted:
        price, rates = unit.get("price", each["price"]), list(each["tax_rates"])
        if spare:
            taken = spare.pop(0)
            taken["tax_rates"] = rates
            found.append(ItemChange(item_id=taken["id"], price=price, quantity=each["quantity"]))
        else:
            found.append(ItemChange(price=price, quantity=each["quantity"], tax_rates=rates))
    return found + [ItemChange(item_id=item["id"], is_deleted=True) for item in spare]


def _wanted(unit: Unit, phase: dict[str, Any], *, customer_id: str) -> list[discounts.Wanted]:
    """The discounts of a phase; none when one of them is no longer to be had, for time cannot refuse (assumed)."""
    given = [{key: value for key, value in entry.items() if value} for entry in phase["discounts"]]
    try:
        return discounts.read(
            unit, given, path="discounts", customer_id=customer_id, currency=phase["currency"], amount_minor=0
        )
    except ApiError:
        return []


def update(
    unit: Unit, schedule: StripeObject, phases: list[dict[str, Any]], *, proration_behavior: str | None
) -> None:
    """Put these phases in place; what differs in the current one applies at once. The caller emits the event."""
    if schedule["status"] == "not_started":
        schedule["phases"] = phases
        unit.schedule(schedule_states.TIMER, schedule["id"], due_at=max(phases[0]["start_date"], unit.now))
        return
    running = next((each for each in phases if each["start_date"] <= unit.now < each["end_date"]), None)
    if running is None:
        raise invalid(
            "You can only adjust the end date to a future date for the current phase.", param="phases[0][end_date]"
        )
    schedule["phases"] = phases
    schedule_states.enter(unit, schedule, running)
    subscription = unit.get("subscription", schedule["subscription"])
    known = schedule_states.phase(subscription, start=running["start_date"], end=running["end_date"])
    if any(running[key] != known[key] for key in ("items", "discounts")):
        apply_phase(unit, subscription, running, proration_behavior=proration_behavior)
    else:
        schedule_terms.apply(subscription, schedule, running)
        unit.emit("customer.subscription.updated", subscription)
