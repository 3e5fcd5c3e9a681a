"""A code for a running subscription, and the end of a discount: shown first, done once, safe after a crash."""

from uuid import uuid4

import pytest

from billing.errors import (
    DiscountRunning,
    NoDiscount,
    NoSubscription,
    PromotionCodeNotForYou,
    PromotionCodeUsed,
    SumChanged,
)
from billing.gateway.client import client
from billing.models import AuditEntry, DiscountChange
from billing.money import Money
from billing.selectors.discounts import active_discounts
from billing.services.discount_preview import preview_code, preview_removal
from tests.billing.planning import plan_down, sweep
from tests.billing.promotions import give_code
from tests.billing.services.discounting import apply, discounts_at_stripe, remove, renewed
from tests.billing.shop import Shop

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_next_invoice_is_what_the_preview_showed(shop: Shop) -> None:
    subscription = shop.subscribe()
    give_code("WELCOME", percent_off=12.5)
    preview = preview_code(shop.organization, code="welcome", now=shop.now)

    change = apply(shop, "welcome")

    assert (change.state, change.code) == ("succeeded", "WELCOME")
    assert (preview.before.total.amount_minor, preview.after.total.amount_minor) == (12800, 11200)
    assert active_discounts(subscription, now=shop.now)[0].code == "WELCOME"
    assert renewed(shop, subscription).total_minor == preview.after.total.amount_minor


def test_nothing_is_charged_today(shop: Shop) -> None:
    shop.subscribe()
    give_code("WELCOME")

    apply(shop)

    assert len(client().v1.charges.list()["data"]) == 1


def test_the_same_form_sent_twice_is_one_discount(shop: Shop) -> None:
    subscription = shop.subscribe()
    give_code("WELCOME")
    key = uuid4()
    shown = preview_code(shop.organization, code="WELCOME", now=shop.now).after.total

    first = apply(shop, request_key=key, shown=shown)
    again = apply(shop, request_key=key, shown=shown)

    assert first.pk == again.pk
    assert len(discounts_at_stripe(subscription)) == 1
    assert AuditEntry.objects.filter(action="discount_apply").count() == 1


def test_one_discount_at_a_time_unless_the_setting_says_more(shop: Shop, settings) -> None:
    subscription = shop.subscribe()
    give_code("WELCOME")
    give_code("MORE", percent_off=50)
    apply(shop)

    with pytest.raises(DiscountRunning):
        preview_code(shop.organization, code="MORE", now=shop.now)
    settings.DISCOUNTS_AT_ONCE = 2
    preview = preview_code(shop.organization, code="MORE", now=shop.now)
    apply(shop, "MORE")

    assert len(discounts_at_stripe(subscription)) == 2
    assert renewed(shop, subscription).total_minor == preview.after.total.amount_minor == 5120


def test_a_removed_discount_is_gone_and_its_code_stays_used(shop: Shop) -> None:
    subscription = shop.subscribe()
    give_code("WELCOME")
    apply(shop)
    preview = preview_removal(shop.organization, shop.now)

    remove(shop)

    assert discounts_at_stripe(subscription) == []
    assert active_discounts(subscription, now=shop.now) == ()
    with pytest.raises(PromotionCodeUsed):
        preview_code(shop.organization, code="WELCOME", now=shop.now)
    with pytest.raises(NoDiscount):
        remove(shop, shown=Money(0, "eur"))
    assert renewed(shop, subscription).total_minor == preview.after.total.amount_minor == 12800


def test_another_sum_than_the_one_that_was_seen_stops_it(shop: Shop) -> None:
    subscription = shop.subscribe()
    give_code("WELCOME")

    with pytest.raises(SumChanged):
        apply(shop, shown=Money(10241, "eur"))

    assert discounts_at_stripe(subscription) == []
    assert not DiscountChange.objects.exists()


def test_what_the_state_forbids_says_so(shop: Shop) -> None:
    give_code("FIRST", restrictions={"first_time_transaction": True})
    with pytest.raises(NoSubscription):
        preview_code(shop.organization, code="FIRST", now=shop.now)
    shop.subscribe()

    with pytest.raises(PromotionCodeNotForYou):
        preview_code(shop.organization, code="FIRST", now=shop.now)


def test_tax_by_stripe_stays_on_while_discounts_come_and_go(shop: Shop, settings) -> None:
    settings.CHECKOUT_AUTOMATIC_TAX = True
    subscription = shop.subscribe()
    give_code("WELCOME")
    apply(shop)
    remove(shop)

    found = client().v1.subscriptions.retrieve(subscription.stripe_subscription_id)
    assert found["automatic_tax"]["enabled"] is True
    preview = client().v1.invoices.create_preview(params={"subscription": subscription.stripe_subscription_id})
    assert preview["automatic_tax"]["enabled"] is True


def test_a_code_lowers_the_first_invoice_of_a_plan_that_is_to_come(shop: Shop) -> None:
    subscription = shop.subscribe()
    plan_down(shop, subscription)
    give_code("WELCOME")
    preview = preview_code(shop.organization, code="WELCOME", now=shop.now)

    apply(shop)
    shop.look_at(subscription)
    sweep(shop)
    removal = preview_removal(shop.organization, shop.now)
    shop.advance("P36D")

    assert (preview.before.total.amount_minor, preview.after.total.amount_minor) == (4800, 3840)
    assert (removal.before.total, removal.after.total) == (preview.after.total, preview.before.total)
    assert client().v1.invoices.list(params={"limit": 1})["data"][0]["total"] == 3840
