"""Writes the typed row of an invoice, and finds what hangs on it: tries, payments, credits, the bank's question."""

from typing import Any

from django.conf import settings
from django.db.models import Model

from billing.gateway import objects
from billing.mirror import shapes
from billing.mirror.refs import ObjectRef
from billing.mirror.rows.owner import ask_for_customer, organization_id_of
from billing.mirror.written import Change, Fetched, Written, status_change
from billing.models import ChargeAttempt, CreditNote, Invoice, InvoicePayment, Subscription
from billing.terms import Authentication, InvoiceStatus, ObjectKind

_CARD_QUESTIONS = ("redirect_to_url", "use_stripe_sdk")


def ask_more(obj: Any) -> dict[str, Any]:
    """All charges of the invoice: its second failed payment is seen although the invoice stays `open`.

    And the PaymentIntent of one that was tried in vain: a bank that wants the customer leaves no charge behind.
    """
    intents = shapes.invoice_payment_intent_ids(obj)
    return {
        "charges": [charge for intent in intents for charge in objects.list_charges(intent)],
        "intent": objects.fetch(ObjectKind.PAYMENT_INTENT, waiting) if (waiting := _waiting_intent(obj)) else None,
        "credit_notes": objects.list_credit_notes(obj["id"]) if _was_credited(obj) else [],
    }


def _waiting_intent(obj: Any) -> str:
    is_tried = shapes.text(obj, "status") == InvoiceStatus.OPEN.value and obj["attempted"]
    return shapes.invoice_default_intent_id(obj) if is_tried else ""


def _was_credited(obj: Any) -> bool:
    """A voided note leaves no sum behind, so a row of ours is a reason to look, too."""
    sums = (
        shapes.value(obj, "pre_payment_credit_notes_amount"),
        shapes.value(obj, "post_payment_credit_notes_amount"),
    )
    return any(sums) or CreditNote.objects.filter(stripe_invoice_id=obj["id"]).exists()


def write(fetched: Fetched) -> Written:
    row = Invoice.objects.select_for_update().filter(stripe_invoice_id=fetched.ref.stripe_id).first()
    if fetched.obj is None or shapes.value(fetched.obj, "deleted"):
        return _write_deleted(row)
    if row is None:
        row = Invoice(stripe_invoice_id=fetched.ref.stripe_id)
    before, asked_before, tries = row.status, row.authentication, row.attempt_count
    was_retried = _is_retried(row)
    fill(row, fetched.obj)
    row.authentication = _authentication(fetched.extra["intent"])
    row.fetched_at = fetched.system_at
    row.save()
    return Written(
        row.organization_id,
        changes=(
            *status_change(before, row.status),
            *_authentication_change(asked_before, row, is_off_session=row.attempt_count > tries),
            *_retry_change(was_retried, row),
        ),
        follow=(
            *_follow(row, before=before),
            *_unseen(ObjectKind.CHARGE, fetched.extra["charges"]),
            *_unseen(ObjectKind.CREDIT_NOTE, fetched.extra["credit_notes"]),
            *_unseen(ObjectKind.INVOICE_PAYMENT, shapes.value(fetched.obj, "payments", "data") or []),
            *_orphans(row),
        ),
    )


def _authentication(intent: Any) -> Authentication:
    """Other things that an intent may require, such as a bank transfer, are none of a bank's questions."""
    status = shapes.text(intent, "status")
    if status == "requires_action" and shapes.text(intent, "next_action", "type") in _CARD_QUESTIONS:
        return Authentication.REQUIRED
    if status == "processing":
        return Authentication.UNDER_WAY
    if shapes.text(intent, "last_payment_error", "code") == "payment_intent_authentication_failure":
        return Authentication.FAILED
    return Authentication.NONE


def _authentication_change(before: str, row: Invoice, *, is_off_session: bool) -> tuple[Change, ...]:
    """Stripe counts the first try and its own retries, and not what a customer tries at the hosted page."""
    after = row.authentication
    if after == Authentication.REQUIRED and not is_off_session:
        after = Authentication.ASKED
    is_same = before == row.authentication and not (after == Authentication.REQUIRED and is_off_session)
    return () if is_same else (Change(before, after, aspect="authentication"),)


