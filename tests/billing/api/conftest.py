"""The cast of the API: Alice owns, Bob is a member, Charlie is a stranger; and a cache that has counted nobody."""

from collections.abc import Iterator

import pytest
from django.core.cache import cache

from accounts.models import Membership, Role
from tests.factories import MembershipFactory


@pytest.fixture(autouse=True)
def empty_cache() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def bob(alice: Membership) -> Membership:
    return MembershipFactory(organization=alice.organization, role=Role.MEMBER)


@pytest.fixture
def charlie(db) -> Membership:
    return MembershipFactory(organization__name="Elsewhere")


@pytest.fixture
def alice(db) -> Membership:
    return MembershipFactory(organization__name="Oakline Studio")
