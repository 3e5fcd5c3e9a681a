"""Where a story is played: some organizations with a subscription each, and what people, banks and time may do."""

import random
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import stripe
from django.conf import settings

from billing import clock
from billing.mirror.refresh import refresh
from billing.mirror.refs import ObjectRef
from billing.models import DunningAttempt, DunningPolicy
from billing.rules.dunning.policy import sha256_of
from billing.rules.dunning.standard import STANDARD_BODY
from billing.services.sync import refresh_due
from billing.terms import AttemptState, ObjectKind
from tests.billing.factories import CustomerFactory, FreePlanFactory, PlanFactory
from tests.billing.shop import Shop
from tests.factories import OrganizationFactory
from tests.flows.convergence.recording import Listener
from tests.flows.convergence.sending import post
from tests.sandbox_fixture import Sandbox
from tests.stripe_sandbox_pages.visitor import Visitor
from webhooks import backfill

TO_THE_RENEWAL = "P36D"
_LISTED_FOR = timedelta(days=29)
_KEYS_LIVE_HOURS = 24
_ASKED = [AttemptState.SENDING.value, AttemptState.UNKNOWN.value]
GOOD_NUMBER, DECLINED_NUMBER = "4242 4242 4242 4242", "4000 0000 0000 9995"


@dataclass
class Subscriber:
    zone: str
    customer: str
    subscription: str = ""


