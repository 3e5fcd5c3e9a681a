"""Who opens the admin."""

import pytest
from django.test import Client

from accounts.models import User


@pytest.fixture
def superuser() -> User:
    return User.objects.create_superuser("staff@example.com", "correct horse battery", full_name="Sam Keel")


@pytest.fixture
def staff(superuser: User) -> Client:
    """A superuser: what is refused here is refused to everybody."""
    client = Client()
    client.force_login(superuser)
    return client


@pytest.fixture
def newcomer(db: None) -> Client:
    """Staff without a single permission."""
    client = Client()
    client.force_login(User.objects.create_user("new@example.com", "correct horse battery", is_staff=True))
    return client
