"""What a phase of a schedule brings to its subscription: trial, taxes, terms, anchor; which updates are refused."""

from typing import Any

import pytest
import stripe

from tests.stripe_sandbox.driver import Driver
from tests.stripe_sandbox.schedule_steps import end_of, latest_invoice, phase

DAY = 86400


def create(driver: Driver, phases: list[dict[str, Any]], **values: Any) -> Any:
    customer = driver.customer()
    params = {"customer": customer.id, "start_date": "now", "phases": phases, "expand": ["subscription"], **values}
    return driver.sdk().subscription_schedules.create(params)


def subscribed(driver: Driver, price: Any, **values: Any) -> tuple[Any, Any]:
    subscription = driver.subscribe(driver.customer(), price, **values)
    return subscription, driver.sdk().subscription_schedules.create({"from_subscription": subscription.id})


def month(**values: Any) -> dict[str, Any]:
    return {"duration": {"interval": "month", "interval_count": 1}, **values}


def test_phase_of_trial_charges_nothing_until_the_next(driver: Driver) -> None:
    free, paid = driver.price(1000), driver.price(3000)

    schedule = create(driver, [phase(free, **month(trial=True)), phase(paid, **month())])
    first = schedule.subscription
    driver.set_clock(schedule.phases[0].end_date + 7200)

    after = driver.sdk().subscriptions.retrieve(first.id)
    assert (first.status, first.trial_end) == ("trialing", schedule.phases[0].end_date)
    assert schedule.phases[0].trial_end == schedule.phases[0].end_date
    assert (after.status, after["items"].data[0].price.id) == ("active", paid.id)
    assert [invoice.total for invoice in driver.sdk().invoices.list().data] == [3000, 0]


def test_trial_may_end_within_its_phase(driver: Driver) -> None:
    price = driver.price(1000)
    trial_end = driver.sandbox.clock.now() + 5 * DAY

    schedule = create(
        driver, [phase(price, trial_end=trial_end, duration={"interval": "month", "interval_count": 3})]
    )
    driver.advance("P6D")

    subscription = driver.sdk().subscriptions.retrieve(schedule.subscription.id)
    assert (schedule.subscription.status, subscription.status) == ("trialing", "active")
    assert latest_invoice(driver).total == 1000


@pytest.mark.parametrize(
    ("values", "param"),
    [
        ({"trial": True, "trial_end": 2_000_000_000}, "trial_end"),
        ({"trial_end": 4_000_000_000}, "trial_end"),
        ({"trial_end": 1_000_000_000}, "trial_end"),
        ({"trial": True, "billing_cycle_anchor": "phase_start"}, "billing_cycle_anchor"),
        ({"end_date": 2_000_000_000, "duration": {"interval": "month"}}, "end_date"),
        ({"end_date": 1_000_000_000}, "end_date"),
        ({"items": [{"quantity": 1}]}, "items"),
        ({"default_tax_rates": ["txr_nothing"]}, "default_tax_rates"),
    ],
)
def test_phase_that_cannot_be_is_refused_where_it_stands(driver: Driver, values: dict, param: str) -> None:
    with pytest.raises(stripe.InvalidRequestError) as caught:
        create(driver, [{**phase(driver.price()), **values}])

    assert caught.value.param.startswith(f"phases[0][{param}]")
    assert driver.sdk().subscriptions.list().data == []


def test_trial_of_a_later_phase_is_refused_not_ignored(driver: Driver) -> None:
    price = driver.price()

    with pytest.raises(stripe.InvalidRequestError, match=r"phases\[1\]\[trial_end\]"):
        create(driver, [phase(price, **month()), phase(price, **month(trial=True))])


def test_tax_rates_of_a_phase_tax_its_invoices_and_end_with_it(driver: Driver) -> None:
    price = driver.price(1000)
    rate = driver.sdk().tax_rates.create({"display_name": "VAT", "percentage": 20, "inclusive": False})

    schedule = create(driver, [phase(price, **month(default_tax_rates=[rate.id])), phase(price, **month())])
    first = latest_invoice(driver).total
    driver.set_clock(schedule.phases[0].end_date + 7200)

    assert (first, latest_invoice(driver).total) == (1200, 1000)
    assert [each.id for each in schedule.phases[0].default_tax_rates] == [rate.id]


def test_tax_rates_of_an_item_come_with_its_phase(driver: Driver) -> None:
    price = driver.price(1000)
    rate = driver.sdk().tax_rates.create({"display_name": "VAT", "percentage": 10, "inclusive": False})
    taxed = {"items": [{"price": price.id, "tax_rates": [rate.id]}]}

    schedule = create(driver, [{**taxed, **month()}, phase(price, **month()), {**taxed, **month()}])
    totals = [latest_invoice(driver).total]
    for each in schedule.phases[:2]:
        driver.set_clock(each.end_date + 7200)
        totals.append(latest_invoice(driver).total)

    assert totals == [1100, 1000, 1100]


