"""Keeps dj-stripe's copies of whole objects, referenced objects first; nothing else of the product reads them.

dj-stripe fetches what it misses inside its own transaction, so everything that an object names is fetched and synced
before it, outside any transaction (its models are only addressed by Stripe id).
"""

import json
from typing import Any

from django.conf import settings
from django.db import IntegrityError
from djstripe import models as dj

from billing.errors import StripeObjectMissing
from billing.gateway import objects
from billing.gateway.client import client
from billing.gateway.transport import guarding_dj_stripe
from billing.mirror import account, forgetting, shapes
from billing.terms import ObjectKind

_MODELS: dict[ObjectKind, Any] = {
    ObjectKind.CUSTOMER: dj.Customer,
    ObjectKind.PAYMENT_METHOD: dj.PaymentMethod,
    ObjectKind.SUBSCRIPTION: dj.Subscription,
    ObjectKind.INVOICE: dj.Invoice,
    ObjectKind.CHARGE: dj.Charge,
    ObjectKind.REFUND: dj.Refund,
    ObjectKind.DISPUTE: dj.Dispute,
    ObjectKind.EARLY_FRAUD_WARNING: dj.EarlyFraudWarning,
    ObjectKind.SUBSCRIPTION_SCHEDULE: dj.SubscriptionSchedule,
    ObjectKind.CHECKOUT_SESSION: dj.Session,
    ObjectKind.PAYMENT_INTENT: dj.PaymentIntent,
    ObjectKind.SETUP_INTENT: dj.SetupIntent,
    ObjectKind.PRODUCT: dj.Product,
    ObjectKind.PRICE: dj.Price,
}

_CUSTOMER = ("customer", ObjectKind.CUSTOMER)
_PAYMENT_METHOD = ("payment_method", ObjectKind.PAYMENT_METHOD)
_CHARGE = (("charge", ObjectKind.CHARGE), ("payment_intent", ObjectKind.PAYMENT_INTENT))
_REFERENCES: dict[ObjectKind, tuple[tuple[str, ObjectKind], ...]] = {
    ObjectKind.PRICE: (("product", ObjectKind.PRODUCT),),
    ObjectKind.PAYMENT_METHOD: (_CUSTOMER,),
    ObjectKind.SUBSCRIPTION: (_CUSTOMER, ("default_payment_method", ObjectKind.PAYMENT_METHOD)),
    ObjectKind.INVOICE: (_CUSTOMER, ("default_payment_method", ObjectKind.PAYMENT_METHOD)),
    ObjectKind.PAYMENT_INTENT: (_CUSTOMER, _PAYMENT_METHOD),
    ObjectKind.SETUP_INTENT: (_CUSTOMER, _PAYMENT_METHOD),
    ObjectKind.CHARGE: (_CUSTOMER, _PAYMENT_METHOD, ("payment_intent", ObjectKind.PAYMENT_INTENT)),
    ObjectKind.REFUND: _CHARGE,
    ObjectKind.DISPUTE: _CHARGE,
    ObjectKind.EARLY_FRAUD_WARNING: _CHARGE,
    ObjectKind.SUBSCRIPTION_SCHEDULE: (
        _CUSTOMER,
        ("subscription", ObjectKind.SUBSCRIPTION),
        ("released_subscription", ObjectKind.SUBSCRIPTION),
    ),
    ObjectKind.CHECKOUT_SESSION: (
        _CUSTOMER,
        ("payment_intent", ObjectKind.PAYMENT_INTENT),
        ("setup_intent", ObjectKind.SETUP_INTENT),
        ("subscription", ObjectKind.SUBSCRIPTION),
    ),
}


def keep_on_this_machine() -> None:
    """With the sandbox: let all of dj-stripe ask the sandbox.

    Its model of v2 accounts makes a client of its own, which knows Stripe's public address only, and its command
    `djstripe_sync_models` asks for them too. Must be called before that command runs.
    """
    dj.AccountV2._v2_accounts = classmethod(lambda _model, _api_key: client().v2.core.accounts)


