"""Puts an organization into each situation that its pages tell of, with the rows that a refresh would leave."""

from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings

from accounts.models import Organization
from billing.mirror.catalogue import write_catalogue
from billing.models import Customer, Invoice, Price, Subscription, Transition, TrialCard, TrialRefusal
from billing.rules.catalogue_file import read_catalogue
from billing.rules.catalogue_steps import Published
from tests.billing.factories import (
    NOW,
    ChargeAttemptFactory,
    CustomerFactory,
    InvoiceFactory,
    LocalTrialFactory,
    PaymentMethodFactory,
    PriceFactory,
    SubscriptionFactory,
)
from tests.factories import OrganizationFactory

DAY = timedelta(days=1)


def put_catalogue_on_sale() -> None:
    """The catalogue of the repository, each price under an id as Stripe would give it."""
    catalogue = read_catalogue(Path(settings.BASE_DIR / "catalogue.toml").read_text())
    write_catalogue(catalogue, published=Published(products=(), prices=()))
    for plan in catalogue.plans:
        for price in plan.prices:
            PriceFactory(
                plan__code=plan.code,
                lookup_key=price.lookup_key,
                currency=price.money.currency,
                currency_rank=catalogue.currencies.index(price.money.currency),
                interval=price.interval.value,
                amount_minor=price.money.amount_minor,
            )


def price_of(plan: str, *, interval: str = "month", currency: str = "eur") -> Price:
    return Price.objects.get(plan__code=plan, interval=interval, currency=currency, is_active=True)


def buy(
    organization: Organization,
    *,
    plan: str = "growth",
    currency: str = "eur",
    now: datetime = NOW,
    **changed: object,
) -> Subscription:
    """A customer with a card and one subscription, a week into its month; `changed` are its fields."""
    card = PaymentMethodFactory()
    customer = CustomerFactory(
        organization=organization,
        currency=currency,
        default_stripe_payment_method_id=card.stripe_payment_method_id,
    )
    return SubscriptionFactory(
        organization=organization,
        stripe_customer_id=customer.stripe_customer_id,
        stripe_price_id=price_of(plan, currency=currency).stripe_price_id,
        price=price_of(plan, currency=currency),
        **{
            "created_at": now - 67 * DAY,
            "current_period_start": now - 7 * DAY,
            "current_period_end": now + 23 * DAY,
            **changed,
        },
    )


def give_invoice(subscription: Subscription, **changed: object) -> Invoice:
    invoice = InvoiceFactory(
        **{
            "organization": subscription.organization,
            "stripe_customer_id": subscription.stripe_customer_id,
            "stripe_subscription_id": subscription.stripe_subscription_id,
            "hosted_invoice_url": "http://127.0.0.1:12111/i/acct_1/test_1",
            "invoice_pdf_url": "http://127.0.0.1:12111/i/acct_1/test_1/pdf",
            **changed,
        }
    )
    Subscription.objects.filter(pk=subscription.pk).update(stripe_latest_invoice_id=invoice.stripe_invoice_id)
    return invoice


def tell(organization: Organization, kind: str, stripe_id: str, *, to: str, at: datetime, **changed: object) -> None:
    """A transition as a refresh would write it."""
    Transition.objects.create(
        kind=kind,
        stripe_id=stripe_id,
        organization=organization,
        livemode=False,
        to_state=to,
        business_at=at,
        **{"from_state": "", **changed},
    )


def go_active(organization: Organization, *, now: datetime = NOW, **changed: object) -> Subscription:
    subscription = buy(organization, now=now, **changed)
    for number, days in enumerate((67, 37, 7), start=18):
        invoice = give_invoice(subscription, number=f"OAK-{number:04}", created_at=now - days * DAY)
        tell(organization, "invoice", invoice.stripe_invoice_id, to="paid", at=now - days * DAY, from_state="open")
    tell(organization, "subscription", subscription.stripe_subscription_id, to="active", at=now - 67 * DAY)
    return subscription


def go_trialing(organization: Organization, *, days_left: int = 10, now: datetime = NOW) -> Subscription:
    begun, ends = now - (14 - days_left) * DAY, now + days_left * DAY
    subscription = buy(
        organization,
        now=now,
        status="trialing",
        created_at=begun,
        trial_start=begun,
        trial_end=ends,
        current_period_start=begun,
        current_period_end=ends,
    )
    tell(organization, "subscription", subscription.stripe_subscription_id, to="trialing", at=begun)
    return subscription


