"""Rows of billing as a refresh or the catalogue would leave them."""

from datetime import UTC, datetime, timedelta

import factory
from factory.django import DjangoModelFactory

from billing.models import (
    ChargeAttempt,
    Customer,
    Feature,
    Invoice,
    LocalTrial,
    PaymentMethod,
    Plan,
    PlanFeature,
    Price,
    Subscription,
)

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


class FeatureFactory(DjangoModelFactory):
    class Meta:
        model = Feature
        django_get_or_create = ("code",)

    code = "exports"
    name = "Exports"
    kind = "flag"


class PlanFactory(DjangoModelFactory):
    class Meta:
        model = Plan
        django_get_or_create = ("code",)

    code = "growth"
    name = factory.LazyAttribute(lambda plan: plan.code.capitalize())
    rank = factory.Sequence(lambda n: n + 1)


class FreePlanFactory(PlanFactory):
    code = "free"
    rank = 0
    is_free = True


class PlanFeatureFactory(DjangoModelFactory):
    class Meta:
        model = PlanFeature

    plan = factory.SubFactory(PlanFactory)
    feature = factory.SubFactory(FeatureFactory)


class PriceFactory(DjangoModelFactory):
    class Meta:
        model = Price

    plan = factory.SubFactory(PlanFactory)
    stripe_price_id = factory.Sequence(lambda n: f"price_{n:04}")
    livemode = False
    currency = "eur"
    interval = "month"
    lookup_key = factory.LazyAttribute(lambda price: f"{price.plan.code}_{price.interval}_{price.currency}")
    amount_minor = 4800


class CustomerFactory(DjangoModelFactory):
    class Meta:
        model = Customer

    organization = factory.SubFactory("tests.factories.OrganizationFactory")
    livemode = False
    stripe_customer_id = factory.Sequence(lambda n: f"cus_{n:04}")


class SubscriptionFactory(DjangoModelFactory):
    """An active monthly subscription in the first third of its period, seen from NOW."""

    class Meta:
        model = Subscription

    class Params:
        price = factory.SubFactory(PriceFactory)

    stripe_subscription_id = factory.Sequence(lambda n: f"sub_{n:04}")
    organization = factory.SubFactory("tests.factories.OrganizationFactory")
    livemode = False
    stripe_customer_id = factory.Sequence(lambda n: f"cus_{n:04}")
    status = "active"
    stripe_price_id = factory.SelfAttribute("price.stripe_price_id")
    currency = factory.SelfAttribute("price.currency")
    created_at = NOW - timedelta(days=7)
    current_period_start = NOW - timedelta(days=7)
    current_period_end = NOW + timedelta(days=23)
    fetched_at = NOW


class InvoiceFactory(DjangoModelFactory):
    class Meta:
        model = Invoice

    stripe_invoice_id = factory.Sequence(lambda n: f"in_{n:04}")
    organization = factory.SubFactory("tests.factories.OrganizationFactory")
    livemode = False
    stripe_customer_id = factory.Sequence(lambda n: f"cus_{n:04}")
    number = factory.Sequence(lambda n: f"OAK-{n:04}")
    status = "paid"
    billing_reason = "subscription_cycle"
    currency = "eur"
    total_minor = 4800
    amount_due_minor = factory.SelfAttribute("total_minor")
    amount_paid_minor = factory.LazyAttribute(lambda row: row.total_minor if row.status == "paid" else 0)
    amount_remaining_minor = factory.LazyAttribute(lambda row: 0 if row.status == "paid" else row.total_minor)
    created_at = NOW - timedelta(days=7)
    fetched_at = NOW


class ChargeAttemptFactory(DjangoModelFactory):
    class Meta:
        model = ChargeAttempt

    stripe_charge_id = factory.Sequence(lambda n: f"ch_{n:04}")
    organization = factory.SubFactory("tests.factories.OrganizationFactory")
    livemode = False
    status = "succeeded"
    currency = "eur"
    amount_minor = 4800
    card_brand = "visa"
    card_last4 = "4242"
    created_at = NOW
    fetched_at = NOW


class PaymentMethodFactory(DjangoModelFactory):
    class Meta:
        model = PaymentMethod

    stripe_payment_method_id = factory.Sequence(lambda n: f"pm_{n:04}")
    livemode = False
    type = "card"
    card_brand = "visa"
    card_last4 = "4242"
    card_exp_month = 8
    card_exp_year = 2028
    fetched_at = NOW


class LocalTrialFactory(DjangoModelFactory):
    class Meta:
        model = LocalTrial

    organization = factory.SubFactory("tests.factories.OrganizationFactory")
    plan = factory.SubFactory(PlanFactory)
    started_at = NOW - timedelta(days=4)
    ends_at = NOW + timedelta(days=10)
