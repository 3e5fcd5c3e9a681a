"""Writes what we may know of a payment method: brand, last four digits, validity."""

from django.conf import settings

from billing.mirror import shapes
from billing.mirror.rows.owner import organization_id_of
from billing.mirror.written import Fetched, Written
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
    obj = fetched.obj
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
    return Written(organization_id_of(row.stripe_customer_id))
