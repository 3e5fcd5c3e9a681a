"""Somebody on the staff, and what they ask of a dunning case."""

from typing import Any
from uuid import uuid4

from accounts.models import User
from billing.casework import StaffWish
from billing.models import DunningCase
from tests.billing.pursuit import POOR, failed_renewal
from tests.billing.shop import Shop
from tests.factories import UserFactory


def wish(shop: Shop, **changed: Any) -> StaffWish:
    """By a form of its own unless a key is given."""
    values = {"actor": sam(), "reason": "They asked for it", "request_key": uuid4(), "now": shop.now, **changed}
    return StaffWish(**values)


def rested_case(shop: Shop, token: str = POOR) -> DunningCase:
    """A failed renewal two days later: no wait of a network is left, and its slot has not come."""
    _, case = failed_renewal(shop, token)
    shop.advance("P2D")
    return case


def sam() -> User:
    return User.objects.filter(email="sam@staff.example").first() or UserFactory(
        email="sam@staff.example", is_staff=True
    )