def go_cancelling(organization: Organization, *, now: datetime = NOW) -> Subscription:
    ends = now + 23 * DAY
    subscription = go_active(organization, now=now, cancel_at=ends, cancel_at_period_end=True, canceled_at=now)
    tell(
        organization,
        "subscription",
        subscription.stripe_subscription_id,
        to="scheduled",
        from_state="none",
        aspect="cancellation",
        at=now,
    )
    return subscription


def go_past_due(
    organization: Organization, *, since_days: int = 6, now: datetime = NOW, **changed: object
) -> Subscription:
    """A renewal failed `since_days` ago for want of funds; the next try comes in three days."""
    failed_at = now - since_days * DAY
    subscription = buy(organization, now=now, **{"status": "past_due", "past_due_at": failed_at, **changed})
    invoice = give_invoice(
        subscription,
        status="open",
        number="OAK-0019",
        created_at=failed_at,
        has_been_attempted=True,
        attempt_count=1,
        next_payment_attempt_at=now + 3 * DAY,
    )
    charge = ChargeAttemptFactory(
        organization=organization,
        stripe_invoice_id=invoice.stripe_invoice_id,
        status="failed",
        decline_code="insufficient_funds",
        failure_code="card_declined",
        created_at=failed_at,
    )
    tell(organization, "charge", charge.stripe_charge_id, to="failed", at=failed_at)
    return subscription


def go_locked(organization: Organization, *, now: datetime = NOW) -> Subscription:
    return go_past_due(organization, since_days=30, now=now)


def go_incomplete(organization: Organization, *, now: datetime = NOW) -> Subscription:
    subscription = go_past_due(organization, now=now, since_days=0, status="incomplete", past_due_at=None)
    Invoice.objects.filter(organization=organization).update(next_payment_attempt_at=None)
    return subscription


def go_ended(organization: Organization, *, now: datetime = NOW, **changed: object) -> Subscription:
    ended_at = now - 2 * DAY
    subscription = buy(organization, now=now, status="canceled", ended_at=ended_at, canceled_at=ended_at, **changed)
    tell(
        organization,
        "subscription",
        subscription.stripe_subscription_id,
        to="canceled",
        from_state="active",
        at=ended_at,
    )
    return subscription


def go_refused(organization: Organization, *, now: datetime = NOW) -> Subscription:
    """Its trial was cancelled because the card had one for somebody else."""
    subscription = go_ended(organization, now=now, trial_start=now - 2 * DAY, trial_end=now + 12 * DAY)
    first = TrialCard.objects.create(
        card_digest="0" * 64, organization=OrganizationFactory(), stripe_subscription_id="sub_first", began_at=now
    )
    TrialRefusal.objects.create(
        organization=organization,
        stripe_subscription_id=subscription.stripe_subscription_id,
        first_trial=first,
        state="succeeded",
    )
    return subscription


def go_without_card(organization: Organization, *, now: datetime = NOW, policy: str = "cancel") -> Subscription:
    """A trial at Stripe whose card was taken away, with three days to go."""
    subscription = go_trialing(organization, days_left=3, now=now)
    Customer.objects.update(default_stripe_payment_method_id="")
    Subscription.objects.filter(pk=subscription.pk).update(missing_card_policy=policy)
    return subscription


def go_ended_without_card(organization: Organization, *, now: datetime = NOW) -> Subscription:
    ended_at = now - 2 * DAY
    subscription = go_ended(organization, now=now, trial_start=ended_at - 14 * DAY, trial_end=ended_at)
    give_invoice(subscription, total_minor=0, amount_paid_minor=0, created_at=ended_at - 14 * DAY)
    return subscription


def go_paused(organization: Organization, *, now: datetime = NOW) -> Subscription:
    return buy(organization, now=now, status="paused")


def try_locally(organization: Organization, *, days_left: int = 10, now: datetime = NOW) -> None:
    LocalTrialFactory(
        organization=organization,
        plan=price_of("growth").plan,
        started_at=now - (14 - days_left) * DAY,
        ends_at=now + days_left * DAY,
    )
