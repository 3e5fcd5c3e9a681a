"""What services need around them: plans with prices at the sandbox, an organization, its owner, and a way to pay."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

from accounts.models import Organization, User
from billing import clock, reactions
from billing.gateway.client import client
from billing.mirror.refresh import refresh
from billing.mirror.refs import ObjectRef
from billing.models import CheckoutIntent, Invoice, Price, Subscription
from billing.services.checkout import start_checkout
from billing.services.sync import refresh_due
from billing.services.write_case_mails import write_case_mails
from billing.terms import ObjectKind
from tests.billing.factories import FreePlanFactory, PlanFactory, PriceFactory
from tests.factories import MembershipFactory
from tests.sandbox_fixture import Sandbox
from tests.stripe_sandbox_pages.visitor import Page, Visitor


@dataclass
class Shop:
    sandbox: Sandbox
    organization: Organization
    owner: User
    growth: Price
    scale: Price

    @classmethod
    def open(cls, sandbox: Sandbox) -> "Shop":
        FreePlanFactory()
        growth = PlanFactory(code="growth", trial_days=14, rank=2)
        scale = PlanFactory(code="scale", rank=3)
        membership = MembershipFactory(user__email="alice@oakline.example", organization__name="Oakline Studio")
        clock.reread()
        return cls(
            sandbox,
            membership.organization,
            membership.user,
            cls.publish(growth, amount_minor=4800),
            cls.publish(scale, amount_minor=12800),
        )

    @staticmethod
    def publish(plan: Any, *, amount_minor: int, currency: str = "eur", interval: str = "month") -> Price:
        stripe = client().v1
        product = stripe.products.create(params={"name": plan.name})
        price = stripe.prices.create(
            params={
                "product": product["id"],
                "currency": currency,
                "unit_amount": amount_minor,
                "recurring": {"interval": interval},
            }
        )
        return PriceFactory(
            plan=plan,
            stripe_price_id=price["id"],
            amount_minor=amount_minor,
            currency=currency,
            interval=interval,
        )

    @property
    def now(self) -> datetime:
        return clock.business_now()

    def advance(self, duration: str) -> None:
        self.sandbox.advance(duration)
        clock.reread()

    def start(self, price: Price | None = None, **changed: Any) -> CheckoutIntent:
        """A click on "Choose …" by the owner, with a request key of its own unless one is given."""
        values = {"request_key": uuid4(), "actor": self.owner, "now": self.now, **changed}
        organization = values.pop("organization", self.organization)
        return start_checkout(organization, lookup_key=(price or self.growth).lookup_key, **values)

    def pay(self, intent: CheckoutIntent, *, number: str = "4242 4242 4242 4242") -> Page:
        """Fill the hosted page's card form as a person would."""
        return Visitor(self.sandbox.url).pay(urlsplit(intent.url).path, number=number)

    def subscribe(
        self, *, number: str = "4242 4242 4242 4242", price: Price | None = None, **changed: Any
    ) -> Subscription:
        """A subscription through the hosted checkout, looked at as its webhooks would have us do."""
        intent = self.start(price or self.scale, **changed)
        assert self.pay(intent, number=number).status == 303
        refresh(ObjectRef(ObjectKind.CHECKOUT_SESSION, str(intent.stripe_session_id)))
        self.work_off()
        return Subscription.objects.get(organization=self.organization)

    def charge_only(self, subscription: Subscription, token: str) -> str:
        """From now on renewals are charged to this test card of Stripe's (`pm_card_…`); its id."""
        stripe = client().v1
        card = stripe.payment_methods.attach(token, params={"customer": subscription.stripe_customer_id})
        stripe.subscriptions.update(
            subscription.stripe_subscription_id, params={"default_payment_method": card["id"]}
        )
        return str(card["id"])

    def renewal(self, subscription: Subscription) -> Invoice:
        """The newest invoice of the subscription, looked at as its webhooks would have us do."""
        found = client().v1.invoices.list(params={"subscription": subscription.stripe_subscription_id, "limit": 1})
        stripe_id = str(found["data"][0]["id"])
        refresh(ObjectRef(ObjectKind.INVOICE, stripe_id))
        self.work_off()
        return Invoice.objects.get(stripe_invoice_id=stripe_id)

    def answer_bank(self, invoice: Invoice, *, outcome: str = "complete") -> None:
        """Answer the bank's question about an open invoice, as its hosted page would have the customer do."""
        payments = client().v1.invoice_payments.list(params={"invoice": invoice.stripe_invoice_id})
        intent = payments["data"][0]["payment"]["payment_intent"]
        assert Visitor(self.sandbox.url).submit(f"/3ds/{intent}", outcome=outcome).status == 303

    def look_at(self, subscription: Subscription) -> Subscription:
        """What a webhook about the subscription leads to."""
        refresh(ObjectRef(ObjectKind.SUBSCRIPTION, subscription.stripe_subscription_id))
        self.work_off()
        subscription.refresh_from_db()
        return subscription

    def look_at_customer(self) -> None:
        """What a webhook about the organization's customer leads to."""
        customer = self.organization.billing_customers.get(is_deleted=False)
        refresh(ObjectRef(ObjectKind.CUSTOMER, str(customer.stripe_customer_id)))
        self.work_off()

    def work_off(self) -> None:
        """All refreshes, reactions and mails of cases that are due, as the worker does them."""
        while refresh_due():
            pass
        reactions.run_due(self.now)
        write_case_mails(self.now)
