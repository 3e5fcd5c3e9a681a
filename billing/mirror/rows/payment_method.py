"""Writes what we may know of a payment method: brand, last four digits, validity."""

from django.conf import settings

from billing.mirror import shapes
from billing.mirror.rows.owner import organization_id_of
from billing.mirror.written import Change, Fetched, Written
from billing.models import PaymentMethod


def write(fetched: Fetched) -> Written:
    row = PaymentMethod.objects.select_for_update().filter(stripe_payment_method_id=fetched.ref.stripe_id).first()
    if fetched.obj is None:
        if row is not None:
            row.stripe_customer_id = ""
            row.save(update_fields=["stripe_customer_id"])
        return Written()
    if row is None:
        row = PaymentMethod(stripe_payment_method_id=fetched.ref.stripe_id)
    obj, before = fetched.obj, _printed(row)
    row.livemode = settings.STRIPE_LIVE_MODE
    row.stripe_customer_id = shapes.text(obj, "customer")
    row.type = shapes.text(obj, "type")
    row.card_brand = shapes.text(obj, "card", "brand")
    row.card_last4 = shapes.text(obj, "card", "last4")
    row.card_exp_month = shapes.value(obj, "card", "exp_month")
    row.card_exp_year = shapes.value(obj, "card", "exp_year")
    row.card_fingerprint = shapes.text(obj, "card", "fingerprint")
    row.fetched_at = fetched.system_at
    row.save()
    return Written(organization_id_of(row.stripe_customer_id), changes=_card_change(before, _printed(row)))


def _printed(row: PaymentMethod) -> str:
    """What of a card a bank renews, in one word that fits a transition."""
    if row.pk is None:
        return ""
    return f"{row.card_last4} {row.card_exp_month}/{row.card_exp_year} {row.card_fingerprint}"[:60]


def _card_change(before: str, after: str) -> tuple[Change, ...]:
    """The bank gave the card a new number or date, and Stripe knows it already."""
    return () if not before or before == after else (Change(before, after, aspect="card"),)
