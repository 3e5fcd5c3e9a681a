"""A shop with one organization, two plans at the sandbox, and a person who pays."""

import pytest

from tests.billing.shop import Shop


@pytest.fixture
def shop(sandbox, transactional_db) -> Shop:
    return Shop.open(sandbox)
