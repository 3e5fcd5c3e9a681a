"""Subscriptions in their several states, their items, discounts and schedules, and a test clock."""

from typing import Any

from tests.stripe_sandbox.tour.guide import Guide


def subscribe(guide: Guide) -> None:
    sdk = guide.sdk
    seat, large = guide.price(2500), guide.price(9000)
    customer = guide.customer()
    coupon = sdk.coupons.create({"percent_off": 10, "duration": "forever"})
    rate = sdk.tax_rates.create({"display_name": "VAT", "percentage": 20, "inclusive": False})
    active = guide.subscribe(customer, seat, default_tax_rates=[rate.id], discounts=[{"coupon": coupon.id}])
    assert active.status == "active"
    _items(sdk, active, large)
    assert sdk.subscriptions.update(active.id, {"description": "Main"}).description == "Main"
    assert sdk.subscriptions.delete_discount(active.id).deleted
    assert sdk.subscriptions.search({"query": f"status:'active' AND created>{active.created - 1}"}).data
    details = {"items": [{"id": active["items"].data[0].id, "price": large.id}]}
    preview = sdk.invoices.create_preview({"subscription": active.id, "subscription_details": details})
    assert preview.total > 0
    _several_states(guide, seat, large)
    _schedules(guide, seat, large)
    _customers_discount(guide, coupon)
    assert active.id in {each.id for each in sdk.subscriptions.list({"status": "all", "limit": 100}).data}


def _items(sdk: Any, subscription: Any, price: Any) -> None:
    added = sdk.subscription_items.create({"subscription": subscription.id, "price": price.id, "quantity": 2})
    assert sdk.subscription_items.update(added.id, {"quantity": 3}).quantity == 3
    assert sdk.subscription_items.retrieve(added.id).price.id == price.id
    assert len(sdk.subscription_items.list({"subscription": subscription.id}).data) == 2
    assert sdk.subscription_items.delete(added.id).deleted


def _several_states(guide: Guide, seat: Any, large: Any) -> None:
    sdk = guide.sdk
    wait = {"end_behavior": {"missing_payment_method": "pause"}}
    trial = guide.subscribe(guide.customer(None), seat, trial_period_days=2, trial_settings=wait)
    incomplete = guide.subscribe(guide.customer("pm_card_authenticationRequired"), seat)
    failing = guide.subscribe(guide.customer(), seat)
    mailed = guide.subscribe(guide.customer(None), seat, collection_method="send_invoice", days_until_due=3)
    leaving = guide.subscribe(guide.customer(), seat, cancel_at_period_end=True)
    gone = sdk.subscriptions.cancel(
        guide.subscribe(guide.customer(), seat).id, {"prorate": True, "invoice_now": True}
    )
    resting = guide.subscribe(guide.customer(), seat)
    sdk.subscriptions.update(resting.id, {"pause_collection": {"behavior": "keep_as_draft"}})
    waiting = guide.subscribe(guide.customer("pm_card_sandbox_sequence_ok,insufficient_funds"), seat)
    change = {"items": [{"id": waiting["items"].data[0].id, "price": large.id}]}
    how = {"payment_behavior": "pending_if_incomplete", "proration_behavior": "always_invoice"}
    assert sdk.subscriptions.update(waiting.id, {**change, **how}).pending_update is not None
    paying = sdk.payment_methods.attach("pm_card_visa", {"customer": waiting.customer})
    sdk.subscriptions.update(waiting.id, {"default_payment_method": paying.id})
    sdk.invoices.pay(sdk.subscriptions.retrieve(waiting.id).latest_invoice)
    assert sdk.subscriptions.retrieve(waiting.id).pending_update is None
    guide.control("decline-next", {"customer": failing.customer, "code": "insufficient_funds", "times": 9})
    guide.advance("P4D")
    card = sdk.payment_methods.attach("pm_card_visa", {"customer": trial.customer})
    sdk.subscriptions.update(trial.id, {"default_payment_method": card.id})
    resumed = sdk.subscriptions.resume(trial.id)
    assert sdk.subscriptions.retrieve(incomplete.id).status == "incomplete_expired"
    assert (mailed.status, leaving.status, gone.status, resumed.status) == ("active", "active", "canceled", "active")


def _schedules(guide: Guide, seat: Any, large: Any) -> None:
    sdk = guide.sdk
    subscription = guide.subscribe(guide.customer(), large)
    kept = sdk.subscription_schedules.create({"from_subscription": subscription.id})
    [now] = kept.phases
    phases = [
        {"items": [{"price": large.id}], "start_date": now.start_date, "end_date": now.end_date},
        {"items": [{"price": seat.id}], "duration": {"interval": "month", "interval_count": 2}},
    ]
    assert len(sdk.subscription_schedules.update(kept.id, {"phases": phases}).phases) == 2
    phase = {"items": [{"price": seat.id}], "duration": {"interval": "month", "interval_count": 1}}
    start = {"start_date": "now", "phases": [phase], "end_behavior": "cancel"}
    sdk.subscription_schedules.create({"customer": guide.customer().id, **start})
    for ending in ("release", "cancel"):
        schedule = sdk.subscription_schedules.create({"customer": guide.customer().id, **start})
        getattr(sdk.subscription_schedules, ending)(schedule.id)
        assert sdk.subscription_schedules.retrieve(schedule.id).status in {"released", "canceled"}
    assert len(sdk.subscription_schedules.list().data) == 4


def _customers_discount(guide: Guide, coupon: Any) -> None:
    for is_kept in (True, False):
        customer = guide.customer()
        guide.control("discounts", {"customer": customer.id, "coupon": coupon.id})
        if not is_kept:
            assert guide.sdk.customers.delete_discount(customer.id).deleted


def keep_a_clock(guide: Guide) -> None:
    """A customer who lives on a test clock, and a clock that is taken away."""
    clocks = guide.sdk.test_helpers.test_clocks
    start = 1_900_000_000
    clock = clocks.create({"frozen_time": start, "name": "Kept"})
    guide.subscribe(guide.customer(test_clock=clock.id), guide.price(1000))
    assert clocks.advance(clock.id, {"frozen_time": start + 40 * 86_400}).status == "advancing"
    assert clocks.retrieve(clock.id).status == "ready"
    other = clocks.create({"frozen_time": start})
    assert clocks.delete(other.id).deleted
    assert [each.id for each in clocks.list().data] == [clock.id]


def let_a_month_pass(guide: Guide) -> None:
    """Renewals are paid and fail, a planned end comes, what was sent is overdue."""
    guide.advance("P33D")
    found = guide.sdk.subscriptions.list({"status": "all", "limit": 100}).data
    assert {each.status for each in found} == {"active", "past_due", "canceled", "incomplete_expired"}
