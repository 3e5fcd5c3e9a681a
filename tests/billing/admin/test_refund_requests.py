"""Which buttons of refunds a person has, and that a form sent past them is refused and changes nothing."""

from uuid import uuid4

import pytest
from django.contrib.auth.models import Permission
from django.test import Client

from billing.models import RefundLimit, RefundRequest
from tests.billing.admin.rows_of_refunds import refund_request
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


def signed_in(*codenames: str) -> Client:
    user = UserFactory(is_staff=True)
    user.user_permissions.set(
        Permission.objects.filter(content_type__app_label="billing", codename__in=["view_refundrequest", *codenames])
    )
    client = Client()
    client.force_login(user)
    return client


@pytest.mark.parametrize(
    ("act", "state", "needed"),
    [
        ("approve", "requested", "approve_refundrequest"),
        ("reject", "requested", "approve_refundrequest"),
        ("again", "failed", "request_refundrequest"),
        ("close", "failed", "close_refundrequest"),
    ],
)
def test_a_form_of_who_lacks_the_right_is_refused(act: str, state: str, needed: str) -> None:
    row = refund_request(1, state=state)
    url = f"/admin/billing/refundrequest/{row.pk}/{act}/"
    others = {"approve_refundrequest", "request_refundrequest", "close_refundrequest"} - {needed}

    refused = signed_in(*others).post(url, {"note": "Please", "request_key": str(uuid4())})

    assert refused.status_code == 403
    assert RefundRequest.objects.get().state == state
    assert signed_in(needed).get(url).status_code == 200


@pytest.mark.parametrize("of", ["charge", "invoice"])
def test_the_form_of_a_refund_is_closed_to_who_may_not_ask(of: str) -> None:
    row = refund_request(1)
    model, pk = {"charge": ("chargeattempt", row.charge.pk), "invoice": ("invoice", row.invoice.pk)}[of]
    client = signed_in("approve_refundrequest", "view_chargeattempt", "view_invoice")

    answers = [
        client.get(f"/admin/billing/{model}/{pk}/refund/"),
        client.post(f"/admin/billing/{model}/{pk}/refund/", {"send": "1", "request_key": str(uuid4())}),
    ]

    assert [answer.status_code for answer in answers] == [403, 403]
    assert RefundRequest.objects.count() == 1


def test_a_limit_is_changed_by_who_may_and_nonsense_is_refused_in_words() -> None:
    row = RefundLimit.objects.create(
        role="support", currency="sek", per_charge_minor=100, per_day_minor=200, window_days=60
    )
    url = f"/admin/billing/refundlimit/{row.pk}/change/"
    values = {"role": "support", "currency": "sek", "per_charge_minor": 300, "per_day_minor": 200, "window_days": 60}
    client = signed_in("view_refundlimit", "change_refundlimit")

    refused = client.post(url, values)
    saved = client.post(url, {**values, "per_day_minor": 900})

    assert "The limit of a day is not below that of a charge." in refused.content.decode()
    assert saved.status_code == 302
    row.refresh_from_db()
    assert (row.per_charge_minor, row.per_day_minor) == (300, 900)
    assert signed_in("view_refundlimit").post(url, values).status_code == 403
