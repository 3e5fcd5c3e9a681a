"""A sandbox whose webhooks reach nobody, and a crowd of subscribers."""

from collections.abc import Iterator

import pytest

from tests.billing.shop import Shop


@pytest.fixture
def shop(sandbox, transactional_db) -> Iterator[Shop]:
    sandbox.ask("POST", "/_sandbox/webhooks/pause")
    yield Shop.open(sandbox)
    sandbox.ask("POST", "/_sandbox/reset")
    sandbox.ask("POST", "/_sandbox/webhooks/resume")
