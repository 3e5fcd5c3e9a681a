"""The life of one organization: what people, staff, the bank and time do, through the services and the sandbox."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import orjson

from billing import clock
from billing.gateway.client import client
from billing.models import Plan, Price
from billing.selectors.lifecycle import Lifecycle, lifecycle_of
from billing.services.cancel_now import Leaving, cancel_now
from billing.services.cancellation import cancel_at_date, cancel_at_period_end, undo_cancellation
from billing.services.change_plan import change_plan
from billing.services.change_seats import change_seats
from billing.services.change_trial import Wish, end_trial, extend_trial
from billing.services.discount_preview import preview_code, preview_removal
from billing.services.discounts import apply_code, remove_discounts
from billing.services.give_up_change import give_up_change
from billing.services.invoice_terms import set_invoice_terms
from billing.services.local_trial import start_local_trial
from billing.services.pause import PauseLength, pause
from billing.services.preview_change import preview_change
from billing.services.preview_seats import preview_seats
from billing.services.preview_trial_end import preview_trial_end
from billing.services.resume import resume, resume_offer
from billing.services.schedule_plan_change import schedule_plan_change, undo_scheduled_change
from billing.tasks import sweep
from billing.terms import ChangeBehaviour, PlanChangeState
from tests.billing.factories import PlanFactory
from tests.billing.shop import Shop
from tests.flows.convergence.recording import Listener
from tests.flows.convergence.sending import post
from tests.flows.convergence.workers import left_to_do, work_alone
from tests.sandbox_fixture import Sandbox

_MOST_ROUNDS = 10
_LONGEST_STEP_DAYS = 20
CARDS = {
    "good": "pm_card_visa",
    "declines": "pm_card_chargeCustomerFail",
    "asks": "pm_card_authenticationRequired",
}


@dataclass
class Life:
    shop: Shop
    prices: tuple[Price, ...]
    listener: Listener
    code: str
    told: list[str] = field(default_factory=list)
    """What was done and what came of it, for the reader of a failure."""
    undisturbed: set[UUID] = field(default_factory=set)
    """Changes that wait for the period's end, and since which nothing was done that changes a sum."""

    @classmethod
    def begin(cls, sandbox: Sandbox) -> "Life":
        sandbox.reset()
        sandbox.ask("POST", "/_sandbox/webhooks/pause")
        clock.reread()
        shop = Shop.open(sandbox)
        Plan.objects.filter(is_free=False).update(minimum_seats=1, maximum_seats=50)
        starter = shop.publish(
            PlanFactory(code="starter", rank=1, minimum_seats=1, maximum_seats=50), amount_minor=1600
        )
        prices = (
            starter,
            shop.growth,
            shop.scale,
            shop.publish(shop.growth.plan, amount_minor=48000, interval="year"),
        )
        stripe = client().v1
        coupon = stripe.coupons.create(params={"percent_off": 20, "duration": "repeating", "duration_in_months": 3})
        stripe.promotion_codes.create(
            params={"promotion": {"type": "coupon", "coupon": coupon["id"]}, "code": "RETURN20"}
        )
        return cls(shop, prices, Listener(sandbox), "RETURN20")

    @property
    def lifecycle(self) -> Lifecycle:
        return lifecycle_of(self.shop.organization, self.shop.now)

    def by_owner(self) -> dict[str, Any]:
        return {"request_key": uuid4(), "actor": self.shop.owner, "now": self.shop.now}

    def settle(self) -> None:
        """Every event comes, and beat does what is due."""
        for _ in range(_MOST_ROUNDS):
            news = self.listener.news()
            post([orjson.dumps(event) for event in news])
            work_alone()
            sweep()
            if not news and not left_to_do():
                return
        raise AssertionError(f"never at rest: {left_to_do()}")

    # --- What may happen -------------------------------------------------------------------------------------

    def wait(self, days: int) -> None:
        """In steps, because Stripe lists events for thirty days only."""
        while days > 0:
            self.shop.advance(f"P{min(days, _LONGEST_STEP_DAYS)}D")
            days -= _LONGEST_STEP_DAYS
            if days > 0:
                self.settle()

    def use_card(self, kind: str) -> None:
        """In Stripe's portal: the customer pays with another card from now on."""
        subscription = self.lifecycle.subscription
        if subscription is None:
            return
        stripe, customer = client().v1, subscription.stripe_customer_id
        card = stripe.payment_methods.attach(CARDS[kind], params={"customer": customer})
        stripe.customers.update(customer, params={"invoice_settings": {"default_payment_method": card["id"]}})
        if subscription.status != "incomplete":
            stripe.subscriptions.update(
                subscription.stripe_subscription_id, params={"default_payment_method": card["id"]}
            )

    def buy(self, number: int) -> None:
        intent = self.shop.start(self.prices[number])
        self.shop.pay(intent)

    def change(self, number: int, behaviour: ChangeBehaviour | None = None) -> None:
        preview = preview_change(
            self.shop.organization,
            lookup_key=self.prices[number].lookup_key,
            behaviour=behaviour,
            actor=self.shop.owner,
            now=self.shop.now,
        )
        is_later = preview.behaviour == ChangeBehaviour.PERIOD_END
        service = schedule_plan_change if is_later else change_plan
        made = service(self.shop.organization, preview_uuid=preview.uuid, **self.by_owner())
        self.undisturbed = {made.uuid} if is_later else set()

    def undo_change(self) -> None:
        change = self.lifecycle.change
        if change is not None and change.state == PlanChangeState.AWAITING_PAYMENT:
            give_up_change(self.shop.organization, change_uuid=change.uuid, **self.by_owner())
        else:
            undo_scheduled_change(self.shop.organization, **self.by_owner())

    def cancel_at_end(self) -> None:
        cancel_at_period_end(self.shop.organization, reason="unused", comment="", **self.by_owner())

    def cancel_at(self, days: int) -> None:
        ends_on = (self.shop.now + timedelta(days=days)).date()
        cancel_at_date(self.shop.organization, ends_on=ends_on, reason="", comment="", **self.by_owner())

    def cancel_now(self) -> None:
        cancel_now(self.shop.organization, Leaving(), **self.by_owner())

    def undo_cancel(self) -> None:
        undo_cancellation(self.shop.organization, **self.by_owner())

    def use_code(self) -> None:
        shown = preview_code(self.shop.organization, code=self.code, now=self.shop.now)
        apply_code(self.shop.organization, code=self.code, shown=shown.after.due, **self.by_owner())

    def drop_discount(self) -> None:
        shown = preview_removal(self.shop.organization, self.shop.now)
        remove_discounts(self.shop.organization, shown=shown.after.due, **self.by_owner())

    def seats(self, quantity: int) -> None:
        preview = preview_seats(self.shop.organization, quantity=quantity, actor=self.shop.owner, now=self.shop.now)
        change_seats(self.shop.organization, preview_uuid=preview.uuid, **self.by_owner())

    def pause(self, months: int) -> None:
        pause(self.shop.organization, PauseLength(months=months), **self.by_owner())

    def resume(self) -> None:
        due_now = resume_offer(self.shop.organization, self.shop.now).due_now
        shown_minor = due_now.amount_minor if due_now else 0
        resume(self.shop.organization, shown_minor=shown_minor, **self.by_owner())

    def start_trial(self) -> None:
        start_local_trial(self.shop.organization, plan_code="growth", actor=self.shop.owner, now=self.shop.now)

    def extend_trial(self) -> None:
        extend_trial(self.shop.organization, ends_at=self.shop.now + timedelta(days=20), wish=self._by_staff())

    def end_trial(self) -> None:
        shown = preview_trial_end(self.shop.organization, self.shop.now)
        shown_minor = shown.amount.amount_minor if shown.amount else 0
        end_trial(self.shop.organization, shown_minor=shown_minor, wish=self._by_staff())

    def set_terms(self) -> None:
        set_invoice_terms(self.shop.organization, days_until_due=30, reason="They pay by bank.", **self.by_owner())

    def _by_staff(self) -> Wish:
        return Wish(reason="They asked for it.", **self.by_owner())
