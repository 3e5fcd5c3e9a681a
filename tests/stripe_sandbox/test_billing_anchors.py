"""Where the cycle of a new subscription begins: anchors, parts of a date, starts in the past."""

from datetime import UTC, datetime
from typing import Any

import pytest
import stripe

from tests.stripe_sandbox.driver import Driver

DAY = 86400


def at(year: int, month: int, day: int, hour: int = 0) -> int:
    return int(datetime(year, month, day, hour, tzinfo=UTC).timestamp())


def made_on(driver: Driver, moment: int, amount: int = 3100, **params: Any) -> stripe.Subscription:
    driver.set_clock(moment)
    return driver.subscribe(driver.customer(), driver.price(amount), expand=["latest_invoice"], **params)


def spans(invoice: Any) -> list[tuple[int, int, int]]:
    return [(line.period.start, line.period.end, line.amount) for line in invoice.lines.data]


def test_time_before_the_anchor_costs_its_share_of_the_month_that_would_begin(driver: Driver) -> None:
    anchor = at(2031, 3, 1)

    made = made_on(driver, at(2031, 2, 15), 2800, billing_cycle_anchor=anchor)

    [item] = made["items"].data
    [line] = made.latest_invoice.lines.data
    assert (made.status, made.billing_cycle_anchor, item.current_period_end) == ("active", anchor, anchor)
    assert line.amount == pytest.approx(1400, abs=1)
    assert (line.period.end, line.parent.subscription_item_details.proration) == (anchor, True)
    assert made.latest_invoice.amount_paid == line.amount


def test_whole_months_follow_the_anchor(driver: Driver) -> None:
    made = made_on(driver, at(2031, 1, 20), billing_cycle_anchor=at(2031, 2, 1))

    driver.advance("P45D")

    [second, third, _] = [spans(each) for each in driver.sdk().invoices.list({"subscription": made.id}).data]
    assert second == [(at(2031, 3, 1), at(2031, 4, 1), 3100)]
    assert third == [(at(2031, 2, 1), at(2031, 3, 1), 3100)]


def test_time_before_the_anchor_is_free_and_has_no_invoice_without_proration(driver: Driver) -> None:
    made = made_on(driver, at(2031, 1, 20), billing_cycle_anchor=at(2031, 2, 1), proration_behavior="none")

    assert (made.status, made.latest_invoice) == ("active", None)
    driver.advance("P13D")
    [invoice] = driver.sdk().invoices.list({"subscription": made.id}).data
    assert (spans(invoice), invoice.status) == ([(at(2031, 2, 1), at(2031, 3, 1), 3100)], "paid")


def test_change_before_the_anchor_gives_back_only_what_was_billed(driver: Driver) -> None:
    made = made_on(driver, at(2031, 1, 20), billing_cycle_anchor=at(2031, 2, 1))

    changed = driver.sdk().subscriptions.update(
        made.id,
        {
            "items": [{"id": made["items"].data[0].id, "price": driver.price(6200).id}],
            "proration_behavior": "always_invoice",
            "proration_date": made.created,
            "expand": ["latest_invoice"],
        },
    )

    [credit, charge] = changed.latest_invoice.lines.data
    assert credit.amount == -made.latest_invoice.total
    assert charge.amount == pytest.approx(2 * made.latest_invoice.total, abs=1)


def test_change_of_free_time_moves_no_money(driver: Driver) -> None:
    made = made_on(driver, at(2031, 1, 20), billing_cycle_anchor=at(2031, 2, 1), proration_behavior="none")
    items = [{"id": made["items"].data[0].id, "price": driver.price(6200).id}]

    driver.sdk().subscriptions.update(made.id, {"items": items, "proration_behavior": "always_invoice"})

    assert driver.sdk().invoices.list({"subscription": made.id}).data == []
    driver.advance("P13D")
    [invoice] = driver.sdk().invoices.list({"subscription": made.id}).data
    assert invoice.total == 6200


