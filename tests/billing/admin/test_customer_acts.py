"""What staff do for a customer from its page: each asks first, needs its own right, and does one thing."""

from uuid import uuid4

import pytest
from django.contrib.auth.models import Group, Permission
from django.test import Client

from accounts.models import User
from billing.models import AuditEntry, CancelRequest, CustomerCredit, Notice, Work
from tests.billing.admin.rows import notice
from tests.billing.shop import Shop

ACTS = {
    "credit": ("add_customercredit", {"amount": "12", "reason": "For the trouble"}),
    "cancel": ("add_cancelrequest", {"reason": "They wrote"}),
    "end-now": ("end_now_cancelrequest", {"reason": "They wrote"}),
    "resync": ("resync_customer", {"reason": "It looks old"}),
}


def page_of(shop: Shop, act: str = "") -> str:
    return f"/admin/billing/customer/of/{shop.organization.pk}/{f'{act}/' if act else ''}"


@pytest.fixture
def clerk(transactional_db: None) -> User:
    user = User.objects.create_user("clerk@example.com", "correct horse battery", is_staff=True)
    allow(user, "view_customer", "view_subscription")
    return user


@pytest.fixture
def desk(clerk: User) -> Client:
    client = Client()
    client.force_login(clerk)
    return client


def allow(clerk: User, *codenames: str) -> None:
    of_billing = Permission.objects.filter(content_type__app_label="billing")
    clerk.user_permissions.add(*of_billing.filter(codename__in=codenames))


def employ(clerk: User) -> None:
    """From now on with the limits, and the rights, of finance."""
    clerk.groups.add(Group.objects.get_or_create(name="finance")[0])
    allow(clerk, *(codename for codename, _ in ACTS.values()))


def send(desk: Client, shop: Shop, act: str):
    return desk.post(page_of(shop, act), {**ACTS[act][1], "request_key": uuid4().hex}, follow=True)


@pytest.mark.django_db(transaction=True)
def test_each_act_asks_is_done_and_leads_back(desk: Client, clerk: User, shop: Shop) -> None:
    shop.subscribe()
    shop.look_at_customer()
    employ(clerk)
    text = desk.get(page_of(shop)).content.decode()
    for act in ACTS:
        assert page_of(shop, act) in text
        assert desk.get(page_of(shop, act)).status_code == 200

    told = {act: send(desk, shop, act).content.decode() for act in ACTS}

    assert "€12.00 will be taken off" in told["credit"]
    assert "Cancelled for the end of the period." in told["cancel"]
    assert "The plan has ended." in told["end-now"]
    assert "objects are fetched" in told["resync"]
    assert CustomerCredit.objects.get().state == "succeeded"
    assert [row.action for row in CancelRequest.objects.order_by("pk")] == ["cancel", "cancel_now"]
    reasons = AuditEntry.objects.filter(actor=clerk, note__isnull=False).values_list("action", "note__reason")
    assert dict(reasons) == {
        "customer_credit_asked": "For the trouble",
        "subscription_cancel": "They wrote",
        "subscription_cancel_now": "They wrote",
        "customer_resynced": "It looks old",
    }
    assert not any(row.comment for row in CancelRequest.objects.all())
    assert Work.objects.filter(kind="invoice").exists()


@pytest.mark.django_db(transaction=True)
def test_each_act_needs_its_right_and_a_reason(desk: Client, clerk: User, shop: Shop) -> None:
    shop.subscribe()
    shop.look_at_customer()
    before = Work.objects.count()

    refused = [send(desk, shop, act).status_code for act in ACTS]
    employ(clerk)
    for act, (_, form) in ACTS.items():
        desk.post(page_of(shop, act), {**form, "reason": " ", "request_key": uuid4().hex})

    assert refused == [403] * len(ACTS)
    assert not CustomerCredit.objects.exists()
    assert not CancelRequest.objects.exists()
    assert not AuditEntry.objects.filter(action="customer_resynced").exists()
    assert Work.objects.count() == before


@pytest.mark.django_db
def test_a_credit_needs_a_customer_that_was_billed(staff: Client) -> None:
    row = notice(1)
    page = f"/admin/billing/customer/of/{row.organization_id}/credit/"

    text = staff.post(page, {"amount": "5", "reason": "x", "request_key": uuid4().hex}).content.decode()

    assert "no_currency_yet" in text
    assert not CustomerCredit.objects.exists()


@pytest.mark.django_db
def test_a_mail_is_sent_once_more_from_its_page(staff: Client) -> None:
    row = notice(1)
    Notice.objects.update(state="sent")
    page = f"/admin/billing/notice/{row.pk}/resend/"
    assert row.content.recipient in staff.get(page).content.decode()

    answer = staff.post(page, {"reason": "Lost", "request_key": uuid4().hex})

    assert answer.status_code == 302
    assert Notice.objects.filter(key__startswith="resent:").count() == 1


@pytest.mark.django_db
def test_a_mail_is_not_sent_without_the_right(newcomer: Client) -> None:
    row = notice(1)
    Notice.objects.update(state="sent")
    User.objects.get(email="new@example.com").user_permissions.add(Permission.objects.get(codename="view_notice"))

    answer = newcomer.post(f"/admin/billing/notice/{row.pk}/resend/", {"reason": "x", "request_key": uuid4().hex})

    assert (answer.status_code, Notice.objects.count()) == (403, 1)
