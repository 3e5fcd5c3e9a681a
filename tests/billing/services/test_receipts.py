"""Receipts: one for each invoice for which money was paid, whatever is seen how often and in which order."""

import pytest

from billing.gateway.client import client
from billing.mirror.refresh import refresh
from billing.mirror.refs import ObjectRef
from billing.models import Invoice, Notice, Transition
from billing.services.send_notices import send_due_notices
from billing.terms import ObjectKind
from tests.billing.shop import Shop

pytestmark = pytest.mark.django_db(transaction=True)


def receipts() -> list[str]:
    return list(Notice.objects.filter(kind="receipt").values_list("key", flat=True))


def see_all_again(shop: Shop) -> None:
    for kind, service in ((ObjectKind.INVOICE, client().v1.invoices), (ObjectKind.CHARGE, client().v1.charges)):
        for found in service.list()["data"]:
            refresh(ObjectRef(kind, found["id"]))
    shop.work_off()


def test_the_first_invoice_of_a_checkout_has_one(shop: Shop) -> None:
    shop.subscribe()

    see_all_again(shop)

    invoice = Invoice.objects.get()
    assert receipts() == [f"receipt:{invoice.stripe_invoice_id}"]
    content = Notice.objects.get(kind="receipt").content
    assert content.subject == "Receipt: €128.00 paid"
    assert invoice.number in content.text


def test_each_renewal_has_one(shop: Shop) -> None:
    subscription = shop.subscribe()
    shop.advance("P36D")

    shop.renewal(subscription)
    shop.renewal(subscription)

    assert len(receipts()) == 2


def test_an_invoice_of_nothing_has_none(shop: Shop) -> None:
    shop.subscribe(price=shop.growth)

    see_all_again(shop)

    assert Invoice.objects.get().total_minor == 0
    assert receipts() == []


def test_an_invoice_that_is_not_paid_has_none(shop: Shop) -> None:
    subscription = shop.subscribe()
    shop.charge_only(subscription, "pm_card_chargeCustomerFail")
    Notice.objects.all().delete()
    shop.advance("P36D")

    assert shop.renewal(subscription).status == "open"
    assert receipts() == []


def test_a_setting_leaves_them_to_stripe(shop: Shop, settings) -> None:
    settings.SENDS_RECEIPTS = False

    shop.subscribe()

    assert Transition.objects.filter(kind="invoice", to_state="paid", is_settled=True).exists()
    assert receipts() == []


def test_an_invoice_paid_long_ago_that_we_see_only_now_is_not_told(shop: Shop) -> None:
    intent = shop.start(shop.scale)
    shop.pay(intent)
    shop.advance("P3D")
    see_all_again(shop)

    send_due_notices(shop.now)

    assert Notice.objects.get(kind="receipt").state == "expired"
