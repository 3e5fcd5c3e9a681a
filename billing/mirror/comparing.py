"""Reads what Stripe lists and what our rows hold in the same words, to compare the two; it writes nothing."""

import hashlib
import json
from collections import defaultdict
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import Model, Q, QuerySet

from billing import models
from billing.mirror import shapes
from billing.mirror.rows import (
    charge,
    credit_note,
    customer,
    dispute,
    early_fraud_warning,
    invoice,
    invoice_payment,
    refund,
    schedule,
    subscription,
)
from billing.rules.drift import FIELDS
from billing.terms import ObjectKind

Values = dict[str, Any]


@dataclass(frozen=True, slots=True)
class _Copy:
    """Where the rows of one kind are, and how a row is read from an object. `lives` finds those that may vanish."""

    model: type[Model]
    id_field: str
    fill: Callable[[Any, Any], None]
    made_field: str = "created_at"
    lives: Q | None = None


# An object is compared after those whose rows say whose it is.
_COPIES: dict[ObjectKind, _Copy] = {
    ObjectKind.CUSTOMER: _Copy(
        models.Customer, "stripe_customer_id", customer.fill, "stripe_created_at", lives=Q(is_deleted=False)
    ),
    ObjectKind.SUBSCRIPTION: _Copy(
        models.Subscription, "stripe_subscription_id", subscription.fill, lives=Q(ended_at=None)
    ),
    ObjectKind.SUBSCRIPTION_SCHEDULE: _Copy(models.SubscriptionSchedule, "stripe_schedule_id", schedule.fill),
    ObjectKind.INVOICE: _Copy(models.Invoice, "stripe_invoice_id", invoice.fill, lives=Q(is_deleted=False)),
    ObjectKind.CHARGE: _Copy(models.ChargeAttempt, "stripe_charge_id", charge.fill),
    ObjectKind.INVOICE_PAYMENT: _Copy(models.InvoicePayment, "stripe_invoice_payment_id", invoice_payment.fill),
    ObjectKind.REFUND: _Copy(models.Refund, "stripe_refund_id", refund.fill),
    ObjectKind.DISPUTE: _Copy(models.Dispute, "stripe_dispute_id", dispute.fill),
    ObjectKind.EARLY_FRAUD_WARNING: _Copy(
        models.EarlyFraudWarning, "stripe_early_fraud_warning_id", early_fraud_warning.fill
    ),
    ObjectKind.CREDIT_NOTE: _Copy(models.CreditNote, "stripe_credit_note_id", credit_note.fill),
}
COMPARED: tuple[ObjectKind, ...] = tuple(_COPIES)
"""In this order. Stripe has no list of all payment methods and none that is complete of checkout sessions."""


@dataclass(frozen=True, slots=True)
class Stored:
    """What our row holds, and the system time at which that was fetched."""

    values: Values
    organization_id: int | None
    fetched_at: datetime | None


def read(kind: ObjectKind, obj: Any) -> Values:
    """What a refresh would write of this object."""
    copy = _COPIES[kind]
    row = copy.model()
    copy.fill(row, obj)
    return {
        field: _discount_ids(kind, obj) if field == "discounts" else getattr(row, field) for field in FIELDS[kind]
    }


def digest(values: Values) -> str:
    """The same for the same object; whose it is stands in our rows and not at Stripe, so it does not count."""
    at_stripe = {field: value for field, value in values.items() if field != "organization_id"}
    return hashlib.sha256(json.dumps(at_stripe, sort_keys=True, default=str).encode()).hexdigest()


def stored(kind: ObjectKind, stripe_ids: Collection[str]) -> dict[str, Stored]:
    """What our rows hold of these objects; those without a row are left out."""
    copy = _COPIES[kind]
    columns = [field for field in FIELDS[kind] if field != "discounts"]
    rows = list(
        _rows(kind)
        .filter(**{f"{copy.id_field}__in": stripe_ids})
        .values(*{copy.id_field, "organization_id", "fetched_at", *columns})
    )
    discounts = _discounts(kind, stripe_ids) if "discounts" in FIELDS[kind] else {}
    return {
        row[copy.id_field]: Stored(
            {
                field: discounts.get(row[copy.id_field], "") if field == "discounts" else row[field]
                for field in FIELDS[kind]
            },
            row["organization_id"],
            row["fetched_at"],
        )
        for row in rows
    }


def is_ours(kind: ObjectKind, obj: Any) -> bool:
    """Whether an object without a row should have one. A customer has one only if we made it."""
    return kind != ObjectKind.CUSTOMER or customer.of_cut_off_creation(obj).exists()


def unlisted(
    kind: ObjectKind,
    *,
    made_after: datetime | None,
    made_until: datetime | None,
    listed: Collection[str],
    fetched_until: datetime,
) -> dict[str, int | None]:
    """Rows of ours from that time that are not on the list, each with its organization.

    Facts, such as charges, do not vanish at Stripe; of these there are never any.
    """
    copy = _COPIES[kind]
    if copy.lives is None:
        return {}
    rows = _rows(kind).filter(copy.lives, fetched_at__lte=fetched_until).exclude(**{f"{copy.id_field}__in": listed})
    if made_after is not None:
        rows = rows.filter(**{f"{copy.made_field}__gt": made_after})
    if made_until is not None:
        rows = rows.filter(**{f"{copy.made_field}__lte": made_until})
    return dict(rows.exclude(**{copy.id_field: None}).values_list(copy.id_field, "organization_id"))


def was_brought_up_to_date(kind: ObjectKind, stripe_id: str, *, after: datetime) -> bool:
    """Whether our row was fetched, or closed as gone, after that moment of system time."""
    copy = _COPIES[kind]
    row = _rows(kind).filter(**{copy.id_field: stripe_id})
    is_closed = copy.lives is not None and row.exists() and not row.filter(copy.lives).exists()
    return is_closed or row.filter(fetched_at__gt=after).exists()


def count_rows() -> int:
    """How many rows there are to compare: about as many objects as Stripe will list."""
    return sum(_rows(kind).count() for kind in COMPARED)


def _rows(kind: ObjectKind) -> QuerySet[Any]:
    return _COPIES[kind].model._default_manager.filter(livemode=settings.STRIPE_LIVE_MODE)


def _discount_ids(kind: ObjectKind, obj: Any) -> str:
    found = [shapes.value(obj, "discount")] if kind == ObjectKind.CUSTOMER else shapes.subscription_discounts(obj)
    return ",".join(sorted(str(discount["id"]) for discount in found if discount))


def _discounts(kind: ObjectKind, stripe_ids: Collection[str]) -> dict[str, str]:
    """The present discounts of each owner as our rows know them."""
    rows = models.Discount.objects.filter(is_removed=False)
    if kind == ObjectKind.CUSTOMER:
        owner, rows = "stripe_customer_id", rows.filter(stripe_subscription_id="")
    else:
        owner = "stripe_subscription_id"
    found: dict[str, list[str]] = defaultdict(list)
    for owner_id, discount_id in rows.filter(**{f"{owner}__in": stripe_ids}).values_list(owner, "stripe_discount_id"):
        found[owner_id].append(discount_id)
    return {owner_id: ",".join(sorted(ids)) for owner_id, ids in found.items()}
