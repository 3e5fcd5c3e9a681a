"""Who opens the inbox in the admin, and what lies in it."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.test import Client

from accounts.models import User
from tests.webhooks.deliveries import event_body
from webhooks.models import InboxEvent


@pytest.fixture
def superuser(db: None) -> User:
    return User.objects.create_superuser("staff@example.com", "correct horse battery")


@pytest.fixture
def staff(superuser: User) -> Client:
    client = Client()
    client.force_login(superuser)
    return client


@pytest.fixture
def clerk(db: None) -> Callable[..., Client]:
    """Staff with the permissions named, and no other."""

    def sign_in(*codenames: str) -> Client:
        user = User.objects.create_user("clerk@example.com", "correct horse battery", is_staff=True)
        user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
        client = Client()
        client.force_login(user)
        return client

    return sign_in


@pytest.fixture
def store(db: None) -> Callable[..., InboxEvent]:
    def make(event_id: str = "evt_1", **fields: Any) -> InboxEvent:
        given = {"provider": "stripe", "endpoint": "stripe", "event_id": event_id, "type": "customer.updated"}
        return InboxEvent.objects.create(**{**given, "body": event_body(event_id), **fields})

    return make
