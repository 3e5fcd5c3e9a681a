"""Finds the invoice about which an organization's bank asks, or asked last."""

from django.conf import settings
from django.db.models import QuerySet

from accounts.models import Organization
from billing.errors import NotFound
from billing.models import Invoice, Transition
from billing.terms import Authentication, InvoiceStatus, ObjectKind

NOTHING_ASKED = "Your bank asks for nothing. No payment waits to be confirmed."


def invoice_to_confirm(organization: Organization, *, stripe_invoice_id: str = "") -> Invoice:
    """The one that is named (`in_…`), else the oldest about which the bank asks, else the last one it asked about.

    Raises NotFound for another organization's invoice, and where the bank never asked.
    """
    own = Invoice.objects.filter(organization=organization, livemode=settings.STRIPE_LIVE_MODE, is_deleted=False)
    if stripe_invoice_id:
        found = own.exclude(status=InvoiceStatus.DRAFT.value).filter(stripe_invoice_id=stripe_invoice_id).first()
    else:
        found = _asked_now(own) or _asked_last(own, organization)
    if found is None:
        raise NotFound("There is no such invoice." if stripe_invoice_id else NOTHING_ASKED)
    return found


def _asked_now(own: QuerySet[Invoice]) -> Invoice | None:
    waiting = own.filter(status=InvoiceStatus.OPEN.value).exclude(authentication=Authentication.NONE.value)
    return waiting.order_by("created_at", "pk").first()


def _asked_last(own: QuerySet[Invoice], organization: Organization) -> Invoice | None:
    asked = Transition.objects.filter(
        organization=organization, kind=ObjectKind.INVOICE.value, aspect="authentication"
    ).order_by("-pk")
    last_id = asked.values_list("stripe_id", flat=True).first()
    return own.filter(stripe_invoice_id=last_id).first() if last_id else None
