"""Finds customers by what staff have at hand: an id of Stripe's, a number, an e-mail, a name, a card's last digits.

Every look is one by an index, and bounded; it must not know who may see what it finds.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Model
from django.db.models.functions import Lower

from accounts.models import Membership, Organization, User
from billing.models import (
    ChargeAttempt,
    CheckoutIntent,
    CreditNote,
    Customer,
    Dispute,
    EarlyFraudWarning,
    Invoice,
    InvoicePayment,
    PaymentMethod,
    Refund,
    Subscription,
    SubscriptionSchedule,
)

MOST = 20
"""So many of a kind are shown."""
SHORTEST = 2
_MANY = 200
_LAST_DIGITS = re.compile(r"\d{4}")
_STRIPE_ID = re.compile(r"([a-z]{2,}(?:_sched)?)_\w{2,}", re.ASCII)

# By which column of which rows an id is found; longer prefixes first where one begins another.
_BY_PREFIX: dict[str, tuple[tuple[type[Model], str], ...]] = {
    "cus": ((Customer, "stripe_customer_id"),),
    "sub": ((Subscription, "stripe_subscription_id"),),
    "sub_sched": ((SubscriptionSchedule, "stripe_schedule_id"),),
    "in": ((Invoice, "stripe_invoice_id"),),
    "ch": ((ChargeAttempt, "stripe_charge_id"),),
    "py": ((ChargeAttempt, "stripe_charge_id"),),
    "pi": ((ChargeAttempt, "stripe_payment_intent_id"), (InvoicePayment, "stripe_payment_intent_id")),
    "re": ((Refund, "stripe_refund_id"),),
    "pyr": ((Refund, "stripe_refund_id"),),
    "dp": ((Dispute, "stripe_dispute_id"),),
    "du": ((Dispute, "stripe_dispute_id"),),
    "issfr": ((EarlyFraudWarning, "stripe_early_fraud_warning_id"),),
    "cn": ((CreditNote, "stripe_credit_note_id"),),
    "cs": ((CheckoutIntent, "stripe_session_id"),),
}
_METHOD_PREFIXES = ("pm", "card", "src")
_EVENT_PREFIX = "evt"


@dataclass(frozen=True, slots=True)
class Hit:
    """A customer, and by what it was found (`matched`); `is_exact`: by something that is one customer's alone."""

    organization_id: int
    name: str
    email: str
    matched: str
    is_exact: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """Hits of one kind; `has_more`: there are others that are not shown."""

    title: str
    hits: tuple[Hit, ...]
    has_more: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """`only` is the customer to whom an exact id leads, None where a person has to choose; `hint` is for a person."""

    groups: tuple[Group, ...] = ()
    hint: str = ""

    @property
    def only(self) -> int | None:
        hits = [hit for group in self.groups for hit in group.hits]
        ids = {hit.organization_id for hit in hits}
        return ids.pop() if len(ids) == 1 and all(hit.is_exact for hit in hits) else None


_object_of_event: list[Callable[[str], str]] = []


def set_event_finder(finder: Callable[[str], str]) -> None:
    """Who keeps the events says of which object (`sub_…`) one is (`evt_…`); empty for one that never came."""
    _object_of_event[:] = [finder]


def search_customers(text: str) -> Found:
    """Everything that fits, grouped by what matched."""
    text = text.strip()
    if len(text) < SHORTEST:
        return Found(hint=f"Please type at least {SHORTEST} characters.")
    if _is_uuid(text):
        return _found(_group("Our id", Organization.objects.filter(uuid=text), f"our id {text}", is_exact=True))
    if prefixed := _STRIPE_ID.fullmatch(text):
        return _by_stripe_id(prefixed[1], text)
    if "@" in text:
        return _found(*_by_email(text.lower()))
    looks = [_by_invoice_number(text)]
    if _LAST_DIGITS.fullmatch(text):
        looks.append(_by_last_digits(text))
    return _found(*looks, *_by_name(text))


def _is_uuid(text: str) -> bool:
    try:
        return str(UUID(text)) == text.lower()
    except ValueError:
        return False


