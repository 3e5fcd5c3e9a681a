"""Many subscriptions at the sandbox, and rows of ours that agree with them, made faster than by webhooks."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from billing import clock
from billing.gateway.client import client
from billing.gateway.lists import page_of
from billing.mirror.refresh import refresh
from billing.mirror.refs import ObjectRef
from billing.mirror.rows import customer, invoice, invoice_payment, subscription
from billing.models import Customer, Invoice, InvoicePayment, Subscription
from billing.terms import ObjectKind
from tests.billing.shop import Shop
from tests.factories import OrganizationFactory
from webhooks.models import Backfill

_THREADS = 4
_CUSTOMERS = 4


@dataclass
class Crowd:
    """Customers (`cus_…`) and what they have subscribed to (`sub_…`), the oldest first; the last one is not paid.

    What was `refreshed` stands whole in dj-stripe's tables, too.
    """

    shop: Shop
    customers: list[str] = field(default_factory=list)
    subscriptions: list[str] = field(default_factory=list)
    refreshed: list[str] = field(default_factory=list)

    @classmethod
    def gather(cls, shop: Shop, *, count: int) -> "Crowd":
        """`count` subscriptions on trial that our rows know, hours ago, and none of whose events is to come."""
        crowd = cls(shop)
        crowd.customers = [crowd._customer(number) for number in range(_CUSTOMERS)]
        with ThreadPoolExecutor(_THREADS) as pool:
            list(pool.map(crowd.subscribe, range(count - 1)))
        crowd.subscribe(0, trial_period_days=None, payment_behavior="default_incomplete")
        crowd.copy()
        # dj-stripe asks for a customer that it does not have; afterwards it has all of them.
        for stripe_customer_id in crowd.customers:
            known = Subscription.objects.filter(stripe_customer_id=stripe_customer_id).latest("pk")
            crowd.refresh(known.stripe_subscription_id)
            crowd.refreshed.append(known.stripe_subscription_id)
        crowd.refresh(crowd.subscriptions[-1])
        crowd.let_events_pass()
        return crowd

    def _customer(self, number: int) -> str:
        found = client().v1.customers.create(params={"name": f"Customer {number}"})
        row = Customer(organization=OrganizationFactory(), livemode=False, stripe_customer_id=found["id"])
        customer.fill(row, found)
        row.fetched_at = clock.system_now()
        row.save()
        return str(found["id"])

    def subscribe(self, number: int, **terms: Any) -> str:
        """One more subscription at the sandbox, on trial unless `terms` say otherwise."""
        values = {"trial_period_days": 30, **terms}
        made = client().v1.subscriptions.create(
            params={
                "customer": self.customers[number % _CUSTOMERS],
                "items": [{"price": self.shop.growth.stripe_price_id}],
                **values,
            }
        )
        return str(made["id"])

    def copy(self) -> None:
        """Rows as refreshes would have left them, without a call for each."""
        now = clock.system_now()
        for kind, model, fill in (
            (ObjectKind.SUBSCRIPTION, Subscription, subscription.fill),
            (ObjectKind.INVOICE, Invoice, invoice.fill),
            (ObjectKind.INVOICE_PAYMENT, InvoicePayment, invoice_payment.fill),
        ):
            rows = []
            for obj in listed(kind):
                row = model(**{f"stripe_{kind}_id": obj["id"]}, fetched_at=now)
                fill(row, obj)
                rows.append(row)
            model.objects.all().delete()
            model.objects.bulk_create(rows)
        for obj in listed(ObjectKind.CUSTOMER):
            known = Customer.objects.get(stripe_customer_id=obj["id"])
            customer.fill(known, obj)
            known.save()
        ids = Subscription.objects.order_by("-id").values_list("stripe_subscription_id", flat=True)
        self.subscriptions = list(ids)

    def refresh(self, stripe_id: str) -> None:
        refresh(ObjectRef(ObjectKind.SUBSCRIPTION, stripe_id), is_baseline=True)
        self.shop.work_off()

    def let_events_pass(self) -> None:
        """All that has happened so far was looked through long ago."""
        self.shop.advance("PT3H")
        now = clock.business_now()
        Backfill.objects.create(
            livemode=False, state="finished", since_at=now - timedelta(hours=3), until_at=now, asked_by="test"
        )


def listed(kind: ObjectKind) -> Iterator[Any]:
    """All objects on Stripe's list, the newest first."""
    after_id, has_more = "", True
    while has_more:
        page = page_of(kind, after_id=after_id)
        yield from page.objects
        has_more = page.has_more
        after_id = page.objects[-1]["id"] if page.objects else ""
