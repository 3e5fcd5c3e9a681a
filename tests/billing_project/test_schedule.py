"""What beat sends: no kind of work is crowded out of the line by another."""

from billing_project.schedule import beat_schedule
from webhooks.tasks import EXPIRES_SECONDS


def test_the_sweep_outlives_the_wake_ups_that_stand_before_it_in_a_flood_of_events() -> None:
    entries = beat_schedule(start_token="")

    assert entries["billing.sweep"]["options"]["expires"] > EXPIRES_SECONDS