def _found(*groups: Group) -> Found:
    filled = tuple(group for group in groups if group.hits)
    return Found(filled, hint="" if filled else "Nobody fits.")


def _group(title: str, rows: Any, matched: str, *, is_exact: bool = False) -> Group:
    """Organizations as hits, the newest first."""
    shown = list(rows.order_by("-pk").values_list("pk", "name", "email")[: MOST + 1])
    hits = tuple(Hit(pk, name, email, matched, is_exact) for pk, name, email in shown[:MOST])
    return Group(title, hits, has_more=len(shown) > MOST)


def _organizations_of(ids: Iterable[int | None]) -> Any:
    return Organization.objects.filter(pk__in=[found for found in ids if found is not None])


def _by_stripe_id(prefix: str, stripe_id: str) -> Found:
    title = f"Stripe’s id {stripe_id}"
    if prefix == _EVENT_PREFIX:
        object_id = _object_of_event[0](stripe_id) if _object_of_event else ""
        about = _STRIPE_ID.fullmatch(object_id)
        if about is None:
            return Found(hint="This event never came, or it is about nobody.")
        return Found(_by_stripe_id(about[1], object_id).groups, hint=f"The event is about {object_id}.")
    if prefix in _METHOD_PREFIXES:
        methods = PaymentMethod.objects.filter(stripe_payment_method_id=stripe_id)
        customer_ids = [*methods.values_list("stripe_customer_id", flat=True)[:MOST]]
        ids = _owners(customer_ids)
    elif prefix in _BY_PREFIX:
        looks = (
            model._default_manager.filter(**{column: stripe_id}).values_list("organization_id", flat=True)[:MOST]
            for model, column in _BY_PREFIX[prefix]
        )
        ids = [found for rows in looks for found in rows]
    else:
        return Found(hint=f"No customers are found by ids that begin with {prefix}_.")
    found = _found(_group("Id at Stripe", _organizations_of(ids), title, is_exact=True))
    if ids and not found.groups:
        return Found(hint="It is kept here, but it belongs to nobody we know.")
    return found


def _owners(stripe_customer_ids: list[str]) -> list[int | None]:
    known = Customer.objects.filter(stripe_customer_id__in=[found for found in stripe_customer_ids if found])
    return list(known.values_list("organization_id", flat=True))


def _by_email(email: str) -> list[Group]:
    payers = Organization.objects.alias(lower_email=Lower("email")).filter(lower_email=email)
    people = Membership.objects.filter(user__email=email).values("organization_id")
    return [
        _group("Billing e-mail", payers, f"billing e-mail {email}", is_exact=True),
        _group("Member", Organization.objects.filter(pk__in=people), f"member {email}", is_exact=True),
    ]


def _by_invoice_number(number: str) -> Group:
    ids = Invoice.objects.filter(number=number.upper()).values_list("organization_id", flat=True)[:MOST]
    return _group("Invoice", _organizations_of(ids), f"invoice {number.upper()}", is_exact=True)


def _by_last_digits(digits: str) -> Group:
    """Of cards that are on file, and of those that were charged."""
    methods = PaymentMethod.objects.filter(card_last4=digits).exclude(stripe_customer_id="")
    owners = _owners(list(methods.order_by("-pk").values_list("stripe_customer_id", flat=True)[: 5 * MOST]))
    charged = ChargeAttempt.objects.filter(card_last4=digits, organization__isnull=False)
    payers = charged.order_by("-created_at").values_list("organization_id", flat=True)[: 5 * MOST]
    return _group("Card", _organizations_of({*owners, *payers}), f"a card that ends in {digits}")


def _by_name(text: str) -> list[Group]:
    named = Organization.objects.filter(name__icontains=text)
    # Step by step: joined, all memberships would be read for a name that few people have.
    people = list(User.objects.filter(full_name__icontains=text).order_by("-pk").values_list("pk", flat=True)[:_MANY])
    teams = Membership.objects.filter(user__in=people).values_list("organization_id", flat=True)[:_MANY]
    return [
        _group("Name", named, "name"),
        _group("Member’s name", _organizations_of(teams), "name of a member"),
    ]
