"""Made-up words for the preview of mails: nobody's data, stored nowhere, one of each name that a mail asks for."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

from django.conf import settings

from accounts.models import Organization
from billing.models import ChargeAttempt, Invoice, PaymentMethod, Plan, Price, Subscription
from billing.money import Money
from billing.selectors.pursuit import NextStep, Pursuit

_NOW = datetime(2026, 11, 30, 15, 30, tzinfo=UTC)
_MONTH = timedelta(days=30)

ORGANIZATION = Organization(name="Oakline Studio", email="books@oakline.example")

_WEBHOOK = {
    "host": "hooks.oakline.example",
    "description": "Our CRM",
    "is_gone": False,
    "failures": 12,
    "path": "/team/webhooks/",
}


def sample_words() -> dict[str, Any]:
    """What mails are filled with in their preview, each with what it asks for."""
    growth = Price(
        plan=Plan(code="growth", name="Growth"),
        lookup_key="growth_month_eur",
        interval="month",
        amount_minor=4800,
        currency="eur",
    )
    starter = Price(plan=Plan(code="starter", name="Starter"), interval="month", amount_minor=1900, currency="eur")
    card = PaymentMethod(type="card", card_brand="visa", card_last4="4242")
    change = _change(growth, starter)
    return {
        "plan": growth.plan,
        "plan_name": growth.plan.name,
        "price": growth,
        "interval": growth.interval,
        "amount": Money(4800, "eur"),
        "before": Money(4800, "eur"),
        "after": Money(1900, "eur"),
        "subscription": Subscription(
            trial_end=_NOW + _MONTH, cancel_at=_NOW + _MONTH, current_period_end=_NOW + _MONTH
        ),
        "is_trial": False,
        "is_local": False,
        "payment_method": card,
        "invoice": Invoice(stripe_invoice_id="in_sample", number="OAK-0042", currency="eur"),
        "attempt": ChargeAttempt(card_brand="visa", card_last4="4242", decline_code="insufficient_funds"),
        "charge": ChargeAttempt(card_brand="visa", card_last4="4242"),
        "cause": "funds",
        **_WEBHOOK,
        "pursuit": _pursuit(),
        "now": _NOW,
        "is_cancelled_then": True,
        "card_url": f"{settings.SITE_URL}/billing/payment-methods/",
        "cancel_url": f"{settings.SITE_URL}/billing/cancel/",
        "ends_at": _NOW + timedelta(days=3),
        "due_at": _NOW + _MONTH,
        "paid_at": _NOW,
        "paid_until": _NOW + _MONTH,
        "charge_at": _NOW + _MONTH,
        "resumes_at": _NOW + 2 * _MONTH,
        "has_discount": False,
        "is_over": False,
        "gave_up_owed": False,
        "wants_refund": True,
        "pay_url": f"{settings.SITE_URL}/pay/sample/",
        "confirm_url": f"{settings.SITE_URL}/billing/email/sample/",
        "new_email": change.new_email,
        "change": change,
        "before_name": growth.plan.name,
        "next_amount": Money(1900, "eur"),
        "next_at": _NOW + _MONTH,
        "progress": SimpleNamespace(needs_confirmation=False, card=SimpleNamespace(brand="visa", last4="4242")),
        "reason": "expired",
        "exceeded": [SimpleNamespace(name="Projects", used=14, limit=3, over=11, fate="read_only")],
    }


def _pursuit() -> Pursuit:
    return Pursuit(
        next_step=NextStep.RETRY,
        next_try_at=_NOW + timedelta(days=3),
        full_until=_NOW + timedelta(days=14),
        read_until=_NOW + timedelta(days=21),
        deadline_at=_NOW + timedelta(days=21),
        is_cancelled_then=True,
        tries_new_card=True,
    )


def _change(before: Price, after: Price) -> SimpleNamespace:
    return SimpleNamespace(
        from_price=before,
        price=after,
        effective_at=_NOW + _MONTH,
        pays_until=_NOW + timedelta(hours=23),
        new_email="new-books@oakline.example",
        old_email=ORGANIZATION.email,
        expires_at=_NOW + timedelta(days=2),
    )
