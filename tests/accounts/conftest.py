"""The cast: Alice owns, Bob is a member, Charlie is a stranger with an organization of his own."""

from collections.abc import Callable, Iterator

import pytest
from django.core.cache import cache
from django.test import Client

from accounts.models import Membership, Role, User
from tests.factories import MembershipFactory, OrganizationFactory, UserFactory


@pytest.fixture(autouse=True)
def _unlimited() -> Iterator[None]:
    """No tries left over from another test."""
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def alice(db) -> Membership:
    user = UserFactory(email="alice@oakline.example", full_name="Alice Nguyen")
    return MembershipFactory(user=user, organization=OrganizationFactory(name="Oakline Studio"), role=Role.OWNER)


@pytest.fixture
def bob(alice: Membership) -> Membership:
    user = UserFactory(email="bob@oakline.example", full_name="Bob Ferreira")
    return MembershipFactory(user=user, organization=alice.organization, role=Role.MEMBER)


@pytest.fixture
def charlie(db) -> Membership:
    user = UserFactory(email="charlie@elsewhere.example")
    return MembershipFactory(user=user, organization=OrganizationFactory(name="Elsewhere"), role=Role.OWNER)


@pytest.fixture
def signed_in() -> Callable[[Membership | User], Client]:
    """A browser of somebody who has signed in."""

    def sign_in(person: Membership | User) -> Client:
        client = Client()
        client.force_login(person.user if isinstance(person, Membership) else person)
        return client

    return sign_in
