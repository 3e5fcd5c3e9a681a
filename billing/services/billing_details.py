"""Use case: change who is billed and where: name, address and tax ids, here and at Stripe."""

from dataclasses import asdict
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from accounts.models import Organization, User
from billing import audit, intents
from billing.errors import InvalidInput, NotFound, OrganizationClosing, StripeRefused, UnderWay
from billing.mirror.customer_details import carry_out, wish_update
from billing.mirror.customers import ensure_customer
from billing.models import BillingDetails, DetailsRequest, TaxId
from billing.rules.customer_details import PostalAddress, check_details
from billing.rules.tax_ids import check_tax_id
from billing.selectors.customer import current_customer, is_closing

_Action = DetailsRequest.Action
_AUDITED = {_Action.ADD_TAX_ID: "tax_id_added", _Action.REMOVE_TAX_ID: "tax_id_removed"}


def save_details(
    organization: Organization,
    *,
    name: str,
    address: PostalAddress,
    request_key: UUID,
    actor: User,
    now: datetime,
) -> DetailsRequest | None:
    """Set the name and the billing address, here and then at Stripe. `now` is business time.

    Safe to repeat. None where Stripe need not hear of it: nothing changed, or there is no customer yet. Raises
    InvalidInput, OrganizationClosing, StripeUnreachable (it is saved here and sent later), StripeRefused (it is saved
    here only).
    """
    check_details(name=name, address=address)
    request = _repeated(organization, request_key)
    if request is None:
        request = _save(organization, name=name, address=address, request_key=request_key, actor=actor, now=now)
    return carry_out(request) if request else None


def add_tax_id(
    organization: Organization, *, kind: str, value: str, request_key: UUID, actor: User
) -> DetailsRequest:
    """Add a tax number of one of the kinds in rules/tax_ids. An organization without a customer gets one.

    Safe to repeat with the same `request_key`. Raises InvalidInput (also for a number that Stripe does not take),
    StripeUnreachable (the wish is kept and carried out later), StripeRefused.
    """
    request = _repeated(organization, request_key)
    if request is None:
        present = TaxId.objects.filter(customer=current_customer(organization))
        check_tax_id(kind, value=value, present=present.count())
        if present.filter(type=kind, value__iexact=value).exists():
            raise InvalidInput("This tax number is there already.", field="value")
        values = {"kind": kind, "value": value}
        request = _record(organization, _Action.ADD_TAX_ID, values, request_key=request_key, actor=actor)
    try:
        return carry_out(request)
    except StripeRefused as error:
        if error.details.get("code") == "tax_id_invalid":
            raise InvalidInput("This is no valid number of that kind. Check both.", field="value") from error
        raise


def remove_tax_id(
    organization: Organization, *, stripe_tax_id: str, request_key: UUID, actor: User
) -> DetailsRequest:
    """Take a tax number (`txi_…`) away; invoices that are final keep it. Safe to repeat with the same `request_key`.

    Raises NotFound for one that is not this organization's, StripeUnreachable (carried out later), StripeRefused.
    """
    request = _repeated(organization, request_key)
    if request is None:
        if not TaxId.objects.filter(customer__organization=organization, stripe_tax_id=stripe_tax_id).exists():
            raise NotFound()
        values = {"stripe_tax_id": stripe_tax_id}
        request = _record(organization, _Action.REMOVE_TAX_ID, values, request_key=request_key, actor=actor)
    return carry_out(request)


def resume_details_requests(now: datetime, *, seconds: float = 10.0) -> int:
    """Carry out what a crash or Stripe's silence left open; `now` is system time. Returns how many ended."""
    rows = intents.left_open_since(DetailsRequest.objects.select_related("customer"), now)
    return intents.finish_open(rows, carry_out, seconds=seconds)


def _repeated(organization: Organization, request_key: UUID) -> DetailsRequest | None:
    return DetailsRequest.objects.filter(organization=organization, request_key=request_key).first()


def _save(
    organization: Organization, *, name: str, address: PostalAddress, request_key: UUID, actor: User, now: datetime
) -> DetailsRequest | None:
    """Commit our side with the wish that Stripe hears of it; a true no-op writes nothing."""
    with transaction.atomic():
        locked = Organization.objects.select_for_update().get(pk=organization.pk)
        if is_closing(locked):
            raise OrganizationClosing()
        details, _ = BillingDetails.objects.get_or_create(organization=locked)
        parts = asdict(address)
        values = {"name": name} if name != locked.name else {}
        has_moved = any(getattr(details, part) != value for part, value in parts.items())
        if not values and not has_moved:
            return None
        Organization.objects.filter(pk=locked.pk).update(name=name)
        BillingDetails.objects.filter(pk=details.pk).update(changed_at=now, **parts)
        audit.record("billing_details_changed", subject=str(locked.uuid), organization=locked, actor=actor)
        sent = {**values, **({"address": parts} if has_moved else {})}
        return wish_update(current_customer(locked), sent, request_key=request_key, actor=actor)


def _record(
    organization: Organization, action: _Action, values: dict[str, str], *, request_key: UUID, actor: User
) -> DetailsRequest:
    customer = ensure_customer(organization)
    try:
        with transaction.atomic():
            request = DetailsRequest.objects.create(
                organization=organization,
                customer=customer,
                requested_by=actor,
                request_key=request_key,
                action=action,
                values=values,
            )
            audit.record(_AUDITED[action], subject=str(request.uuid), organization=organization, actor=actor)
    except IntegrityError:
        raise UnderWay() from None
    return request