def test_trial_is_followed_by_a_part_until_the_anchor(driver: Driver) -> None:
    anchor = at(2031, 2, 1)
    made = made_on(driver, at(2031, 1, 15), trial_end=at(2031, 1, 22), billing_cycle_anchor=anchor)
    assert (made.status, made.billing_cycle_anchor) == ("trialing", anchor)
    upcoming = driver.sdk().invoices.create_preview({"subscription": made.id})

    driver.advance("P20D")

    [month, part, free] = [spans(each) for each in driver.sdk().invoices.list({"subscription": made.id}).data]
    assert free == [(made.created, at(2031, 1, 22), 0)]
    assert part == [(at(2031, 1, 22), anchor, 1000)] == spans(upcoming)
    assert month == [(anchor, at(2031, 3, 1), 3100)]
    assert driver.sdk().subscriptions.retrieve(made.id).billing_cycle_anchor == anchor


@pytest.mark.parametrize(
    ("config", "anchor"),
    [
        ({"day_of_month": 1, "hour": 0, "minute": 0, "second": 0}, at(2031, 2, 1)),
        ({"day_of_month": 20, "hour": 12, "minute": 0, "second": 0}, at(2031, 1, 20, 12)),
        ({"day_of_month": 15, "hour": 3, "minute": 0, "second": 0}, at(2031, 1, 15, 3)),
    ],
)
def test_parts_of_a_date_mean_their_next_occurrence(driver: Driver, config: dict[str, int], anchor: int) -> None:
    made = made_on(driver, at(2031, 1, 15, 2), billing_cycle_anchor_config=config)

    assert made.billing_cycle_anchor == anchor
    assert made.billing_cycle_anchor_config.to_dict() == {"month": None, **config}


def test_last_of_the_month_stays_the_last_after_a_short_month(driver: Driver) -> None:
    config = {"day_of_month": 31, "hour": 0, "minute": 0, "second": 0}
    made = made_on(driver, at(2031, 2, 10), billing_cycle_anchor_config=config)
    assert made.billing_cycle_anchor == at(2031, 2, 28)

    driver.advance("P60D")

    [second, first, _] = [spans(each) for each in driver.sdk().invoices.list({"subscription": made.id}).data]
    assert first == [(at(2031, 2, 28), at(2031, 3, 31), 3100)]
    assert second == [(at(2031, 3, 31), at(2031, 4, 30), 3100)]


def test_month_of_a_yearly_price_can_be_chosen(driver: Driver) -> None:
    driver.set_clock(at(2031, 1, 15))
    price = driver.price(36500, recurring={"interval": "year"})
    config = {"day_of_month": 1, "month": 7, "hour": 0, "minute": 0, "second": 0}

    made = driver.subscribe(driver.customer(), price, billing_cycle_anchor_config=config)

    assert made["items"].data[0].current_period_end == at(2031, 7, 1)


def test_start_in_the_past_is_billed_by_natural_periods(driver: Driver) -> None:
    made = made_on(driver, at(2031, 3, 11), 3100, backdate_start_date=at(2031, 1, 1))

    lines = spans(made.latest_invoice)
    assert made.start_date == at(2031, 1, 1)
    assert made.billing_cycle_anchor == made.created
    assert lines[0] == (at(2031, 1, 1), at(2031, 2, 1), 3100)
    assert lines[1] == (at(2031, 2, 1), at(2031, 3, 1), 3100)
    assert lines[2][:2] == (at(2031, 3, 1), made.created)
    assert lines[2][2] == pytest.approx(1000, abs=1)
    assert lines[3][0] == made.created
    assert lines[3][2] == 3100
    assert made.latest_invoice.amount_paid == sum(amount for _, _, amount in lines)


