"""What beat sends: no kind of work is crowded out of the line by another."""

from billing_project.schedule import beat_schedule
from webhooks.tasks import EXPIRES_SECONDS


def test_the_sweep_outlives_the_wake_ups_that_stand_before_it_in_a_flood_of_events() -> None:
    entries = beat_schedule(start_token="")

    assert entries["billing.sweep"]["options"]["expires"] > EXPIRES_SECONDS


def test_what_comes_rarely_waits_for_a_busy_worker_until_its_successor_comes() -> None:
    for entry in beat_schedule(start_token="").values():
        assert entry["options"]["expires"] >= entry["schedule"]


def test_a_lost_event_is_looked_for_within_a_quarter_of_an_hour() -> None:
    """Wrong access after a lost event may last 15 minutes: the look, the minute that it leaves out, and the work."""
    entries = beat_schedule(start_token="")

    assert entries["webhooks.backfill_events"]["schedule"] + 60 <= 12 * 60