def _is_retried(row: Invoice) -> bool:
    """Before the first try a next attempt is that first one, and no retry."""
    is_tried = row.status == InvoiceStatus.OPEN and row.has_been_attempted
    return is_tried and row.next_payment_attempt_at is not None


def _retry_change(was_retried: bool, row: Invoice) -> tuple[Change, ...]:
    """Stripe has begun to retry it by itself; each later moment of the same series says nothing new."""
    is_new = not was_retried and _is_retried(row)
    return (Change("none", "planned", aspect="stripe_retry"),) if is_new else ()


def _orphans(row: Invoice) -> list[ObjectRef]:
    """Payments that came before their invoice knew whose it is: each is refreshed again to learn it."""
    if row.organization_id is None:
        return []
    payments = InvoicePayment.objects.filter(stripe_invoice_id=row.stripe_invoice_id, organization=None)
    return [ObjectRef(ObjectKind.INVOICE_PAYMENT, found.stripe_invoice_payment_id) for found in payments]


def _write_deleted(row: Invoice | None) -> Written:
    """Only a draft can be deleted; our row stays as history."""
    if row is None or row.is_deleted:
        return Written()
    row.is_deleted = True
    row.save(update_fields=["is_deleted"])
    return Written(row.organization_id, changes=(Change(row.status, "deleted"),))


def fill(row: Invoice, obj: Any) -> None:
    """Set what Stripe says on a row, stored or not; saves nothing."""
    row.livemode = settings.STRIPE_LIVE_MODE
    row.stripe_customer_id = shapes.text(obj, "customer")
    row.organization_id = organization_id_of(row.stripe_customer_id)
    row.stripe_subscription_id = shapes.invoice_subscription_id(obj)
    row.number = shapes.text(obj, "number")
    row.status = shapes.text(obj, "status")
    row.collection_method = shapes.text(obj, "collection_method")
    row.billing_reason = shapes.text(obj, "billing_reason")
    row.currency = shapes.text(obj, "currency")
    row.total_minor = obj["total"]
    row.amount_due_minor = obj["amount_due"]
    row.amount_paid_minor = obj["amount_paid"]
    row.amount_remaining_minor = obj["amount_remaining"]
    row.attempt_count = obj["attempt_count"]
    row.has_been_attempted = obj["attempted"]
    row.hosted_invoice_url = shapes.text(obj, "hosted_invoice_url")
    row.invoice_pdf_url = shapes.text(obj, "invoice_pdf")
    row.created_at = shapes.created_at(obj)
    row.due_at = shapes.moment(obj, "due_date")
    row.paid_at = shapes.moment(obj, "status_transitions", "paid_at")
    row.next_payment_attempt_at = shapes.moment(obj, "next_payment_attempt")


def _follow(row: Invoice, *, before: str) -> list[ObjectRef]:
    follow = list(ask_for_customer(row.stripe_customer_id, organization_id=row.organization_id))
    subscription_id = row.stripe_subscription_id
    is_unknown = not Subscription.objects.filter(stripe_subscription_id=subscription_id).exists()
    if subscription_id and (is_unknown or before != row.status):
        follow.append(ObjectRef(ObjectKind.SUBSCRIPTION, subscription_id))
    return follow


_SEEN: dict[ObjectKind, tuple[type[Model], str]] = {
    ObjectKind.CHARGE: (ChargeAttempt, "stripe_charge_id"),
    ObjectKind.CREDIT_NOTE: (CreditNote, "stripe_credit_note_id"),
    ObjectKind.INVOICE_PAYMENT: (InvoicePayment, "stripe_invoice_payment_id"),
}


def _unseen(kind: ObjectKind, found: list[Any]) -> list[ObjectRef]:
    """Those of which our row is missing or says another status. What is embedded is a hint, never copied."""
    model, field = _SEEN[kind]
    seen = dict(
        model._default_manager.filter(**{f"{field}__in": [obj["id"] for obj in found]}).values_list(field, "status")
    )
    return [ObjectRef(kind, obj["id"]) for obj in found if seen.get(obj["id"]) != obj["status"]]
