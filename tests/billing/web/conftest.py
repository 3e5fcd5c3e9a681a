"""The cast of the pages: Alice owns, Bob is a member, Charlie is a stranger; and what is on sale."""

from collections.abc import Callable
from datetime import datetime

import pytest
from django.test import Client

from accounts.models import Membership, Role
from billing import clock
from tests.billing.situations import put_catalogue_on_sale
from tests.factories import MembershipFactory


@pytest.fixture
def catalogue(db) -> None:
    put_catalogue_on_sale()


@pytest.fixture
def now() -> datetime:
    """Business time as the pages will read it."""
    return clock.business_now()


@pytest.fixture
def alice(db) -> Membership:
    return MembershipFactory(
        user__email="alice@oakline.example",
        user__full_name="Alice Nguyen",
        organization__name="Oakline Studio",
    )


@pytest.fixture
def bob(alice: Membership) -> Membership:
    return MembershipFactory(user__email="bob@oakline.example", organization=alice.organization, role=Role.MEMBER)


@pytest.fixture
def charlie(db) -> Membership:
    return MembershipFactory(user__email="charlie@elsewhere.example", organization__name="Elsewhere")


@pytest.fixture
def browser_of() -> Callable[[Membership], Client]:
    """A browser in which this person has signed in."""

    def open_browser(person: Membership) -> Client:
        client = Client()
        client.force_login(person.user)
        return client

    return open_browser
