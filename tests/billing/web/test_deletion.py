"""Deleting an organization from its page."""

from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command

from accounts.models import Membership, Organization, Role
from billing.models import Erasure
from tests.billing.shop import Shop
from tests.billing.web.reading import form_fields, words
from tests.factories import MembershipFactory

pytestmark = pytest.mark.django_db(transaction=True)
PAGE = "/team/organization/delete/"


@pytest.fixture
def browser(shop: Shop, client):
    client.force_login(shop.owner)
    return client


def post(browser, name: str = "Oakline Studio"):
    return browser.post(PAGE, {"request_key": str(uuid4()), "name": name})


def is_there(shop: Shop) -> bool:
    return Organization.objects.get(pk=shop.organization.pk).erased_at is None


def test_the_page_says_what_is_lost_and_looking_deletes_nothing(shop: Shop, browser) -> None:
    shop.subscribe()
    MembershipFactory(organization=shop.organization)

    said = words(browser.get(PAGE))

    for part in ("Scale Ends at once", "not paid back", "All 2 lose access", "This cannot be undone"):
        assert part in said
    assert is_there(shop)


def test_the_typed_name_deletes_and_leads_out(shop: Shop, browser) -> None:
    fields = form_fields(browser.get(PAGE), action=PAGE)

    done = browser.post(PAGE, {**fields, "name": "Oakline Studio"}, follow=True)

    assert done.status_code == 200
    assert "Oakline Studio is deleted" in done.content.decode()
    assert not is_there(shop)
    assert browser.get("/billing/").headers["Location"] == "/team/start/"


def test_another_name_is_refused_at_its_field(shop: Shop, browser) -> None:
    page = post(browser, "Oakline")

    assert page.status_code == 400
    assert "This is not the name of the organization" in words(page)
    assert is_there(shop)


def test_where_stripe_does_not_confirm_the_page_says_that_nothing_is_deleted_yet(shop: Shop, browser) -> None:
    shop.subscribe()
    shop.sandbox.fault("http_500_before", times=2, match={"method": "DELETE", "path": "/v1/subscriptions/*"})

    page = post(browser)

    assert page.status_code == 503
    assert "is not deleted yet" in words(page)
    assert is_there(shop)
    assert "is not deleted yet" in words(browser.get(PAGE))


def test_where_stripe_refuses_the_page_says_that_it_was_not_deleted(shop: Shop, browser) -> None:
    shop.subscribe()
    shop.sandbox.fault("missing", match={"method": "GET", "path": "/v1/subscriptions"})

    page = post(browser)

    assert page.status_code == 404
    assert "was not deleted" in words(page)
    assert is_there(shop)


@pytest.mark.parametrize("role", [Role.BILLING, Role.MEMBER])
def test_only_an_owner_may(shop: Shop, client, role: Role) -> None:
    client.force_login(MembershipFactory(organization=shop.organization, role=role).user)

    assert client.get(PAGE).status_code == 403
    assert post(client).status_code == 403
    assert is_there(shop)


def test_a_stranger_deletes_their_own_only(shop: Shop, client) -> None:
    stranger: Membership = MembershipFactory(organization__name="Elsewhere")
    client.force_login(stranger.user)

    assert post(client, "Oakline Studio").status_code == 400
    assert is_there(shop)


def test_the_command_does_it_only_when_it_is_confirmed(shop: Shop, capsys) -> None:
    uuid = str(shop.organization.uuid)
    with pytest.raises(CommandError):
        call_command("erase_organization", uuid)
    assert is_there(shop)

    call_command("erase_organization", uuid, confirm=True)
    call_command("erase_organization", uuid, confirm=True)

    assert not is_there(shop)
    assert Erasure.objects.get().requested_by is None
    assert "deleted before" in capsys.readouterr().out


def test_the_command_says_by_its_exit_code_that_stripe_is_silent(shop: Shop) -> None:
    shop.subscribe()
    shop.sandbox.fault("http_500_before", times=2, match={"method": "DELETE", "path": "/v1/subscriptions/*"})

    with pytest.raises(CommandError) as refused:
        call_command("erase_organization", str(shop.organization.uuid), confirm=True)

    assert refused.value.returncode == 3
    assert is_there(shop)
