"""What docs/outgoing-webhooks.md shows: its examples check real webhooks, and its tables are the code's."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from billing.rules.webhook_retry import MOST_TRIES
from billing.terms.outgoing import OutgoingKind
from tests.billing.hooked import Hooked
from tests.billing.receiver import Receiver, receiving

PAGE = (Path(settings.BASE_DIR) / "docs" / "outgoing-webhooks.md").read_text()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as made:
        yield made


def examples() -> dict[str, Any]:
    names: dict[str, Any] = {}
    for block in re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL):
        exec(block, names)  # noqa: S102  # The page's own examples.
    return names


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("name", ["told_by_library", "told_by_hand"])
def test_the_examples_take_what_we_send_and_refuse_anything_else(receiver: Receiver, name: str) -> None:
    told, hooked = examples()[name], Hooked.at(receiver)
    hooked.happen("past_due")
    hooked.send()
    [got] = receiver.got

    assert told(hooked.secret, got.headers, got.body)["type"] == "subscription.past_due"
    for headers, body in (
        (got.headers, got.body.replace(b"past_due", b"active")),
        (got.headers | {"webhook-id": "evt_2"}, got.body),
        (got.headers | {"webhook-timestamp": "1700000000"}, got.body),
        (got.headers | {"webhook-signature": "v1,AAAA"}, got.body),
    ):
        with pytest.raises(Exception, match=r"sign|old|future|match"):
            told(hooked.secret, headers, body)


def test_every_type_of_event_is_in_the_table() -> None:
    table = PAGE.partition("| type | when |")[2].partition("\n\n")[0]
    told = set()
    for cell in re.findall(r"^\| (`[^|]*`) \|", table, re.MULTILINE):
        names = re.findall(r"`([^`]+)`", cell)
        told |= {names[0].partition(".")[0] + name if name.startswith(".") else name for name in names}

    assert told == {kind.value for kind in OutgoingKind}


def test_the_number_of_tries_is_said() -> None:
    assert MOST_TRIES == 10
    assert "ten tries" in PAGE
