"""A plan's people limit holds for invitations and for joining."""

import uuid

import pytest

from accounts.errors import AccountsError
from accounts.invitation_links import join_path
from accounts.invitations import accept, invite
from accounts.models import Invitation, Role, User
from billing.selectors.people import people_limit
from tests.billing.factories import (
    FeatureFactory,
    FreePlanFactory,
    PlanFactory,
    PlanFeatureFactory,
    PriceFactory,
    SubscriptionFactory,
)
from tests.factories import MembershipFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def alice():
    people = FeatureFactory(code="people", name="People", kind="limit")
    PlanFeatureFactory(plan=FreePlanFactory(), feature=people, limit=2)
    return MembershipFactory()


def send(alice, email: str) -> Invitation:
    return invite(alice.organization, email=email, role=Role.MEMBER, invited_by=alice.user, request_key=uuid.uuid4())


def test_an_invitation_beyond_the_plan_is_refused_and_not_sent(alice, mailoutbox) -> None:
    send(alice, "bob@example.com")

    with pytest.raises(AccountsError, match="2 people at most") as refused:
        send(alice, "carol@example.com")

    assert (refused.value.code, refused.value.status) == ("people_limit", 402)
    assert len(mailoutbox) == 1
    assert Invitation.objects.count() == 1


def test_nobody_joins_a_full_organization(alice) -> None:
    bob = UserFactory(email="bob@example.com")
    invitation = send(alice, bob.email)
    MembershipFactory(organization=alice.organization)

    with pytest.raises(AccountsError, match="2 people at most"):
        accept(invitation, user=bob)

    invitation.refresh_from_db()
    assert invitation.accepted_at is None
    assert alice.organization.memberships.count() == 2


def test_without_a_catalogue_there_is_no_limit() -> None:
    assert people_limit(MembershipFactory().organization) is None


def test_nobody_signs_up_into_a_full_organization(alice, client) -> None:
    invitation = send(alice, "bob@example.com")
    MembershipFactory(organization=alice.organization)
    fields = {
        "email": "bob@example.com",
        "password1": "a quiet harbour 42",
        "terms": "on",
        "request_key": str(uuid.uuid4()),
        "next": join_path(invitation),
    }

    answer = client.post("/accounts/signup/", fields)

    assert answer.status_code == 400
    assert "2 people at most" in answer.content.decode()
    assert not User.objects.filter(email="bob@example.com").exists()


@pytest.mark.parametrize(
    ("sync", "own_limit", "places"), [("off", None, 9), ("up", None, 20), ("both", 12, 12), ("off", 4, 4)]
)
def test_a_plan_per_person_holds_as_many_as_it_has_seats(
    settings, sync: str, own_limit: int | None, places: int
) -> None:
    settings.SEATS_SYNC = sync
    plan = PlanFactory(code="team", minimum_seats=3, maximum_seats=20)
    people = FeatureFactory(code="people", kind="limit")
    PlanFeatureFactory(plan=plan, feature=people, limit=own_limit, is_unlimited=own_limit is None)
    subscription = SubscriptionFactory(price=PriceFactory(plan=plan), quantity=9)

    assert people_limit(subscription.organization) == places