def sync(kind: ObjectKind, obj: Any) -> None:
    """Store a fetched object (a StripeObject, never a dict). Safe to repeat. Must run outside any transaction.

    dj-stripe has no model of credit notes and invoice payments: of these our typed rows are the only copy.
    """
    with guarding_dj_stripe():
        _sync(kind, obj)


def _sync(kind: ObjectKind, obj: Any) -> None:
    if kind not in _MODELS:
        return
    _ensure_account()
    if kind == ObjectKind.CUSTOMER:
        _store_customer_before_its_card(obj)
    for referenced_kind, stripe_id in _references(kind, obj):
        _ensure(referenced_kind, stripe_id)
    _store(kind, obj)


def _store(kind: ObjectKind, obj: Any) -> None:
    readable = _changed(obj, discount=None) if kind == ObjectKind.CUSTOMER and shapes.value(obj, "discount") else obj
    try:
        _MODELS[kind].sync_from_stripe_data(readable, api_key=settings.STRIPE_SECRET_KEY)
    except IntegrityError:
        # Somebody else made the same row between dj-stripe's look and its insert: now it is an update.
        _MODELS[kind].sync_from_stripe_data(readable, api_key=settings.STRIPE_SECRET_KEY)
    if readable is not obj:
        # dj-stripe 2.11 fails on a customer's discount: it looks for the coupon where Stripe had it before clover.
        _MODELS[kind].objects.filter(id=obj["id"]).update(stripe_data=json.loads(str(obj)))
    if forgetting.belongs_to_nobody(kind, obj):
        forgetting.forget_rows(_MODELS[kind].objects.filter(id=obj["id"]))


def _changed(obj: Any, **values: Any) -> Any:
    """A copy of a StripeObject with other values."""
    return type(obj).construct_from({**obj.to_dict(), **values}, settings.STRIPE_SECRET_KEY)


def _references(kind: ObjectKind, obj: Any) -> list[tuple[ObjectKind, str]]:
    found = [(other, shapes.text(obj, field)) for field, other in _REFERENCES.get(kind, ())]
    if kind == ObjectKind.CUSTOMER:
        card = shapes.text(obj, "invoice_settings", "default_payment_method")
        found.append((ObjectKind.PAYMENT_METHOD, card))
    if kind == ObjectKind.SUBSCRIPTION:
        items = shapes.value(obj, "items", "data") or []
        found += [(ObjectKind.PRICE, shapes.text(item, "price")) for item in items]
    if kind == ObjectKind.INVOICE:
        found.append((ObjectKind.SUBSCRIPTION, shapes.invoice_subscription_id(obj)))
    return [(other, stripe_id) for other, stripe_id in found if stripe_id]


def _ensure(kind: ObjectKind, stripe_id: str) -> None:
    if _MODELS[kind].objects.filter(id=stripe_id).exists():
        return
    try:
        obj = objects.fetch(kind, stripe_id)
    except StripeObjectMissing:
        return
    if not shapes.value(obj, "deleted"):
        _sync(kind, obj)


def _store_customer_before_its_card(obj: Any) -> None:
    """Customer and default card name each other, so a new customer is stored without the card first."""
    card = shapes.text(obj, "invoice_settings", "default_payment_method")
    if not card or dj.Customer.objects.filter(id=obj["id"]).exists():
        return
    invoice_settings = {**obj.to_dict()["invoice_settings"], "default_payment_method": None}
    _store(ObjectKind.CUSTOMER, _changed(obj, invoice_settings=invoice_settings))


def _ensure_account() -> None:
    """Later syncs find the owner of the key by its row; without it each would ask Stripe inside a transaction."""
    if not account.is_key_known():
        owner = dj.Account.get_or_retrieve_for_api_key(settings.STRIPE_SECRET_KEY)
        account.remember(owner.id)
