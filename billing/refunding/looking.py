"""Looks at a charge at Stripe: what has come back of it, what is contested, and what its invoice is made of."""

from dataclasses import dataclass

from billing.errors import ChargeNotRefundable
from billing.gateway.invoice_sums import InvoiceSums, sums_of
from billing.mirror.refresh import refresh
from billing.mirror.refs import ObjectRef
from billing.models import ChargeAttempt, Invoice
from billing.rules.refund import Sums
from billing.terms import ObjectKind

LEASE_WAIT_SECONDS = 2.0
_HANGS_ON_IT = (ObjectKind.REFUND, ObjectKind.DISPUTE)


@dataclass(frozen=True, slots=True)
class Looked:
    """A charge and the invoice that it pays, if any, as Stripe has them at this moment."""

    charge: ChargeAttempt
    invoice: Invoice | None
    sums: InvoiceSums | None

    @property
    def whole(self) -> Sums:
        """By what net and tax of a part are worked out: the invoice's, or all of it net."""
        if self.sums is None:
            return Sums(self.charge.amount_captured_minor, 0)
        return Sums(self.sums.net_minor, self.sums.tax_minor)


def look(charge: ChargeAttempt) -> Looked:
    """Ask Stripe. Raises StripeUnreachable, LeaseTaken, ChargeNotRefundable where Stripe knows no such charge."""
    charge = look_at_charge(charge)
    invoice = None
    if charge.stripe_invoice_id:
        invoice = Invoice.objects.filter(stripe_invoice_id=charge.stripe_invoice_id).first()
        if invoice is None:
            refresh(ObjectRef(ObjectKind.INVOICE, charge.stripe_invoice_id), wait_seconds=LEASE_WAIT_SECONDS)
            invoice = Invoice.objects.filter(stripe_invoice_id=charge.stripe_invoice_id).first()
    return Looked(charge, invoice, sums_of(invoice.stripe_invoice_id) if invoice else None)


def look_at_charge(charge: ChargeAttempt) -> ChargeAttempt:
    """The charge, and each refund and dispute of it that we had not heard of. Raises what `look` raises."""
    seen = refresh(ObjectRef(ObjectKind.CHARGE, charge.stripe_charge_id), wait_seconds=LEASE_WAIT_SECONDS)
    if not seen.is_found:
        raise ChargeNotRefundable()
    for ref in seen.written.follow:
        if ref.kind in _HANGS_ON_IT:
            refresh(ref, wait_seconds=LEASE_WAIT_SECONDS)
    return ChargeAttempt.objects.select_related("organization").get(pk=charge.pk)
