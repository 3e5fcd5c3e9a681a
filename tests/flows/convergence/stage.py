"""Where a scenario is played: a shop whose clock stands still, and a hand that does what people do at Stripe."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import UTC, datetime
from typing import Any

import stripe
from django.conf import settings

from accounts.models import Organization, User
from billing import clock
from billing.mirror.refresh import refresh
from billing.mirror.refs import ObjectRef
from billing.models import CheckoutIntent, Price
from billing.terms import ObjectKind
from tests.billing.shop import Shop
from tests.factories import MembershipFactory
from tests.sandbox_fixture import Sandbox
from tests.stripe_sandbox_pages.visitor import Visitor

# One moment for all playings, so that each has the same dates; ahead, because the sandbox's clock goes forward only.
BEGINS_AT = datetime(datetime.now(UTC).year + 1, 3, 1, 9, tzinfo=UTC)
_LEASE_WAIT_SECONDS = 10.0
VISA = "4242 4242 4242 4242"


class Stage:
    """Talks to the sandbox past the product, but for the checkouts that a person begins in the product."""

    def __init__(
        self,
        sandbox: Sandbox,
        *,
        tell: Callable[[], None] = lambda: None,
        before_leap: Callable[[], None] = lambda: None,
        undisturbed: Callable[[], AbstractContextManager[Any]] = nullcontext,
    ) -> None:
        """`tell` is called after each step, `before_leap` before the clock is moved.

        Calls of the product in the person's name are made `undisturbed`.
        """
        sandbox.reset()
        sandbox.ask("POST", "/_sandbox/webhooks/pause")
        sandbox.ask("POST", "/_sandbox/clock", {"set": BEGINS_AT.timestamp()})
        sandbox.ask("POST", "/_sandbox/clock", {"freeze": True})
        self.sandbox = sandbox
        self.tell, self._before_leap, self._undisturbed = tell, before_leap, undisturbed
        client = stripe.StripeClient(
            settings.STRIPE_SECRET_KEY,
            base_addresses={"api": sandbox.url},
            stripe_version=settings.STRIPE_API_VERSION,
        )
        self.stripe = client.v1
        with undisturbed():
            self.shop = Shop.open(sandbox)
            for price in (self.shop.growth, self.shop.scale):
                refresh(ObjectRef(ObjectKind.PRICE, price.stripe_price_id), wait_seconds=_LEASE_WAIT_SECONDS)

    def order(
        self, price: Price, *, organization: Organization | None = None, actor: User | None = None
    ) -> CheckoutIntent:
        """Click on "Choose …"; nobody has paid yet."""
        with self._undisturbed():
            clock.reread()
            return self.shop.start(
                price, organization=organization or self.shop.organization, actor=actor or self.shop.owner
            )

    def buy(self, price: Price, *, number: str = VISA) -> stripe.Subscription:
        """Order and pay; the subscription that comes of it, as Stripe has it."""
        intent = self.order(price)
        self.pay(intent, number=number)
        session = self.stripe.checkout.sessions.retrieve(str(intent.stripe_session_id))
        return self.stripe.subscriptions.retrieve(str(session["subscription"]))

    def pay(self, intent: CheckoutIntent, *, number: str = VISA) -> None:
        self.shop.pay(intent, number=number)
        self.tell()

    def neighbour(self, name: str) -> tuple[Organization, User]:
        """Another organization and its owner."""
        membership = MembershipFactory(user__email=f"{name.lower()}@example.org", organization__name=name)
        return membership.organization, membership.user

    def advance(self, duration: str) -> None:
        self._before_leap()
        self.sandbox.advance(duration)
        clock.reread()
        self.tell()

    def control(self, path: str, **body: Any) -> Any:
        """What the bank or Stripe's dashboard does."""
        answer = self.sandbox.ask("POST", f"/_sandbox/{path}", body)
        self.tell()
        return answer

    @contextmanager
    def step(self) -> Iterator[Any]:
        """Some calls to Stripe's API, of whose events people hear afterwards."""
        yield self.stripe
        self.tell()

    def use_card(self, customer: str, token: str) -> str:
        """Attach a test card (`pm_card_visa`) and make it the customer's default; its id."""
        with self.step() as api:
            card = api.payment_methods.attach(token, params={"customer": customer})
        with self.step() as api:
            api.customers.update(customer, params={"invoice_settings": {"default_payment_method": card["id"]}})
        return str(card["id"])

    def renewal(self, subscription: str) -> stripe.Invoice:
        """The newest invoice of the subscription."""
        return self.stripe.invoices.list(params={"subscription": subscription, "limit": 1})["data"][0]

    def charge_of(self, subscription: str) -> str:
        """The newest charge of the subscription's customer."""
        customer = self.stripe.subscriptions.retrieve(subscription)["customer"]
        return str(self.stripe.charges.list(params={"customer": str(customer), "limit": 1})["data"][0]["id"])

    def confirm_with_bank(self, invoice: str, *, outcome: str = "complete") -> None:
        """Answer the bank's question about the invoice's open payment."""
        payments = self.stripe.invoice_payments.list(params={"invoice": invoice})["data"]
        intent = payments[0]["payment"]["payment_intent"]
        Visitor(self.sandbox.url).submit(f"/3ds/{intent}", outcome=outcome)
        self.tell()