def test_terms_and_notes_of_a_phase_reach_the_subscription(driver: Driver) -> None:
    price = driver.price()
    second = month(
        description="Second year", metadata={"tier": "", "year": "2"}, collection_method="send_invoice",
        invoice_settings={"days_until_due": 14},
    )  # fmt: skip

    schedule = create(driver, [phase(price, **month(metadata={"tier": "a"})), phase(price, **second)])
    driver.set_clock(schedule.phases[0].end_date + 7200)

    after = driver.sdk().subscriptions.retrieve(schedule.subscription.id)
    assert schedule.subscription.metadata.to_dict() == {"tier": "a"}
    assert (after.description, after.metadata.to_dict()) == ("Second year", {"year": "2"})
    assert (after.collection_method, after.days_until_due) == ("send_invoice", 14)


def test_default_settings_hold_where_a_phase_says_nothing(driver: Driver) -> None:
    price = driver.price()
    defaults = {
        "collection_method": "send_invoice", "description": "Plan", "invoice_settings": {"days_until_due": 7},
    }  # fmt: skip

    schedule = create(
        driver, [phase(price, **month()), phase(price, **month(description="Own"))], default_settings=defaults
    )
    driver.set_clock(schedule.phases[0].end_date + 7200)

    first, after = schedule.subscription, driver.sdk().subscriptions.retrieve(schedule.subscription.id)
    assert (first.collection_method, first.days_until_due, first.description) == ("send_invoice", 7, "Plan")
    assert (after.collection_method, after.description) == ("send_invoice", "Own")
    assert schedule.default_settings.invoice_settings.days_until_due == 7


def test_quantity_of_a_phase_is_billed(driver: Driver) -> None:
    price = driver.price(1000)

    schedule = create(driver, [phase(price, **month()), {"items": [{"price": price.id, "quantity": 4}], **month()}])
    driver.set_clock(schedule.phases[0].end_date + 7200)

    assert latest_invoice(driver).total == 4000


@pytest.mark.parametrize(("behavior", "waiting", "billed"), [("none", 0, None), ("always_invoice", 0, 500)])
def test_phase_says_how_its_change_is_prorated(
    driver: Driver, behavior: str, waiting: int, billed: int | None
) -> None:
    old, new = driver.price(1000), driver.price(2000)
    subscription, schedule = subscribed(driver, old)
    start = schedule.phases[0].start_date
    half = (start + end_of(subscription)) // 2
    phases = [phase(old, start_date=start, end_date=half), phase(new, **month(proration_behavior=behavior))]
    driver.sdk().subscription_schedules.update(schedule.id, {"phases": phases})

    driver.set_clock(half)

    found = driver.sdk().invoices.list().data
    assert len(driver.sdk().invoice_items.list({"pending": True}).data) == waiting
    assert [invoice.total for invoice in found[:-1]] == ([] if billed is None else [billed])


def test_anchor_at_the_start_of_a_phase_begins_a_new_cycle(driver: Driver) -> None:
    old, new = driver.price(1000), driver.price(2000)
    subscription, schedule = subscribed(driver, old)
    start = schedule.phases[0].start_date
    half = (start + end_of(subscription)) // 2
    second = phase(new, **month(billing_cycle_anchor="phase_start"))
    driver.sdk().subscription_schedules.update(
        schedule.id, {"phases": [phase(old, start_date=start, end_date=half), second]}
    )

    driver.set_clock(half)

    after = driver.sdk().subscriptions.retrieve(subscription.id)
    assert (after.billing_cycle_anchor, after["items"].data[0].current_period_start) == (half, half)
    assert latest_invoice(driver).total == 1500


def test_end_of_a_phase_may_be_given_by_the_start_of_the_next(driver: Driver) -> None:
    price = driver.price()
    _, schedule = subscribed(driver, price)
    start, next_at = schedule.phases[0].start_date, driver.sandbox.clock.now() + 40 * DAY

    phases = [phase(price, start_date=start), phase(price, start_date=next_at, **month())]
    updated = driver.sdk().subscription_schedules.update(schedule.id, {"phases": phases})

    assert updated.phases[0].end_date == next_at == updated.phases[1].start_date


