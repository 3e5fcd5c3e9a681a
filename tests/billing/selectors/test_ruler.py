"""A stretch of time to scale."""

from datetime import timedelta

import pytest

from billing.selectors.ruler import draw_ruler
from tests.billing.factories import NOW

DAY = timedelta(days=1)


def test_today_lies_where_it_is_in_the_period() -> None:
    ruler = draw_ruler(NOW - 7 * DAY, ends_at=NOW + 23 * DAY, now=NOW)

    assert (ruler.day, ruler.days, ruler.today, ruler.tick) == (8, 30, "23.33%", "3.3333%")


def test_a_year_has_a_tick_a_week() -> None:
    ruler = draw_ruler(NOW, ends_at=NOW + 364 * DAY, now=NOW)

    assert ruler.tick == "1.9231%"


@pytest.mark.parametrize(
    ("days_ago", "anchor", "today"), [(-1, "start", "0.00%"), (15, "middle", "50.00%"), (40, "end", "100.00%")]
)
def test_the_label_of_today_stays_on_the_paper(days_ago: int, anchor: str, today: str) -> None:
    starts_at = NOW - days_ago * DAY

    ruler = draw_ruler(starts_at, ends_at=starts_at + 30 * DAY, now=NOW)

    assert (ruler.anchor, ruler.today) == (anchor, today)


def test_a_mark_beside_today_or_the_edge_gets_no_label() -> None:
    stops = [NOW + 2 * DAY, NOW + 10 * DAY, NOW + 19 * DAY]

    ruler = draw_ruler(NOW - 10 * DAY, ends_at=NOW + 20 * DAY, now=NOW, stops=stops)

    assert [mark.has_room for mark in ruler.stops] == [False, True, False]


def test_marks_outside_the_stretch_are_left_out() -> None:
    ruler = draw_ruler(NOW, ends_at=NOW + 10 * DAY, now=NOW, stops=[NOW + 11 * DAY], misses=[NOW - DAY, NOW])

    assert ruler.stops == ()
    assert [miss.position for miss in ruler.misses] == ["0.00%"]


@pytest.mark.parametrize(("starts_at", "ends_at"), [(None, NOW), (NOW, None), (NOW, NOW), (NOW, NOW - DAY)])
def test_what_has_no_length_is_not_drawn(starts_at, ends_at) -> None:
    assert draw_ruler(starts_at, ends_at=ends_at, now=NOW) is None