@dataclass
class Stage:
    """Talks to the sandbox past the product."""

    sandbox: Sandbox
    chance: random.Random
    subscribers: list[Subscriber] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    """What happened, for the reader of a failure."""
    has_forgotten: bool = False
    """Stripe has lost the keys of calls that were made a day ago; those of newer calls it keeps."""

    @classmethod
    def open(cls, sandbox: Sandbox, *, seed: int, begins_at: datetime, zones: list[str]) -> "Stage":
        """Each has paid its first invoice with a good card, and we know of it."""
        sandbox.reset()
        sandbox.ask("POST", "/_sandbox/webhooks/pause")
        sandbox.ask("POST", "/_sandbox/clock", {"set": begins_at.timestamp()})
        sandbox.ask("POST", "/_sandbox/clock", {"freeze": True})
        clock.reread()
        stage = cls(sandbox, random.Random(seed))
        FreePlanFactory()
        price = Shop.publish(PlanFactory(code="scale", rank=3), amount_minor=12800)
        refresh(ObjectRef(ObjectKind.PRICE, price.stripe_price_id))
        for zone in zones:
            stage.subscribers.append(stage._subscribe(zone, price.stripe_price_id))
        while refresh_due():
            pass
        stage.listener = Listener(sandbox)
        stage.listener.news()
        return stage

    listener: Listener = field(init=False)
    unheard: list[dict[str, Any]] = field(default_factory=list)

    @property
    def api(self) -> Any:
        client = stripe.StripeClient(
            settings.STRIPE_SECRET_KEY,
            base_addresses={"api": self.sandbox.url},
            stripe_version=settings.STRIPE_API_VERSION,
        )
        return client.v1

    @property
    def now(self) -> datetime:
        return self.sandbox.now()

    def _subscribe(self, zone: str, price: str) -> Subscriber:
        organization = OrganizationFactory(time_zone=zone)
        customer = str(self.api.customers.create(params={"email": organization.email})["id"])
        CustomerFactory(organization=organization, stripe_customer_id=customer)
        subscriber = Subscriber(zone, customer)
        card = self.attach(subscriber, "pm_card_visa")
        params: Any = {"customer": customer, "items": [{"price": price}], "default_payment_method": card}
        subscriber.subscription = str(self.api.subscriptions.create(params=params)["id"])
        refresh(ObjectRef(ObjectKind.SUBSCRIPTION, subscriber.subscription))
        return subscriber

    # --- What may happen -------------------------------------------------------------------------------------

    def attach(self, subscriber: Subscriber, token: str) -> str:
        card = self.api.payment_methods.attach(token, params={"customer": subscriber.customer})
        return str(card["id"])

    def use_card(self, subscriber: Subscriber, token: str) -> None:
        """From now on renewals are charged to this card."""
        card = self.attach(subscriber, token)
        if self.is_over(subscriber):
            return
        self.api.subscriptions.update(subscriber.subscription, params={"default_payment_method": card})

    def is_over(self, subscriber: Subscriber) -> bool:
        return str(self.api.subscriptions.retrieve(subscriber.subscription)["status"]) == "canceled"

    def open_invoice(self, subscriber: Subscriber) -> Any:
        """The newest one that can be paid, None without one."""
        params: Any = {"subscription": subscriber.subscription, "status": "open", "limit": 1}
        return next(iter(self.api.invoices.list(params=params)["data"]), None)

    def pay_on_page(self, subscriber: Subscriber, number: str) -> None:
        """The customer opens the link of the mail and pays, or tries to."""
        if invoice := self.open_invoice(subscriber):
            path = str(invoice["hosted_invoice_url"]).removeprefix(self.sandbox.url)
            Visitor(self.sandbox.url).pay(path, number=number)

    def give_up(self, subscriber: Subscriber, how: str) -> None:
        """`void_invoice` or `mark_uncollectible`, by somebody in the dashboard."""
        if invoice := self.open_invoice(subscriber):
            getattr(self.api.invoices, how)(str(invoice["id"]))

    def leave(self, subscriber: Subscriber) -> None:
        if not self.is_over(subscriber):
            self.api.subscriptions.cancel(subscriber.subscription)

    def dispute(self, subscriber: Subscriber, *, is_inquiry: bool) -> None:
        """The holder contests what was paid first."""
        charges = self.api.charges.list(params={"customer": subscriber.customer, "limit": 100})["data"]
        paid = [charge for charge in charges if charge["status"] == "succeeded" and not charge["disputed"]]
        if paid:
            body = {"charge": paid[-1]["id"], "inquiry": is_inquiry}
            self.sandbox.ask("POST", "/_sandbox/disputes", body)

    def spoil(self, fault: str, subscriber: Subscriber, *, times: int) -> None:
        """The next calls of ours that pay this subscriber's invoice meet this fault."""
        if invoice := self.open_invoice(subscriber):
            self.sandbox.fault(
                fault, times=times, match={"method": "POST", "path": f"/v1/invoices/{invoice['id']}/pay"}
            )

    def advance(self, by: timedelta) -> None:
        self.sandbox.ask("POST", "/_sandbox/clock", {"advance_seconds": max(1, int(by.total_seconds()))})
        clock.reread()

    def sleep(self, hours: int) -> None:
        """Machine time passes while no worker runs: after a day Stripe may have forgotten the keys."""
        for attempt in DunningAttempt.objects.exclude(sent_system_at=None):
            attempt.sent_system_at -= timedelta(hours=hours)
            attempt.save(update_fields=["sent_system_at"])
        asked = set(DunningAttempt.objects.filter(state__in=_ASKED).values_list("case__stripe_invoice_id", flat=True))
        for invoice in asked if hours >= _KEYS_LIVE_HOURS else ():
            path = f"/v1/invoices/{invoice}/pay"
            self.sandbox.fault("idempotency_pruned", times=1, match={"method": "POST", "path": path})
            self.has_forgotten = True

    def wake(self) -> None:
        """What is asked from now on has keys of its own, which Stripe keeps: none may meet what is planned."""
        if self.has_forgotten:
            self.sandbox.ask("DELETE", "/_sandbox/faults")
            self.has_forgotten = False

    # --- What we hear of it ----------------------------------------------------------------------------------

    def tell(self, *, dropped: float = 0.0, doubled: float = 0.0, is_mixed: bool = False) -> None:
        """The webhooks of what happened come: this share never, this share several times, in whatever order."""
        news = self.listener.news()
        told = []
        for event in news:
            if self.chance.random() < dropped:
                self.unheard.append(event)
            else:
                told += [event] * (self.chance.randint(2, 3) if self.chance.random() < doubled else 1)
        if is_mixed:
            self.chance.shuffle(told)
        self.post(told)

    def post(self, events: list[dict[str, Any]]) -> None:
        post([orjson.dumps(event) for event in events])

    def find_unheard(self) -> None:
        """A look through Stripe's list of events. What it does not list any more comes late."""
        if not self.unheard:
            return
        backfill.backfill(since=self.now - _LISTED_FOR, until=self.now, asked_by="test")
        oldest = (self.now - _LISTED_FOR).timestamp()
        self.post([event for event in self.unheard if event["created"] <= oldest])
        self.unheard = []


def publish_policy(**changes: Any) -> DunningPolicy:
    """A newer version of the standard policy; cases that are open keep theirs."""
    body = {**STANDARD_BODY, **changes}
    newest = DunningPolicy.objects.filter(key="standard").order_by("-version").first()
    return DunningPolicy.objects.create(
        key="standard", version=newest.version + 1 if newest else 1, body=body, sha256=sha256_of(body)
    )


def moment(year: int, month: int, day: int, hour: int = 9) -> datetime:
    return datetime(year, month, day, hour, tzinfo=UTC)