def test_schedule_of_a_subscription_mirrors_its_terms(driver: Driver) -> None:
    rate = driver.sdk().tax_rates.create({"display_name": "VAT", "percentage": 20, "inclusive": False})
    values = {"description": "Mine", "default_tax_rates": [rate.id], "trial_period_days": 10, "metadata": {"a": "1"}}

    subscription, schedule = subscribed(driver, driver.price(), **values)

    [present] = schedule.phases
    assert (present.description, present.trial_end) == ("Mine", subscription.trial_end)
    assert present.metadata.to_dict() == {"a": "1"}
    assert [each.id for each in present.default_tax_rates] == [rate.id]
    assert schedule.default_settings.description == "Mine"


def test_phase_as_it_is_shown_can_be_sent_back(driver: Driver) -> None:
    price = driver.price()
    subscription, schedule = subscribed(driver, price, trial_period_days=10, description="Mine")
    [present] = schedule.phases
    shown = phase(
        price, start_date=present.start_date, end_date=present.end_date, trial_end=present.trial_end,
        description=present.description, automatic_tax={"enabled": False},
    )  # fmt: skip

    driver.sdk().subscription_schedules.update(schedule.id, {"phases": [shown, phase(price, **month())]})

    after = driver.sdk().subscriptions.retrieve(subscription.id)
    assert (after.status, after.trial_end, after.description) == ("trialing", subscription.trial_end, "Mine")
    assert len(driver.sdk().invoices.list().data) == 1


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"start_date": None}, "missing at least one phase with a `start_date` to anchor end dates to"),
        ({"start_date": 1_900_000_000}, "You can not modify the start date of the current phase."),
        ({"start_date": "now"}, "You can not modify the start date of the current phase."),
        ({"end_date": "past"}, "You can only adjust the end date to a future date for the current phase."),
    ],
)
def test_current_phase_keeps_its_start_and_ends_in_the_future(driver: Driver, change: dict, words: str) -> None:
    price = driver.price()
    _, schedule = subscribed(driver, price)
    start = schedule.phases[0].start_date
    driver.advance("P2D")
    values = {"start_date": start, "end_date": start + 90 * DAY, **change}
    values["end_date"] = start + DAY if values["end_date"] == "past" else values["end_date"]
    wanted = phase(price, **{name: value for name, value in values.items() if value is not None})

    with pytest.raises(stripe.InvalidRequestError) as caught:
        driver.sdk().subscription_schedules.update(schedule.id, {"phases": [wanted]})

    assert words in str(caught.value)
    assert driver.sdk().subscription_schedules.retrieve(schedule.id).phases == schedule.phases


@pytest.mark.parametrize("name", ["metadata", "phases", "end_behavior", "customer", "default_settings", "start_date"])
def test_nothing_else_is_set_with_a_running_subscription(driver: Driver, name: str) -> None:
    price = driver.price()
    subscription = driver.subscribe(driver.customer(), price)
    values = {
        "metadata": {"a": "1"}, "phases": [phase(price)], "end_behavior": "cancel", "start_date": "now",
        "customer": subscription.customer, "default_settings": {"description": "x"},
    }  # fmt: skip

    with pytest.raises(stripe.InvalidRequestError, match=f"You cannot set `{name}` if `from_subscription` is set."):
        driver.sdk().subscription_schedules.create({"from_subscription": subscription.id, name: values[name]})


@pytest.mark.parametrize(("verb", "done"), [("cancel", "canceled"), ("release", "released"), ("update", "updated")])
def test_schedule_that_is_over_says_in_which_state_it_is(driver: Driver, verb: str, done: str) -> None:
    _, schedule = subscribed(driver, driver.price())
    driver.sdk().subscription_schedules.release(schedule.id)

    with pytest.raises(stripe.InvalidRequestError) as caught:
        getattr(driver.sdk().subscription_schedules, verb)(schedule.id)

    assert str(caught.value).endswith(
        f"You cannot {verb} a subscription schedule that is currently in the `released` status. It must be in "
        f"`not_started, active` status to be {done}."
    )


@pytest.mark.parametrize("behavior", ["none", "renew"])
def test_end_that_is_not_built_is_refused(driver: Driver, behavior: str) -> None:
    with pytest.raises(stripe.InvalidRequestError, match=f"end_behavior={behavior}"):
        create(driver, [phase(driver.price())], end_behavior=behavior)


def test_ended_schedules_are_listed_by_when_they_ended(driver: Driver) -> None:
    _, schedule = subscribed(driver, driver.price())
    driver.sdk().subscription_schedules.release(schedule.id)
    now = driver.sandbox.clock.now()

    found = driver.sdk().subscription_schedules.list({"released_at": {"gte": now - 60}}).data
    none = driver.sdk().subscription_schedules.list({"canceled_at": {"gte": now - 60}}).data

    assert ([each.id for each in found], none) == ([schedule.id], [])
