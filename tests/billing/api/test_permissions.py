"""The guard of views that write, for programs: the same refusal as the page's, as JSON."""

from datetime import timedelta

import pytest
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.test import APIRequestFactory, force_authenticate

from billing import clock
from billing.api.permissions import RequiresWriting
from billing.api.view import ApiView
from tests.billing.cases import give_case
from tests.billing.situations import go_past_due, put_catalogue_on_sale
from tests.factories import MembershipFactory, UserFactory

pytestmark = pytest.mark.django_db


class Notes(ApiView):
    permission_classes = [RequiresWriting]

    def get(self, request: Request) -> Response:
        return Response("read")

    def post(self, request: Request) -> Response:
        return Response("written")


@pytest.fixture
def alice(db):
    put_catalogue_on_sale()
    return MembershipFactory()


def ask(method: str, user) -> Response:
    request = getattr(APIRequestFactory(), method)("/notes/")
    request.session = {}
    force_authenticate(request, user=user)
    return Notes.as_view()(request)


def test_in_its_read_only_days_a_write_is_refused_and_a_look_is_not(alice) -> None:
    now = clock.business_now()
    case = give_case(go_past_due(alice.organization, now=now), now=now, read_only_at=now - timedelta(days=1))

    read, written = ask("get", alice.user), ask("post", alice.user)

    assert (read.status_code, read.data) == (200, "read")
    assert (written.status_code, written.data["code"]) == (402, "read_only")
    assert (written.data["read_only_at"], written.data["closes_at"]) == (case.read_only_at, case.access_closes_at)


def test_before_them_a_write_is_let_through(alice) -> None:
    now = clock.business_now()
    give_case(go_past_due(alice.organization, now=now), now=now)

    assert ask("post", alice.user).data == "written"


def test_without_an_organization_there_is_nothing(alice) -> None:
    assert ask("post", UserFactory()).status_code == 404
