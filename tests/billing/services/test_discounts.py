"""A code for a running subscription, and the end of a discount: shown first, done once, safe after a crash."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection

from billing import clock
from billing.errors import (
    BillingError,
    DiscountRunning,
    NoDiscount,
    NoSubscription,
    PromotionCodeNotForYou,
    PromotionCodeUsed,
    StripeRefused,
    StripeUnreachable,
    SumChanged,
)
from billing.gateway.client import client
from billing.models import AuditEntry, DiscountChange, Invoice, PromotionCodeUse, StaffTask
from billing.money import Money
from billing.selectors.discounts import active_discounts
from billing.services.discount_preview import preview_code, preview_removal
from billing.services.discounts import apply_code, remove_discounts, resume_discount_changes
from billing.services.sync import ObjectRef, refresh_now
from billing.terms import ObjectKind
from tests.billing.planning import plan_down, sweep
from tests.billing.promotions import give_code
from tests.billing.shop import Shop
from tests.factories import MembershipFactory

pytestmark = pytest.mark.django_db(transaction=True)
UPDATES = {"method": "POST", "path": "/v1/subscriptions/*"}


def apply(shop: Shop, code: str = "WELCOME", **changed) -> DiscountChange:
    organization = changed.pop("organization", shop.organization)
    if "shown" not in changed:
        changed["shown"] = preview_code(organization, code=code, now=shop.now).after.total
    values = {"request_key": uuid4(), "actor": shop.owner, "now": shop.now, **changed}
    return apply_code(organization, code=code, **values)


def remove(shop: Shop, **changed) -> DiscountChange:
    if "shown" not in changed:
        changed["shown"] = preview_removal(shop.organization, shop.now).after.total
    values = {"request_key": uuid4(), "actor": shop.owner, "now": shop.now, **changed}
    return remove_discounts(shop.organization, **values)


def discounts_at_stripe(subscription) -> list:
    return client().v1.subscriptions.retrieve(subscription.stripe_subscription_id)["discounts"]


def renewed(shop: Shop, subscription) -> Invoice:
    shop.advance("P32D")
    shop.look_at(subscription)
    refresh_now(ObjectRef(ObjectKind.INVOICE, subscription.stripe_latest_invoice_id))
    return Invoice.objects.get(stripe_invoice_id=subscription.stripe_latest_invoice_id)


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


def test_parallel_clicks_give_one_discount(shop: Shop) -> None:
    subscription = shop.subscribe()
    give_code("WELCOME")
    shown = preview_code(shop.organization, code="WELCOME", now=shop.now).after.total

    def click(_: int) -> str:
        try:
            return apply(shop, shown=shown).state
        except BillingError as error:
            return error.code
        finally:
            connection.close()

    with ThreadPoolExecutor(5) as pool:
        answers = list(pool.map(click, range(5)))

    assert answers.count("succeeded") == 1
    assert len(discounts_at_stripe(subscription)) == 1
    assert client().v1.promotion_codes.list()["data"][0]["times_redeemed"] == 1


def test_of_five_organizations_one_uses_a_code_with_one_use(shop: Shop) -> None:
    buyers = [MembershipFactory(user__email=f"buyer{number}@oakline.example") for number in range(5)]
    for buyer in buyers:
        intent = shop.start(shop.scale, organization=buyer.organization, actor=buyer.user)
        assert shop.pay(intent).status == 303
        refresh_now(ObjectRef(ObjectKind.CHECKOUT_SESSION, str(intent.stripe_session_id)))
    shop.work_off()
    give_code("RARE", max_redemptions=1)

    def click(buyer) -> str:
        try:
            return apply(
                shop, "RARE", organization=buyer.organization, actor=buyer.user, shown=Money(10240, "eur")
            ).state
        except BillingError as error:
            return error.code
        finally:
            connection.close()

    with ThreadPoolExecutor(5) as pool:
        answers = list(pool.map(click, buyers))

    assert answers.count("succeeded") == 1
    assert set(answers) <= {"succeeded", "promotion_code_used_up", "promotion_code_ended"}
    assert client().v1.promotion_codes.list()["data"][0]["times_redeemed"] == 1
    assert PromotionCodeUse.objects.count() == 1


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


def test_a_wish_that_stripe_did_not_hear_is_carried_out_later(shop: Shop) -> None:
    subscription = shop.subscribe()
    give_code("WELCOME")
    shop.sandbox.fault("http_500_before", times=2, match=UPDATES)
    with pytest.raises(StripeUnreachable):
        apply(shop)

    resumed = resume_discount_changes(clock.system_now() + timedelta(minutes=2))

    assert resumed == 1
    assert len(discounts_at_stripe(subscription)) == 1
    assert DiscountChange.objects.get().state == "succeeded"


def test_an_answer_that_was_lost_does_not_redeem_twice(shop: Shop) -> None:
    shop.subscribe()
    give_code("WELCOME")
    shop.sandbox.fault("timeout_after_commit", times=2, match=UPDATES)
    with pytest.raises(StripeUnreachable):
        apply(shop)

    resume_discount_changes(clock.system_now() + timedelta(minutes=2))

    assert DiscountChange.objects.get().state == "succeeded"
    assert client().v1.promotion_codes.list()["data"][0]["times_redeemed"] == 1


@pytest.mark.parametrize(
    ("fault", "state", "uses"), [("timeout_after_commit", "succeeded", 1), ("http_500_before", "failed", 0)]
)
def test_after_a_day_stripe_itself_says_what_became_of_it(shop: Shop, fault: str, state: str, uses: int) -> None:
    shop.subscribe()
    give_code("WELCOME")
    shop.sandbox.fault(fault, times=2, match=UPDATES)
    with pytest.raises(StripeUnreachable):
        apply(shop)
    DiscountChange.objects.update(created_at=clock.system_now() - timedelta(hours=24))

    resume_discount_changes(clock.system_now())

    assert DiscountChange.objects.get().state == state
    assert PromotionCodeUse.objects.count() == uses
    assert StaffTask.objects.count() == 1 - uses


def test_a_code_that_stripe_refuses_in_the_end_is_given_back(shop: Shop) -> None:
    shop.subscribe()
    code = give_code("WELCOME")
    shop.sandbox.fault("http_500_before", times=2, match=UPDATES)
    with pytest.raises(StripeUnreachable):
        apply(shop)
    client().v1.promotion_codes.update(code["id"], params={"active": False})

    resume_discount_changes(clock.system_now() + timedelta(minutes=2))

    change = DiscountChange.objects.get()
    assert change.state == "failed"
    assert not PromotionCodeUse.objects.exists()
    with pytest.raises(StripeRefused):
        apply(shop, request_key=change.request_key, shown=Money(10240, "eur"))


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
