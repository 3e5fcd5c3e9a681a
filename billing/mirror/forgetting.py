"""Finds dj-stripe's whole copies of an organization's objects, and empties them down to ids, sums and times."""

from collections.abc import Collection, Iterator
from typing import Any

from django.apps import apps
from django.db.models import Model, Q, QuerySet

from billing.mirror import shapes
from billing.models import ChargeAttempt, Customer
from billing.terms import ObjectKind

# Through which of its fields a copy leads to a customer.
_VIA = {"Customer": "", "Charge": "__customer", "Subscription": "__customer", "Invoice": "__customer"}
_WORDS = frozenset({"id", "object", "livemode", "created", "currency", "status", "customer"})
_BATCH = 500


def copies_of(customer_ids: Collection[str]) -> Iterator[tuple[str, Iterator[Any]]]:
    """The name of each of dj-stripe's models with its rows of these customers (`cus_…`)."""
    for model, wanted in _copies(customer_ids):
        rows = model._default_manager.filter(wanted).order_by("pk")
        yield model.__name__, iter(rows.iterator(chunk_size=_BATCH))


def forget_copies(customer_ids: Collection[str]) -> int:
    """Empty every copy that belongs to one of these customers (`cus_…`); how many. Safe to repeat."""
    forgotten = 0
    methods: set[str] = set()
    for model, wanted in _copies(customer_ids):
        forgotten += forget_rows(model._default_manager.filter(wanted))
        if model.__name__ in ("Charge", "PaymentIntent", "SetupIntent"):
            used = model._default_manager.filter(wanted).exclude(payment_method=None)
            methods |= set(used.values_list("payment_method__id", flat=True))
    # A card that was detached names its customer no longer, but what was paid with it does.
    payment_method = apps.get_model("djstripe", "PaymentMethod")
    return forgotten + forget_rows(payment_method._default_manager.filter(id__in=methods))


def forget_rows(rows: QuerySet[Any]) -> int:
    """Empty these copies; how many."""
    forgotten = 0
    for row in rows.iterator(chunk_size=_BATCH):
        emptied: dict[str, Any] = {"stripe_data": _reduced(row.stripe_data or {}), "metadata": {}}
        if any(field.name == "email" for field in row._meta.concrete_fields):
            emptied["email"] = ""
        if any(field.name == "description" for field in row._meta.concrete_fields):
            emptied["description"] = None
        type(row)._default_manager.filter(pk=row.pk).update(**emptied)
        forgotten += 1
    return forgotten


def belongs_to_nobody(kind: ObjectKind, obj: Any) -> bool:
    """Whether an object is an erased organization's, or a payment method that was taken from its customer."""
    customer_id = shapes.text(obj, "id" if kind == ObjectKind.CUSTOMER else "customer")
    if kind == ObjectKind.PAYMENT_METHOD and not customer_id:
        return True
    if customer_id:
        return Customer.objects.filter(stripe_customer_id=customer_id, organization__erased_at__isnull=False).exists()
    charge_id = shapes.text(obj, "charge")
    if not charge_id:
        return False
    return ChargeAttempt.objects.filter(stripe_charge_id=charge_id, organization__erased_at__isnull=False).exists()


def _copies(customer_ids: Collection[str]) -> Iterator[tuple[type[Model], Q]]:
    customer = apps.get_model("djstripe", "Customer")
    for model in apps.get_app_config("djstripe").get_models():
        wanted = Q(id__in=customer_ids) if model is customer else Q()
        for field in model._meta.concrete_fields:
            related = getattr(field.related_model, "__name__", "") if field.is_relation else ""
            if related in _VIA:
                wanted |= Q(**{f"{field.name}{_VIA[related]}__id__in": list(customer_ids)})
        if wanted:
            yield model, wanted


def _reduced(data: dict[str, Any]) -> dict[str, Any]:
    """Numbers, claims and a few words; everything that may hold a name, an address or a link goes."""
    return {key: value for key, value in data.items() if key in _WORDS or isinstance(value, bool | int)}