def test_start_in_the_past_and_an_anchor_bill_up_to_the_anchor(driver: Driver) -> None:
    made = made_on(driver, at(2031, 3, 16), backdate_start_date=at(2031, 1, 15), billing_cycle_anchor=at(2031, 4, 1))

    assert spans(made.latest_invoice) == [
        (at(2031, 1, 15), at(2031, 2, 15), 3100),
        (at(2031, 2, 15), at(2031, 3, 15), 3100),
        (at(2031, 3, 15), at(2031, 4, 1), 1700),
    ]
    [item] = made["items"].data
    assert (item.current_period_start, item.current_period_end) == (at(2031, 3, 15), at(2031, 4, 1))


def test_start_in_the_past_is_only_noted_without_proration(driver: Driver) -> None:
    made = made_on(driver, at(2031, 3, 11), backdate_start_date=at(2031, 1, 1), proration_behavior="none")

    assert made.start_date == at(2031, 1, 1)
    assert [line[2] for line in spans(made.latest_invoice)] == [3100]


def test_preview_of_a_beginning_shows_what_is_then_billed(driver: Driver) -> None:
    driver.set_clock(at(2031, 1, 20))
    customer, price = driver.customer(), driver.price(3100)
    sdk = driver.sdk()
    terms = {"items": [{"price": price.id}], "billing_cycle_anchor": at(2031, 2, 1)}

    part = sdk.invoices.create_preview({"customer": customer.id, "subscription_details": terms})
    free = sdk.invoices.create_preview(
        {"customer": customer.id, "subscription_details": {**terms, "proration_behavior": "none"}}
    )
    past = sdk.invoices.create_preview(
        {"customer": customer.id, "subscription_details": {**terms, "start_date": at(2031, 1, 1)}}
    )
    made = driver.subscribe(customer, price, billing_cycle_anchor=at(2031, 2, 1), expand=["latest_invoice"])

    assert part.total == pytest.approx(made.latest_invoice.total, abs=1)
    assert (free.total, past.total) == (0, 3100)


@pytest.mark.parametrize(
    ("params", "param"),
    [
        ({"billing_cycle_anchor": at(2031, 1, 1)}, "billing_cycle_anchor"),
        ({"billing_cycle_anchor": at(2031, 2, 21)}, "billing_cycle_anchor"),
        ({"billing_cycle_anchor": at(2031, 2, 1), "trial_end": at(2031, 2, 5)}, "trial_end"),
        ({"billing_cycle_anchor": at(2031, 2, 1), "billing_cycle_anchor_config": {"day_of_month": 1}}, None),
        ({"billing_cycle_anchor_config": {"day_of_month": 32}}, "billing_cycle_anchor_config[day_of_month]"),
        ({"billing_cycle_anchor_config": {"day_of_month": 1, "month": 6}}, "billing_cycle_anchor"),
        ({"backdate_start_date": at(2032, 1, 1)}, "backdate_start_date"),
        ({"backdate_start_date": at(2005, 1, 1)}, "backdate_start_date"),
        ({"backdate_start_date": at(2031, 1, 1), "trial_period_days": 3}, "backdate_start_date"),
    ],
)
def test_beginning_that_cannot_be_is_refused(driver: Driver, params: dict[str, Any], param: str | None) -> None:
    with pytest.raises(stripe.InvalidRequestError) as caught:
        made_on(driver, at(2031, 1, 20), **params)

    assert (caught.value.param, caught.value.http_status) == (param, 400)
    assert driver.sdk().subscriptions.list().data == []


def test_late_anchor_is_refused_in_stripes_words(driver: Driver) -> None:
    with pytest.raises(stripe.InvalidRequestError, match="cannot be later than next natural billing date") as caught:
        made_on(driver, at(2031, 1, 20), billing_cycle_anchor=at(2031, 2, 21))

    assert str(at(2031, 2, 20) // 100) in str(caught.value)


def test_parts_of_a_date_need_months_or_years(driver: Driver) -> None:
    price = driver.price(700, recurring={"interval": "week"})

    with pytest.raises(stripe.InvalidRequestError) as caught:
        driver.subscribe(driver.customer(), price, billing_cycle_anchor_config={"day_of_month": 1})

    assert caught.value.param == "billing_cycle_anchor_config"
