"""Gathers the page of billing details: what stands on invoices, where mail goes, which tax ids there are."""

from dataclasses import dataclass
from datetime import datetime

from accounts.models import Organization
from billing.models import BillingDetails, BillingEmailChange, DetailsRequest, TaxId
from billing.rules.customer_details import PostalAddress
from billing.rules.tax_ids import MOST, TAX_ID_KINDS
from billing.selectors.customer import current_customer
from billing.terms import IntentState, TaxIdStatus


@dataclass(frozen=True, slots=True)
class TaxIdRow:
    """One tax number; `status` is Stripe's word for what the authority answered."""

    stripe_tax_id: str
    kind: str
    value: str
    status: TaxIdStatus | None


@dataclass(frozen=True, slots=True)
class DetailsPage:
    """`is_on_its_way`: saved here and not yet confirmed by Stripe."""

    name: str
    email: str
    address: PostalAddress
    pending_email: BillingEmailChange | None
    tax_ids: tuple[TaxIdRow, ...]
    can_add_tax_id: bool
    is_on_its_way: bool


def details_page(organization: Organization, now: datetime) -> DetailsPage:
    """What the page shows at `now` (system time). Five queries."""
    tax_ids = _tax_ids(organization)
    return DetailsPage(
        name=organization.name,
        email=organization.email,
        address=address_of(organization),
        pending_email=_pending_email(organization, now),
        tax_ids=tax_ids,
        can_add_tax_id=len(tax_ids) < MOST,
        is_on_its_way=DetailsRequest.objects.filter(organization=organization, state=IntentState.RECORDED).exists(),
    )


def address_of(organization: Organization) -> PostalAddress:
    """The billing address as it stands here; empty parts where there is none."""
    row = BillingDetails.objects.filter(organization=organization).first()
    if row is None:
        return PostalAddress()
    return PostalAddress(**{part: getattr(row, part) for part in PostalAddress.__dataclass_fields__})


def _pending_email(organization: Organization, now: datetime) -> BillingEmailChange | None:
    pending = BillingEmailChange.objects.filter(
        organization=organization, old_email=organization.email, confirmed_at=None, replaced_at=None
    )
    return pending.filter(expires_at__gt=now).first()


def _tax_ids(organization: Organization) -> tuple[TaxIdRow, ...]:
    rows = TaxId.objects.filter(customer=current_customer(organization)).order_by("pk")
    return tuple(
        TaxIdRow(
            row.stripe_tax_id,
            TAX_ID_KINDS.get(row.type, row.type.replace("_", " ").upper()),
            row.value,
            TaxIdStatus(row.status) if row.status in list(TaxIdStatus) else None,
        )
        for row in rows
    )
