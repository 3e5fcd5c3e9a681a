"""Writes and reads the signed link of a mail that opens one invoice's hosted page; what the invoice is, Stripe says.

A link is good for this purpose only, for one invoice, one organization and one recipient, and for some days of system
time. It signs nobody in and changes nothing, however often it is opened: mail scanners open every link.
"""

from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.core import signing
from django.urls import reverse
from django.utils.crypto import salted_hmac

from billing.errors import NotFound
from billing.models import Invoice

_SALT = "billing.pay_link"


@dataclass(frozen=True, slots=True)
class PayLink:
    """The invoice that a link names, and whether its time has run out."""

    invoice: Invoice
    is_lapsed: bool


def pay_url(invoice: Invoice) -> str:
    """The whole address, for a mail to the organization's billing address. The organization must be known."""
    signed = signing.dumps(_named(invoice), salt=_SALT)
    return f"{settings.SITE_URL}{reverse('billing:pay', args=[signed])}"


def read_pay_link(signed: str) -> PayLink:
    """Raises NotFound for a link that is not ours or was sent to an address that is not the invoice's any more."""
    is_lapsed = False
    try:
        named = signing.loads(signed, salt=_SALT, max_age=timedelta(days=settings.PAY_LINK_DAYS))
    except signing.SignatureExpired:
        is_lapsed = True
        named = signing.loads(signed, salt=_SALT)
    except signing.BadSignature:
        raise NotFound(_UNKNOWN) from None
    invoice = (
        Invoice.objects.filter(stripe_invoice_id=named[0], organization__isnull=False)
        .select_related("organization")
        .first()
    )
    if invoice is None or _named(invoice) != named:
        raise NotFound(_UNKNOWN)
    return PayLink(invoice, is_lapsed)


_UNKNOWN = "This link opens no invoice. Nothing was charged. Sign in to see yours."


def _named(invoice: Invoice) -> list[str]:
    if invoice.organization is None:
        raise ValueError(f"{invoice} belongs to nobody whom we could write to")
    recipient = salted_hmac(_SALT, invoice.organization.email.lower(), algorithm="sha256").hexdigest()[:20]
    return [invoice.stripe_invoice_id, str(invoice.organization.uuid), recipient]
