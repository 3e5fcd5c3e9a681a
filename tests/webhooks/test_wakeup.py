"""The wake-up: soon, seldom, never in the way, and no loss when it fails."""

import logging
import threading
import time

import pytest

from webhooks.wakeup import WakeUp


class Broker:
    """Counts what is sent and lets a test wait for it; can be slow or down."""

    def __init__(self, *, fault: Exception | None = None, delay_seconds: float = 0.0) -> None:
        self.sent_at: list[float] = []
        self._fault = fault
        self._delay_seconds = delay_seconds
        self._changed = threading.Condition()

    def send(self) -> None:
        time.sleep(self._delay_seconds)
        with self._changed:
            self.sent_at.append(time.monotonic())
            self._changed.notify_all()
        if self._fault:
            raise self._fault

    def has_sent(self, count: int, *, within_seconds: float = 5.0) -> bool:
        with self._changed:
            return self._changed.wait_for(lambda: len(self.sent_at) >= count, timeout=within_seconds)


def test_a_thousand_events_send_one_wake_up_an_interval() -> None:
    broker = Broker()
    wake_up = WakeUp(broker.send, interval_seconds=0.2)
    asked = 0
    ends_at = time.monotonic() + 30

    while (asked < 1000 or len(broker.sent_at) < 3) and time.monotonic() < ends_at:
        wake_up.ask()
        asked += 1

    sent = len(broker.sent_at)
    assert sent >= 3
    # One more at most: what was asked for after the last began.
    assert not broker.has_sent(sent + 2, within_seconds=0.5)
    gaps = [later - earlier for earlier, later in zip(broker.sent_at, broker.sent_at[1:], strict=False)]
    assert min(gaps) >= 0.19


def test_an_event_just_after_a_wake_up_gets_one_of_its_own() -> None:
    broker = Broker()
    wake_up = WakeUp(broker.send, interval_seconds=0.1)

    wake_up.ask()
    assert broker.has_sent(1)
    wake_up.ask()

    assert broker.has_sent(2)


@pytest.mark.fault("X19")
def test_asking_does_not_wait_for_a_slow_broker() -> None:
    wake_up = WakeUp(Broker(delay_seconds=2.0).send)

    started_at = time.monotonic()
    wake_up.ask()
    wake_up.ask()

    assert time.monotonic() - started_at < 0.5


@pytest.mark.fault("X19")
def test_a_broker_that_is_down_is_counted_and_tried_again(caplog: pytest.LogCaptureFixture) -> None:
    broker = Broker(fault=ConnectionError("amqp://user:hunter2@broker"))
    wake_up = WakeUp(broker.send, interval_seconds=0.05)

    with caplog.at_level(logging.WARNING):
        for count in (1, 2):
            wake_up.ask()
            assert broker.has_sent(count)
        ends_at = time.monotonic() + 5
        while wake_up.failed < 2 and time.monotonic() < ends_at:
            time.sleep(0.01)

    assert wake_up.failed == 2
    assert "ConnectionError" in caplog.text
    assert "hunter2" not in caplog.text
